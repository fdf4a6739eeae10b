import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../../bus/base/random.ts';
import { partitionKey, type RecordBatch } from '../../../../bus/kafka/kafka.ts';
import { testStack } from '../../../support/env.ts';
import {
  ALL_PARTITIONS,
  at,
  engineRig,
  noWaiting,
  PARTITIONS,
  type EngineOfTest,
} from '../../../support/view/engine-rig.ts';
import { batchOf, changed, gone, marriage, person } from '../../../support/view/records.ts';
import { seedCount } from '../../../support/view/seed-count.ts';
import {
  expectedPersons,
  MARRIAGES,
  PEOPLE,
  SimulatedSource,
} from '../../../support/view/simulated-source.ts';
import { PATIENCE_MS } from '../../../support/patience.ts';

const stack = await testStack('concurrency');
const rig = await engineRig(stack, 'v');

describe('writers at the same time', () => {
  test.each(Array.from({ length: seedCount(8) }, (_, i) => i + 1))(
    'two members apply all partitions side by side, over the same persons, seed %i',
    async (seed) => {
      const source = new SimulatedSource(seededRandom(seed), PARTITIONS);
      for (let step = 0; step < 400; step++) source.step();
      const members = [rig.start('one'), rig.start('two')];
      const shares = members.map((_, m) => ALL_PARTITIONS.filter((_tp, i) => i % 2 === m));
      await Promise.all(members.map(({ claim }, m) => claim(1, shares[m] ?? [])));
      await Promise.all(
        members.flatMap((member, m) =>
          (shares[m] ?? []).map((tp) => applyAll(member, batches(source, tp, 7))),
        ),
      );

      expect(await rig.persons(), `seed ${seed}`).toEqual(expectedPersons(source));
    },
  );

  test('opposite marriages of the same persons, in two partitions, both count', async () => {
    const { engine, claim } = rig.start('me');
    await claim(1);
    await engine.apply(batchOf(at(PEOPLE), [person(0n, '1', 'a'), person(1n, '2', 'b')]));
    for (let round = 0n; round < 25n; round++) {
      const day = String(1n + round).padStart(2, '0');
      await Promise.all([
        engine.apply(
          batchOf(at(MARRIAGES, 0), [
            marriage(round, 'm', { a: '1', b: '2', heldOn: `2020-01-${day}` }),
          ]),
        ),
        engine.apply(
          batchOf(at(MARRIAGES, 1), [
            marriage(round, 'n', { a: '2', b: '1', status: 'divorced', heldOn: `2020-02-${day}` }),
          ]),
        ),
      ]);
      const rows = await rig.persons();
      expect(rows.get('1')).toMatchObject({ marital_status: 'divorced', spouse: '2' });
      expect(rows.get('2')).toMatchObject({ marital_status: 'divorced', spouse: '1' });
    }
  });

  test('one marriage set and another gone, in two partitions at once, leave the block right', async () => {
    const { engine, claim } = rig.start('me');
    await claim(1);
    await engine.apply(batchOf(at(PEOPLE), [person(0n, '1', 'a')]));
    for (let round = 0n; round < 25n; round++) {
      const [from, set] = [at(MARRIAGES, 0), at(MARRIAGES, 1)];
      const early = { a: '1', b: '2', heldOn: '2020-01-01' };
      await engine.apply(batchOf(from, [marriage(2n * round, 'old', early)]));
      await Promise.all([
        engine.apply(batchOf(from, [gone(2n * round + 1n, 'old')])),
        engine.apply(batchOf(set, [marriage(2n * round, 'new', { ...early, b: '3' })])),
      ]);
      expect((await rig.persons()).get('1')).toMatchObject({ spouse: '3' });
      await engine.apply(batchOf(set, [gone(2n * round + 1n, 'new')]));
      expect((await rig.persons()).get('1')).toMatchObject({ spouse: null });
    }
  });

  test('a batch that lost a deadlock is written all the same', async () => {
    const { engine, claim } = rig.start('me', { clock: { ...noWaiting, sleep: nextTurn } });
    await claim(1);
    const many = Array.from({ length: 200 }, (_, i) => `('x${i}')`).join(',');
    const insert = (values: string): string =>
      `INSERT INTO person__rows (id_number) VALUES ${values}`;
    const { applying } = await rig.root.transaction(async (session) => {
      // The server gives up the transaction that changed fewer rows: not this one.
      await session.execute(insert(`('2'),${many}`));
      const batch = batchOf(at(PEOPLE), [person(0n, '1', 'a'), person(1n, '2', 'b')]);
      const started = engine.apply(batch);
      await waitsForLock();
      await session.execute(insert("('1')"));
      return { applying: started };
    });

    expect(await applying).toEqual({ kind: 'done' });
    expect([...(await rig.persons()).keys()].sort()).toEqual(['1', '2']);
  });
});

describe('keys that usual collations take for one are different persons', () => {
  test.each([
    ['a', 'a ', 'a trailing space'],
    ['a', 'A', 'case'],
    ['𠮷', '𫚖', 'characters outside the basic plane'],
    ['e\u0301', 'é', 'one letter, spelt in two ways'],
    ['ß', 'ss', 'equal in German dictionaries'],
    ['１', '1', 'a full-width digit'],
    ["o'\\", 'o\\', 'quotes and backslashes'],
    ['a\u0000', 'a', 'NUL'],
  ])('%j and %j (%s)', async (a, b) => {
    const { engine, claim } = rig.start('me');
    await claim(1);
    await engine.apply(batchOf(at(PEOPLE), [person(0n, a, 'first'), person(1n, b, 'second')]));
    const wed = { b: null, heldOn: '2020-01-01' };
    await engine.apply(
      batchOf(at(MARRIAGES), [
        marriage(0n, a, { a, status: 'of first', ...wed }),
        marriage(1n, b, { a: b, status: 'of second', ...wed }),
      ]),
    );

    const rows = await rig.persons();
    expect(rows.get(a)).toMatchObject({ name: 'first', marital_status: 'of first' });
    expect(rows.get(b)).toMatchObject({ name: 'second', marital_status: 'of second' });
  });
});

describe('a block that arrives before its entity', () => {
  test('waits unseen, and is there once the entity is', async () => {
    const { engine, claim } = rig.start('me');
    await claim(1);
    await engine.apply(batchOf(at(MARRIAGES), [marriage(0n, 'm', { a: '1', b: '2' })]));
    expect(await rig.persons()).toEqual(new Map());
    await engine.apply(batchOf(at(PEOPLE), [person(0n, '2', 'b')]));

    expect(await rig.persons()).toEqual(
      new Map([['2', { name: 'b', points: '1', marital_status: 'married', spouse: '1' }]]),
    );
  });

  test('an entity that goes and comes back finds the blocks of other departments unchanged', async () => {
    const { engine, claim } = rig.start('me');
    await claim(1);
    await engine.apply(batchOf(at(MARRIAGES), [marriage(0n, 'm', { a: '1', b: '2' })]));
    await engine.apply(batchOf(at(PEOPLE), [person(0n, '2', 'b'), gone(1n, '2')]));
    expect(await rig.persons()).toEqual(new Map());
    await engine.apply(batchOf(at(PEOPLE), [changed(2n, ['2'], ['c', null])]));

    expect((await rig.persons()).get('2')).toEqual({
      name: 'c',
      points: null,
      marital_status: 'married',
      spouse: '1',
    });
  });
});

function batches(
  source: SimulatedSource,
  tp: { readonly topic: string; readonly partition: number },
  size: number,
): RecordBatch[] {
  const log = source.logs.get(tp.topic)?.[tp.partition] ?? [];
  const out: RecordBatch[] = [];
  let from = 0n;
  for (let i = 0; i < log.length; i += size) {
    const batch = batchOf(tp, log.slice(i, i + size), { from });
    out.push(batch);
    from = batch.nextOffset;
  }
  return out;
}

async function applyAll(member: EngineOfTest, all: readonly RecordBatch[]): Promise<void> {
  for (const batch of all) {
    const handled = await member.engine.apply(batch);
    expect(handled, `batch of ${partitionKey(batch)}`).toEqual({ kind: 'done' });
  }
}

/** Until a transaction on this file's database waits for a row. */
async function waitsForLock(): Promise<void> {
  const waiting = () =>
    rig.root.query<{ n: number }>(
      "SELECT COUNT(*) AS n FROM information_schema.innodb_trx AS t JOIN information_schema.processlist AS p ON p.id = t.trx_mysql_thread_id WHERE t.trx_state = 'LOCK WAIT' AND p.db = ?",
      [rig.view.database],
    );
  await expect.poll(waiting, { timeout: PATIENCE_MS }).toEqual([{ n: 1 }]);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
