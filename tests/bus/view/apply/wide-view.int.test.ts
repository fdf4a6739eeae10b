import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SqlValue } from '../../../../bus/sql/sql.ts';
import { pruneHistory, readHistory } from '../../../../bus/view/store/history-store.ts';
import { testStack } from '../../../support/env.ts';
import { at, engineRig } from '../../../support/view/engine-rig.ts';
import { batchOf, changed, gone, tombstone } from '../../../support/view/records.ts';
import { seedCount } from '../../../support/view/seed-count.ts';
import { ENTERPRISES, ORGANISATIONS, VEHICLES, wideView } from '../../../support/view/wide-view.ts';

const stack = await testStack('wide');
const rig = await engineRig(stack, 'v', wideView);
const organisations = at(ORGANISATIONS);
const enterprises = at(ENTERPRISES);
const vehicles = at(VEHICLES);
const PARTITIONS = [organisations, enterprises, vehicles];

const started = async () => {
  const made = rig.start('me');
  await made.claim(1, PARTITIONS);
  return made.engine;
};
const open = () =>
  rig.database.query(
    'SELECT item, entity, reporter, authority_value, reported_value, since_ms, resolved_ms FROM civicbus_conflict ORDER BY entity, item',
  );
const names = (sql: string) => rig.database.query<{ name: string }>(sql);

describe('what readers see', () => {
  test('an entity is shown only while its state says so, and is not lost when it is hidden', async () => {
    const engine = await started();
    const name = () => names('SELECT name FROM entity ORDER BY code');
    await engine.apply(
      batchOf(organisations, [changed(0n, ['A'], ['甲', '1.00', 'registered', null])]),
    );
    expect(await name()).toEqual([{ name: '甲' }]);
    await engine.apply(batchOf(organisations, [changed(1n, ['A'], ['甲', '1.00', 'merged', 'B'])]));
    expect(await name()).toEqual([]);
    await engine.apply(
      batchOf(organisations, [changed(2n, ['A'], ['甲', '1.00', 'changed', null])]),
    );
    expect(await name()).toEqual([{ name: '甲' }]);
  });

  test('child rows come and go one by one, move between entities, and hide with theirs', async () => {
    const engine = await started();
    const shown = () => rig.database.query('SELECT plate, code, kind FROM vehicle ORDER BY plate');
    await engine.apply(
      batchOf(vehicles, [
        changed(0n, ['p1'], ['A', 'car']),
        changed(1n, ['p2'], ['A', 'van']),
        changed(2n, ['p3'], ['B', 'car']),
      ]),
    );
    expect(await shown()).toEqual([]);
    await engine.apply(
      batchOf(organisations, [changed(0n, ['A'], ['甲', null, 'registered', null])]),
    );
    expect(await shown()).toEqual([
      { plate: 'p1', code: 'A', kind: 'car' },
      { plate: 'p2', code: 'A', kind: 'van' },
    ]);
    await engine.apply(
      batchOf(vehicles, [
        changed(3n, ['p2'], ['B', 'van']),
        changed(4n, ['p3'], ['A', 'car']),
        gone(5n, 'p1'),
        tombstone(6n, 'p1'),
      ]),
    );
    expect(await shown()).toEqual([{ plate: 'p3', code: 'A', kind: 'car' }]);
  });
});

describe('conflicts', () => {
  test('are open where a reporter says otherwise, whoever came first, and resolved when both agree', async () => {
    const engine = await started();
    await engine.apply(batchOf(enterprises, [changed(0n, ['A'], ['乙', '5.00'])]));
    expect(await open()).toEqual([]);
    await engine.apply(
      batchOf(organisations, [changed(0n, ['A'], ['甲', '5.00', 'registered', null])]),
    );
    expect(await open()).toEqual([
      {
        item: 'name',
        entity: 'A',
        reporter: 'commercial',
        authority_value: '甲',
        reported_value: '乙',
        since_ms: 1,
        resolved_ms: null,
      },
    ]);
    expect(await names('SELECT name FROM entity')).toEqual([{ name: '甲' }]);
    await engine.apply(batchOf(enterprises, [changed(1n, ['A'], ['甲', '5.00'])]));
    expect(await open()).toMatchObject([{ item: 'name', resolved_ms: 1 }]);
    await engine.apply(batchOf(enterprises, [changed(2n, ['A'], ['甲 ', '5.00'])]));
    expect(await open()).toMatchObject([{ reported_value: '甲 ', resolved_ms: null }]);
  });

  test.each<[string, SqlValue, SqlValue, number]>([
    ['a value where the authority has none', null, '乙', 1],
    ['nothing where the authority has a value', '甲', null, 0],
    ['nothing at all', null, null, 0],
    ['another case', 'a', 'A', 1],
    ['a rare character for another', '𠮷', '𫚖', 1],
    ['the same', '𠮷', '𠮷', 0],
  ])('%s', async (_, authority, reported, count) => {
    const engine = await started();
    await engine.apply(
      batchOf(organisations, [changed(0n, ['A'], [authority, null, 'registered', null])]),
    );
    await engine.apply(batchOf(enterprises, [changed(0n, ['A'], [reported, null])]));
    expect(await open()).toHaveLength(count);
  });

  test('end with either side', async () => {
    const engine = await started();
    const both = async (from: bigint) => {
      await engine.apply(
        batchOf(organisations, [changed(from, ['A'], ['甲', null, 'registered', null])]),
      );
      await engine.apply(batchOf(enterprises, [changed(from, ['A'], ['乙', null])]));
      expect(await open()).toMatchObject([{ resolved_ms: null }]);
    };
    await both(0n);
    await engine.apply(batchOf(enterprises, [gone(1n, 'A')]));
    expect(await open()).toMatchObject([{ resolved_ms: 1 }]);
    await engine.apply(batchOf(organisations, [gone(1n, 'A')]));
    await both(2n);
    await engine.apply(batchOf(organisations, [gone(3n, 'A')]));
    expect(await open()).toMatchObject([{ resolved_ms: 1 }]);
  });

  test('the open ones are exactly the differences, in any order of events and batches', async () => {
    const value = fc.constantFrom('甲', '乙', '丙', null);
    const event = fc.record({
      side: fc.constantFrom('authority', 'reporter'),
      key: fc.constantFrom('A', 'B', 'C'),
      value,
      gone: fc.boolean(),
      cut: fc.boolean(),
    });
    await fc.assert(
      fc
        .asyncProperty(fc.array(event, { minLength: 1, maxLength: 25 }), async (events) => {
          const engine = await started();
          const truth = {
            authority: new Map<string, SqlValue>(),
            reporter: new Map<string, SqlValue>(),
          };
          const offsets = { authority: 0n, reporter: 0n };
          const waiting: {
            authority: ReturnType<typeof changed>[];
            reporter: ReturnType<typeof changed>[];
          } = {
            authority: [],
            reporter: [],
          };
          const flush = async (side: 'authority' | 'reporter') => {
            const records = waiting[side].splice(0);
            if (records.length === 0) return;
            await engine.apply(
              batchOf(side === 'authority' ? organisations : enterprises, records),
            );
          };
          for (const { side, key, value: now, gone: isGone, cut } of events) {
            const offset = offsets[side]++;
            if (isGone) truth[side].delete(key);
            else truth[side].set(key, now);
            const row = side === 'authority' ? [now, null, 'registered', null] : [now, null];
            waiting[side].push(isGone ? gone(offset, key) : changed(offset, [key], row));
            if (cut) await flush(side);
          }
          await flush('authority');
          await flush('reporter');
          const expected = [...truth.reporter].filter(
            ([key, says]) =>
              says !== null && truth.authority.has(key) && truth.authority.get(key) !== says,
          );
          const found = await rig.database.query<{ entity: string; reported_value: string }>(
            'SELECT entity, reported_value FROM civicbus_conflict WHERE resolved_ms IS NULL ORDER BY entity',
          );
          expect(found.map((c) => [c.entity, c.reported_value])).toEqual(
            expected.sort(([a], [b]) => (a < b ? -1 : 1)),
          );
        })
        .afterEach(() => rig.empty()),
      { numRuns: seedCount(25) },
    );
  });
});

describe('history', () => {
  const of = async (rowKey: string) =>
    (await readHistory(rig.database, { rowKey, limit: 50 }))
      .map(({ op, values, offset }) => ({ op, offset, values: JSON.parse(values ?? 'null') }))
      .sort((a, b) => Number(a.offset) - Number(b.offset));

  test('keeps every change, also those that one batch overtakes: closure, correction and mistake stay apart', async () => {
    const engine = await started();
    await engine.apply(
      batchOf(organisations, [
        changed(0n, ['A'], ['甲', '1.00', 'registered', null]),
        changed(1n, ['A'], ['乙', '1.00', 'changed', null]),
        changed(2n, ['A'], ['乙', '1.00', 'closed', 'B']),
        changed(3n, ['M'], ['误', null, 'registered', null]),
        gone(4n, 'M'),
        tombstone(5n, 'M'),
      ]),
    );
    expect(await of('A')).toMatchObject([
      { op: 'u', values: { name: '甲', register__status: 'registered' } },
      { op: 'u', values: { name: '乙', register__status: 'changed' } },
      { op: 'u', values: { name: '乙', register__status: 'closed', register__successor: 'B' } },
    ]);
    expect(await of('M')).toMatchObject([
      { op: 'u', values: { name: '误' } },
      { op: 'd', values: null },
    ]);
  });

  test('a batch that is applied again appends nothing twice', async () => {
    const engine = await started();
    const batch = batchOf(organisations, [changed(0n, ['A'], ['甲', null, 'registered', null])]);
    await engine.apply(batch);
    await rig.root.execute('UPDATE civicbus_offset SET next_offset = 0');
    await (await started()).apply(batch);
    expect(await of('A')).toHaveLength(1);
  });

  test('what is older than the retention goes, with the rights of the consumer, and nothing else', async () => {
    const engine = await started();
    await engine.apply(
      batchOf(organisations, [
        changed(0n, ['A'], ['甲', null, 'registered', null]),
        changed(1n, ['A'], ['乙', null, 'registered', null]),
      ]),
    );
    await rig.root.execute(
      'UPDATE civicbus_history SET applied_at = applied_at - INTERVAL 31 DAY WHERE `offset` = 0',
    );
    expect(await pruneHistory(rig.database, 30)).toBe(1);
    expect((await of('A')).map(({ offset }) => offset)).toEqual(['1']);
    await expect(rig.database.execute('DELETE FROM entity__rows')).rejects.toMatchObject({
      code: 'SQL_ACCESS_DENIED',
    });
  });
});
