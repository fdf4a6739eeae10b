/** The hub as it was at any cut, from a log in which everybody went on writing. */
import { beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../../bus/base/clock.ts';
import { seededRandom } from '../../../../bus/base/random.ts';
import { hubMoments, sequenceAt, type LogPlace } from '../../../../bus/pair/gateway/hub-moment.ts';
import { openKeyStore } from '../../../../bus/pair/key-store.ts';
import { keyScopesOf, pairTools } from '../../../../bus/pair/pair-tools.ts';
import { momentsAtCut } from '../../../../bus/pair/verify/at-cut.ts';
import { rowsOf } from '../../../../bus/pair/verify/compare.ts';
import { hubSide, type DeliveredRow } from '../../../../bus/pair/verify/rows.ts';
import { verifyPair } from '../../../../bus/pair/verify/verify-pair.ts';
import { captureFlow } from '../../../../bus/verify/flow.ts';
import { mariadbCapture } from '../../../../bus/verify/mariadb-capture.ts';
import { sourceNames } from '../../../../connectors/names.ts';
import { capturedHub } from '../../../connectors/hub/captured-hub.ts';
import { testStack } from '../../../support/env.ts';
import { dailyPersons } from '../../../support/pair/daily-persons.ts';
import { PATIENCE_MS } from '../../../support/patience.ts';
import { scratchFolder } from '../../../support/scratch.ts';

const stack = await testStack('atcut');
const PERSONS = 40;
const CUTS = 6;
const CHANGES = 25;

const captured = await capturedHub(stack);
const { server, hub } = captured;
const pair = dailyPersons(captured.view, 'at-cut');
const keys = openKeyStore(scratchFolder());
const tools = pairTools(keys);
const moments = hubMoments(server);
const random = seededRandom(20_261_122);

type Cut = { readonly version: bigint; readonly rows: ReadonlyMap<string, DeliveredRow> };
const cuts: Cut[] = [];
let beforeCopy: Cut;

beforeAll(async () => {
  for (const scope of keyScopesOf(pair)) await keys.ensureKey(scope);
  for (let id = 0; id < PERSONS; id++) await put(String(id));
  beforeCopy = await takeCut();
  await put('0');
  await captured.apply();
  await captured.until('person__rows', 'the first copy', (rows) => rows.length >= PERSONS);
  for (let turn = 0; turn < CUTS; turn++) {
    cuts.push(await takeCut());
    for (let count = 0; count < CHANGES; count++) await change();
  }
});

async function put(id: string): Promise<void> {
  const income = `${random.int(0, 20)}.00`;
  await hub.execute(
    `INSERT INTO person__rows (id_number, name, income, identity__status, identity__there) VALUES (?, ?, ?, 'alive', 1)
      ON DUPLICATE KEY UPDATE name = VALUES(name), income = VALUES(income)`,
    [id, random.pick(['王一', '李二', '赵三', '孙四']), income],
  );
}

/** Rows come, go, come back, leave the scope, are lost from it by a flag, and change their key. */
async function change(): Promise<void> {
  const id = String(random.int(0, PERSONS + 9));
  const act = random.int(0, 9);
  if (act < 5) return put(id);
  if (act < 7)
    return void (await hub.execute('DELETE FROM person__rows WHERE id_number = ?', [id]));
  if (act === 7)
    return void (await hub.execute(
      'UPDATE person__rows SET identity__there = 1 - identity__there WHERE id_number = ?',
      [id],
    ));
  const to = `${id}-${random.int(0, 1_000_000)}`;
  await hub.execute('UPDATE person__rows SET id_number = ? WHERE id_number = ?', [to, id]);
}

const everyRow = (side: Parameters<typeof rowsOf>[0]) => rowsOf(side, () => true);

/** What the gateway would find now, and where in the hub's order that is. */
async function takeCut(): Promise<Cut> {
  let version = 0n;
  const side = hubSide(pair, {
    hub: {
      look: (work) =>
        moments.look((moment) => {
          version = moment.floor.sequence;
          return work(moment);
        }),
    },
    tools,
  });
  const rows = await everyRow(side);
  return { version, rows };
}

async function portsOf() {
  const { admin, registry } = captured.ports;
  return {
    admin,
    reader: await captured.kafka.reader(),
    fetchSchema: (id: number) => registry!.schemaById(id),
    sequenceAt: (place: LogPlace) => sequenceAt(server, place),
    clock: systemClock,
  };
}

function flow() {
  const { connector } = sourceNames(captured.source.name);
  const capture = mariadbCapture({ session: server, connect: captured.ports.connect, connector });
  return captureFlow({ capture, clock: systemClock });
}

async function sideAt({ version }: Cut) {
  const cut = { version, atMs: undefined };
  const ports = await portsOf();
  const hubThen = momentsAtCut(moments, pair, { cut, ports });
  return { side: hubSide(pair, { hub: hubThen, tools }), reader: ports.reader };
}

describe('the hub as it was', () => {
  test.each(Array.from({ length: CUTS }, (_, at) => at))('at cut %i', async (at) => {
    expect(await flow().untilApplied(PATIENCE_MS)).toBe('applied');
    const cut = cuts[at]!;
    expect(cut.rows.size).toBeGreaterThan(5);
    const { side, reader } = await sideAt(cut);
    try {
      expect(await everyRow(side)).toEqual(cut.rows);
    } finally {
      await reader.close();
    }
  });

  test('is not known of a cut before capture read the table', async () => {
    const { side, reader } = await sideAt(beforeCopy);
    try {
      await expect(everyRow(side)).rejects.toMatchObject({ code: 'PAIR_CUT_GONE' });
    } finally {
      await reader.close();
    }
  });

  test('and a copy of it is verified while everybody goes on writing', async () => {
    const cut = await takeCut();
    const { side, reader } = await sideAt(cut);
    const over = new AbortController();
    const writing = (async () => {
      while (!over.signal.aborted) await change();
    })();
    const verify = (held: ReadonlyMap<string, DeliveredRow>) =>
      verifyPair(pair, {
        sides: {
          hub: side,
          copy: {
            async each(take) {
              for (const row of held.values()) take(row);
            },
          },
        },
        flow: flow(),
        clock: systemClock,
        waitMsMax: PATIENCE_MS,
      });
    try {
      expect(await verify(cut.rows)).toMatchObject({ differences: [], undecided: [] });
      const [first, ...others] = cut.rows;
      const { differences } = await verify(new Map(others));
      expect(differences).toEqual([{ key: first![1].key, kind: 'missing', columns: [] }]);
    } finally {
      over.abort();
      await writing;
      await reader.close();
    }
  });
});
