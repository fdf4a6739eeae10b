/**
 * Sharing pairs of a live city while gateways, subscribers, the broker and views are killed at
 * random, a gateway is frozen and wakes up again, and agreements are suspended, resumed, asked for
 * anew and replaced. At the end every copy is what its agreement says, no plain consumer saw anything
 * twice, and what was not agreed stands nowhere. CIVICBUS_SEED repeats a run's choices.
 */
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Lifetime } from '../../bus/base/lifecycle.ts';
import { seededRandom } from '../../bus/base/random.ts';
import { readDeployments } from '../../bus/control/deployments.ts';
import { CONTROL_DATABASE } from '../../bus/control/migrations.ts';
import { openKeyStore } from '../../bus/pair/key-store.ts';
import { maskKeysFolder } from '../../cli/stack/control.ts';
import { sightings } from '../support/e2e/canaries.ts';
import { dailyCopy, firstCut, projectsAtCut } from '../support/e2e/daily-copy.ts';
import {
  copiedRows,
  type Expectation,
  expectedRows,
  salesExpected,
  unitsExpected,
} from '../support/e2e/expected-copies.ts';
import { freezeGateway, kill } from '../support/e2e/killer.ts';
import { untilState } from '../support/e2e/pair-city.ts';
import { PAIRS, PairWorld } from '../support/e2e/pair-world.ts';
import { PATIENCE_MS, patiently } from '../support/e2e/patiently.ts';
import { VIEW } from '../support/e2e/property-city.ts';
import { decideAndRead } from '../support/e2e/stops-at.ts';
import { readPlainly } from '../support/pair/plain-reader.ts';

const SEED = Number(process.env['CIVICBUS_SEED'] ?? Date.now() % 1_000_000);
const TEST_MS = 2_700_000;
/** A decision takes effect within this. */
const STOPPED_MS = 2_000;
const VICTIMS: Readonly<Record<string, number>> = {
  gateway: 9,
  'gateway-2': 9,
  'subscriber-sales': 9,
  'subscriber-units': 9,
  'subscriber-projects': 5,
  'view-property': 5,
  reconciler: 3,
  kafka: 3,
};
const UNIT_FIELDS = [
  'unit_number',
  'project_number',
  'unit_building_number',
  'unit_area',
  'unit_floor',
];
/** Of how many tries to freeze a gateway that has shards one must succeed. */
const FREEZES = 4;

const lifetime = new Lifetime();
let world: PairWorld;

beforeAll(async () => {
  world = await PairWorld.start(lifetime);
}, TEST_MS);
afterAll(() => lifetime.end(), TEST_MS);

test(
  `after more than 50 kills every copy is what its agreement says (seed ${SEED})`,
  async () => {
    process.stdout.write(`pair kills: CIVICBUS_SEED=${SEED}\n`);
    await patiently('the first copy of the daily pair', async () => {
      return (await world.generationOf(PAIRS.projects)) > 0;
    });
    expect(Date.now(), 'the daily pair has its copy before its cut-off').toBeLessThan(
      world.cutoffMs,
    );
    const working = world.work(SEED);
    const { kills, frozen } = await killAround();
    expect(kills).toBeGreaterThanOrEqual(50);
    expect(frozen).toBeGreaterThan(0);
    const cut = await firstCut(world);
    expect(await working.stop()).toBeGreaterThan(0);
    await world.clerk.insist('verify', 'view', VIEW, '--timeout', '300');
    expect(await dailyCopy(world)).toEqual(await projectsAtCut(world, cut));
    for (const [name, expectation] of await expectations()) await expectCopy(name, expectation);
    for (const name of Object.values(PAIRS))
      await world.clerk.insist('verify', 'pair', name, '-o', 'json');
  },
  TEST_MS,
);

test('a plain reader of committed records sees nothing twice and nothing in vain', async () => {
  const { access } = world.city;
  const kafka = await access.kafkaAs(access.endpoints.kafka.admin);
  const control = await access.hub(CONTROL_DATABASE);
  for (const { id, name } of world.copies.values()) {
    const pairs = (await readDeployments(control, id)).map(({ pair }) => pair);
    const { useless, rows, records } = await readPlainly(kafka, pairs);
    expect(useless, name).toEqual([]);
    expect(records, name).toBeGreaterThan(rows.size);
  }
});

test(
  'two seconds after a suspension and a revocation nothing more is delivered',
  async () => {
    const working = world.work(SEED + 1);
    const { sales, units } = PAIRS;
    await grows(sales);
    const suspended = await decideAndRead(world, { verb: 'suspend', name: sales });
    expect(Math.max(...suspended.afterMs)).toBeLessThanOrEqual(STOPPED_MS);
    await world.clerk.insist('resume', 'agreement', sales, '--as', 'BJ-ZJW', '--reason', 'a test');
    await grows(sales);
    await grows(units);
    const revoked = await decideAndRead(world, { verb: 'revoke', name: units });
    expect(Math.max(...revoked.afterMs)).toBeLessThanOrEqual(STOPPED_MS);
    expect(await working.stop()).toBeGreaterThan(0);
    const copy = world.copyOf(units);
    await untilState(world.city, { id: copy.id, version: '1.1.0' }, 'closed');
    expect(await copy.database.query(`SELECT 1 FROM ${copy.table}`)).toEqual([]);
  },
  TEST_MS,
);

test(
  'what was not agreed stands in no topic of the pairs, no log, no file and no answer of a command',
  async () => {
    await askEverything();
    const { canaries, city, clerk } = world;
    const data = join(city.home, 'data');
    const found = {
      topics: await sightings(join(data, 'kafka'), canaries, (file) => DELIVERED.test(file)),
      logs: await sightings(join(city.home, 'logs'), canaries),
      // The subscribers' server, status files, the archive of what was delivered.
      files: await sightings(
        city.home,
        canaries,
        (file) => !INSIDE.test(file.slice(city.home.length)),
      ),
    };
    for (const [where, { files, bytes, seen }] of Object.entries(found)) {
      expect(seen, where).toEqual([]);
      expect(files, where).toBeGreaterThan(4);
      expect(bytes, where).toBeGreaterThan(1_000);
    }
    const said = clerk.said.join('\n');
    expect(said.length).toBeGreaterThan(1_000);
    expect([canaries.tag, ...canaries.others].filter((one) => said.includes(one))).toEqual([]);
    const source = await sightings(join(data, 'kafka'), canaries, (file) => SOURCE.test(file));
    expect(
      source.seen.map(({ file }) => basename(dirname(file)).replace(/-\d+$/, '')),
      'the search finds them where they may be',
    ).toEqual(
      expect.arrayContaining([
        'cdc.construction-commission.construction_commission.presale_contract',
        'view.property.hub_property.presale_contract__rows',
        'view.property.hub_property.project__rows',
        'view.property.hub_property.unit__rows',
      ]),
    );
  },
  TEST_MS,
);

/** Files of topics that leave the bus, and of the broker's own that anything could hide in. */
const DELIVERED =
  /\/(?:pair\.|receipt\.|gateway\.|agreement\.lifecycle|__consumer_offsets|__transaction_state)[^/]*\/[^/]*\.log$/;
/** Where the departments' and the hub's own data is, and the broker's. */
const INSIDE = /^\/data\/(?:hub|providers|registers|kafka)[^/]*\//;
const SOURCE = /\/(?:view|cdc)\.[^/]*\/[^/]*\.log$/;

/** Kills everybody as often as they are named, in random order; in between the parties decide. */
async function killAround(): Promise<{ readonly kills: number; readonly frozen: number }> {
  const victims = seededRandom(SEED).shuffle(
    Object.entries(VICTIMS).flatMap(([name, times]) => Array.from({ length: times }, () => name)),
  );
  const decisions = decisionsAt(victims.length);
  const freezeEvery = Math.floor(victims.length / FREEZES);
  let frozen = 0;
  for (const [at, victim] of victims.entries()) {
    const before = await patiently('the copies to tell how far they are', () => world.applied());
    await kill(world, victim);
    await patiently(`changes to arrive after ${victims.slice(0, at + 1).join(', ')}`, async () => {
      return (await world.applied()) > before;
    });
    await decisions.get(at)?.();
    if (at % freezeEvery === freezeEvery - 1) frozen += (await freezeGateway(world)) ? 1 : 0;
  }
  return { kills: victims.length, frozen };
}

/** What the parties do, each after so many kills. */
function decisionsAt(kills: number): ReadonlyMap<number, () => Promise<unknown>> {
  const { clerk } = world;
  const { sales, units } = PAIRS;
  const at = (share: number) => Math.floor(kills * share);
  const decide = (verb: string) => () =>
    clerk.insist(verb, 'agreement', sales, '--as', 'BJ-ZJW', '--reason', 'a test');
  return new Map<number, () => Promise<unknown>>([
    [at(0.15), decide('suspend')],
    [at(0.3), decide('resume')],
    [at(0.45), () => clerk.insist('resync', 'agreement', sales, '--reason', 'a test')],
    [at(0.6), () => world.renewUnits()],
    [at(0.8), () => clerk.insist('resync', 'agreement', units, '--reason', 'a test')],
  ]);
}

async function expectations(): Promise<[string, Expectation][]> {
  const keys = openKeyStore(maskKeysFolder(world.city.access));
  return [
    [PAIRS.sales, salesExpected(await keys.keyFor('theme.property-tax'))],
    [PAIRS.units, unitsExpected(UNIT_FIELDS)],
  ];
}

/** Nobody writes any more: the copy must become what the hub says. */
async function expectCopy(name: string, expectation: Expectation): Promise<void> {
  const expected = await expectedRows(await world.city.access.root('hub'), expectation);
  expect(expected.length, name).toBeGreaterThan(1);
  const found = () => copiedRows(world.copyOf(name), expectation.fields);
  await expect.poll(found, { timeout: PATIENCE_MS, interval: 500 }).toEqual(expected);
}

async function grows(name: string): Promise<void> {
  const before = await world.writtenTo(name);
  await patiently(`${name} to go on`, async () => (await world.writtenTo(name)) > before);
}

/** Commands that tell of pairs, in both of their forms. */
async function askEverything(): Promise<void> {
  const { clerk, copies } = world;
  const asked = [
    ['get', 'agreements'],
    ['get', 'drift'],
    ['get', 'dead-letters'],
    ['lag'],
    ['verify', 'agreement'],
    ['plan', '-f', 'agreements'],
    ...[...copies.keys()].map((name) => ['describe', 'agreement', name]),
  ];
  for (const args of asked) {
    await clerk.run(...args);
    await clerk.run(...args, '-o', 'json');
  }
}
