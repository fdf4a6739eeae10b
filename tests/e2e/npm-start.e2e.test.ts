/**
 * What the README promises of `npm start`: one command to a live city, a change made by hand shows
 * in the view, every process may die, a second start is refused, and nothing is left behind —
 * after `npm run stop`, and after the supervisor itself was killed.
 */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXIT } from '../../bus/base/codes/code.ts';
import { Lifetime } from '../../bus/base/lifecycle.ts';
import { waitFor } from '../../bus/base/retry.ts';
import { readerViews, type ViewModel } from '../../bus/view/view.ts';
import { declaredViews } from '../../cli/live/declared-views.ts';
import type { VerificationItem } from '../../cli/verify/tables.ts';
import { civicbusAt, type LiveCity, newHome, npmStart, openCity, run } from './live-city.ts';

const RECOVERY_MS = 300_000;
const SERVICES = [
  'kafka',
  'connect',
  'registry',
  'providers',
  'hub',
  'subscribers',
  'registers',
  'view-population',
  'view-legal-entity',
];

const VIEWS = ['population', 'legal-entity', 'property'];
const ALTERED = [
  {
    view: 'population',
    table: 'hub_population.person__rows',
    key: 'id_number',
    column: 'name',
    rows: 60,
  },
  {
    view: 'legal-entity',
    table: 'hub_legal_entity.legal_entity__rows',
    key: 'organisation_code',
    column: 'name',
    rows: 30,
  },
  {
    view: 'property',
    table: 'hub_property.project__rows',
    key: 'project_number',
    column: 'developer',
    rows: 10,
  },
] as const;

const lifetime = new Lifetime();
let home: string;
let city: LiveCity;

beforeAll(async () => {
  home = await newHome('start');
  lifetime.defer('home', () => rm(home, { recursive: true, force: true }));
  lifetime.defer('city', () => civicbusAt(home, 'dev', 'down'));
  const started = await npmStart(home, '--no-workload', '--persons', '500');
  expect(started, started.stderr).toMatchObject({ exit: EXIT.ok });
  city = await openCity(lifetime, home);
});
afterAll(() => lifetime.end());

test('the view is complete as soon as the start returns', async () => {
  expect(await city.settled(RECOVERY_MS)).toBeGreaterThanOrEqual(500);
});

test('a change committed by hand in the police database shows in hub_population.person', async () => {
  const police = await city.access.root('providers');
  const [person] = await police.query<{ id_number: string }>(
    'SELECT id_number FROM police.person LIMIT 1',
  );
  const name = '𠮷田·手改';
  await police.execute('UPDATE police.person SET name = ? WHERE id_number = ?', [
    name,
    person?.id_number,
  ]);
  const shown = await waitFor(
    async () => {
      const rows = await city.hub.query<{ name: string }>(
        'SELECT name FROM person WHERE id_number = ?',
        [person?.id_number],
      );
      return rows[0]?.name === name && rows[0];
    },
    { what: 'the change to show', timeoutMs: RECOVERY_MS, intervalMs: 20 },
  );
  expect(shown.name).toBe(name);
  const history = (...flags: readonly string[]) =>
    city.civicbus(
      'get',
      'history',
      'population',
      String(person?.id_number),
      '-o',
      'json',
      ...flags,
    );
  const { items } = JSON.parse((await history()).stdout) as { items: readonly unknown[] };
  expect(items[0]).toMatchObject({ unit: 'population/identity', change: 'changed' });
  expect(JSON.stringify(items)).not.toContain('手改');
  expect((await history('--values')).stdout).toContain('手改');
});

test('a second start of the same home is refused and says who holds it', async () => {
  const again = await npmStart(home, '--no-workload');
  expect(again.exit).toBe(EXIT.rejected);
  expect(again.stderr).toContain(home);
});

test('a poison record and one of an unknown schema become dead letters; what follows is applied', async () => {
  const topic = 'cdc.police.police.person';
  const producer = await (await city.access.kafkaAs(city.access.endpoints.kafka.admin)).producer();
  const unknownSchema = Buffer.from([0, 0x7f, 0xff, 0xff, 0xff, 1]);
  await producer.send(topic, [
    { key: 'poison', value: 'not Avro at all', partition: 0 },
    { key: unknownSchema, value: unknownSchema, partition: 0 },
  ]);
  await producer.close();
  await waitFor(async () => (await deadLetters()).length === 2, {
    what: 'both records to become dead letters',
    timeoutMs: RECOVERY_MS,
  });
  expect((await deadLetters()).map(({ code }) => code)).toEqual([
    'AVRO_FRAME_BROKEN',
    'AVRO_SCHEMA_UNKNOWN',
  ]);
  const listed = await city.civicbus('get', 'dead-letters', '-o', 'json');
  expect(listed.stdout).toContain('AVRO_SCHEMA_UNKNOWN');
  expect(await city.settled(RECOVERY_MS)).toBeGreaterThan(0);
});

test('each process may be killed while the departments work; the view stays exact', async () => {
  const working = await city.work({ seed: 11, ratePerSecond: 40 });
  for (const name of SERVICES) await killAndAwait(name);
  await working.stop();
  expect(await city.settled(RECOVERY_MS)).toBeGreaterThan(0);
  for (const view of VIEWS) expect(await differencesOf(view)).toEqual([]);
});

test('every item of the declarations is a column that readers of the live hub see, and nothing else is', async () => {
  for (const view of await declaredViews()) {
    const columns = await (
      await city.access.root('hub')
    ).query<{ name: string }>(
      "SELECT CONCAT(table_name, '.', column_name) AS name FROM information_schema.columns WHERE table_schema = ? AND table_name IN (?) AND column_name NOT LIKE '%\\_\\_at'",
      [view.database, readerViews(view)],
    );
    expect(columns.map(({ name }) => name).sort()).toEqual(shownColumns(view).sort());
  }
});

test('100 rows altered behind the views’ backs are found, none else, and repaired', async () => {
  const hub = await city.access.root('hub');
  for (const { view, table, key, column, rows } of ALTERED) {
    const keys = await hub.query<{ k: string }>(
      `SELECT ${key} AS k FROM ${table} WHERE ${column} IS NOT NULL ORDER BY ${key} LIMIT ?`,
      [rows],
    );
    expect(keys).toHaveLength(rows);
    await hub.execute(`UPDATE ${table} SET ${column} = '改' WHERE ${key} IN (?)`, [
      keys.map(({ k }) => k),
    ]);
    expect(await differencesOf(view)).toEqual(
      keys.map(({ k }) => ({ key: k, kind: 'different', columns: [column] })),
    );
    const repaired = await city.civicbus('repair', 'view', view, '--timeout', '300');
    expect(repaired, repaired.stderr).toMatchObject({ exit: EXIT.ok });
    expect(await differencesOf(view)).toEqual([]);
  }
  expect(ALTERED.reduce((sum, { rows }) => sum + rows, 0)).toBe(100);
});

test('no secret stands in a command line, a log, or a file that others may read', async () => {
  const secrets = await secretValues(join(home, 'secrets'));
  expect(secrets.length).toBeGreaterThan(5);
  const texts = [...(await commandLines()), ...(await filesBelow(join(home, 'logs')))];
  const leaks = texts.filter(({ text }) => secrets.some((secret) => text.includes(secret)));
  expect(leaks.map(({ name }) => name)).toEqual([]);
});

test('nothing is left when the supervisor itself is killed, and the next start goes on with the data', async () => {
  const before = await city.processes();
  const pids = before.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  const supervisor = Number(
    (await readFile(join(home, 'supervisor.lock'), 'utf8')).match(/\d+/)?.[0],
  );
  process.kill(supervisor, 'SIGKILL');
  await waitFor(() => pids.every((pid) => !isRunning(pid)), {
    what: 'every process to end with its supervisor',
    timeoutMs: RECOVERY_MS,
  });
  const again = await npmStart(home, '--no-workload');
  expect(again, again.stderr).toMatchObject({ exit: EXIT.ok });
  const reopened = await openCity(lifetime, home);
  expect(await reopened.settled(RECOVERY_MS)).toBeGreaterThan(0);
  city = reopened;
});

test('npm run stop ends everything', async () => {
  const pids = (await city.processes()).flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  expect(pids.length).toBeGreaterThanOrEqual(SERVICES.length);
  const stopped = await run(process.execPath, ['infra/setup/stop.mjs', '--stack', home]);
  expect(stopped, stopped.stderr).toMatchObject({ exit: EXIT.ok });
  expect(pids.filter(isRunning)).toEqual([]);
});

/** What `civicbus verify view` finds, by key. */
async function differencesOf(view: string): Promise<unknown[]> {
  const ran = await city.civicbus('verify', 'view', view, '-o', 'json', '--timeout', '300');
  if (ran.stdout === '') throw new Error(ran.stderr);
  const [item] = (JSON.parse(ran.stdout) as { items: readonly VerificationItem[] }).items;
  expect(item?.undecided, ran.stderr).toEqual([]);
  expect(item?.rows).toBeGreaterThan(0);
  return (item?.differences ?? [])
    .map(({ key, kind, columns }) => ({ key: key.join(), kind, columns }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** Key, items, and for child rows the entity they belong to. */
function shownColumns({ entity, blocks }: ViewModel): string[] {
  const own = blocks
    .filter(({ many }) => !many)
    .flatMap(({ items }) => items.map(({ name }) => `${entity.table}.${name}`));
  const children = blocks.flatMap(({ name, key, many, items }) => {
    const columns = [...key, ...(many?.entity ? [many.entity] : []), ...items];
    return many ? [...new Set(columns.map((column) => `${name}.${column.name}`))] : [];
  });
  return [`${entity.table}.${entity.key.name}`, ...own, ...children];
}

function deadLetters(): Promise<{ readonly code: string }[]> {
  return city.hub.query('SELECT code FROM civicbus_dead_letter ORDER BY `offset`');
}

async function killAndAwait(name: string): Promise<void> {
  const pid = (await city.processes()).find((one) => one.name === name)?.pid;
  if (pid === undefined) throw new Error(`${name} does not run`);
  process.kill(pid, 'SIGKILL');
  await waitFor(
    async () => {
      const now = (await city.processes()).find((one) => one.name === name);
      return now?.state === 'healthy' && now.pid !== pid;
    },
    { what: `${name} to run again`, timeoutMs: RECOVERY_MS, intervalMs: 500 },
  );
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Every token of the form that civicbus gives its secrets (32 bytes in URL-safe base64). */
async function secretValues(folder: string): Promise<string[]> {
  const tokens = (await filesBelow(folder)).flatMap(
    ({ text }) => text.match(/(?<![\w-])[\w-]{43}(?![\w-])/g) ?? [],
  );
  return [...new Set(tokens)];
}

async function filesBelow(folder: string): Promise<{ name: string; text: string }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const name = join(entry.parentPath, entry.name);
        return { name, text: await readFile(name, 'utf8') };
      }),
  );
}

async function commandLines(): Promise<{ name: string; text: string }[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return Promise.all(
    pids.map(async (pid) => ({
      name: `/proc/${pid}`,
      text: await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
    })),
  );
}
