/**
 * Why the order of deliveries cannot matter: a model of the guarded upsert (a row is written only by
 * a version that is not older) under any cut into batches, any interleaving of partitions, and any
 * replay of what was applied before. The statement itself is held to this model on a real server.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reduceByKey, sortKeyOf, type KeyedRow } from '../../../../bus/view/apply/reduce.ts';
import { versionBase } from '../../../../bus/view/version.ts';

const RUNS = 3_000;
const PARTITIONS = 3;
const KEYS = ['1', '2', '3', 'x', 'X', 'x ', '𠮷', '𫚖', ''];

type Stored = { readonly version: bigint; readonly values: readonly unknown[] | null };
type Table = Map<string, Stored>;

/** As `compileUpsert` with the guard 'newest': equal versions write again, older ones do not. */
function upsert(table: Table, rows: readonly KeyedRow[]): void {
  for (const { sortKey, version, values } of rows) {
    const found = table.get(sortKey);
    if (!found || version >= found.version) table.set(sortKey, { version, values });
  }
}

const change = fc.record({
  key: fc.constantFrom(...KEYS),
  value: fc.option(fc.integer({ min: 0, max: 9 }), { nil: null }),
  gap: fc.integer({ min: 0, max: 2 }),
});

/** The logs that a source's changes leave, and what the source holds at their end. */
function logsOf(changes: readonly { key: string; value: number | null; gap: number }[]) {
  const logs: KeyedRow[][] = Array.from({ length: PARTITIONS }, () => []);
  const ends = Array.from({ length: PARTITIONS }, () => 0n);
  const truth = new Map<string, number | null>();
  for (const { key, value, gap } of changes) {
    const partition = (key.codePointAt(0) ?? 0) % PARTITIONS;
    const offset = (ends[partition] ?? 0n) + BigInt(gap);
    ends[partition] = offset + 1n;
    logs[partition]?.push({
      key: [key],
      sortKey: sortKeyOf([key]),
      values: value === null ? null : [value],
      atMs: 0,
      version: versionBase(1, partition) + offset,
    });
    truth.set(sortKeyOf([key]), value);
  }
  return { logs, truth };
}

/** Deliveries: whose turn it is, how much is taken, and how far back it begins again. */
const delivery = fc.record({
  partition: fc.integer({ min: 0, max: PARTITIONS - 1 }),
  take: fc.integer({ min: 1, max: 6 }),
  back: fc.integer({ min: 0, max: 6 }),
});

function deliver(
  logs: readonly (readonly KeyedRow[])[],
  deliveries: readonly { partition: number; take: number; back: number }[],
): Table {
  const table: Table = new Map();
  const at = logs.map(() => 0);
  const applyFrom = (partition: number, from: number, to: number) => {
    upsert(table, reduceByKey(logs[partition]?.slice(from, to) ?? []));
    at[partition] = Math.max(at[partition] ?? 0, to);
  };
  for (const { partition, take, back } of deliveries) {
    const from = Math.max(0, (at[partition] ?? 0) - back);
    applyFrom(partition, from, Math.min(from + take, logs[partition]?.length ?? 0));
  }
  logs.forEach((log, partition) => applyFrom(partition, at[partition] ?? 0, log.length));
  return table;
}

describe('whatever the order of deliveries', () => {
  test(`the table ends as the source (${RUNS} seeds)`, () => {
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 60 }),
        fc.array(delivery, { maxLength: 40 }),
        (changes, deliveries) => {
          const { logs, truth } = logsOf(changes);
          const table = deliver(logs, deliveries);
          const shown = [...table].map(([key, { values }]) => [key, values?.[0] ?? null]);
          expect(new Map(shown as [string, number | null][])).toEqual(truth);
        },
      ),
      { numRuns: RUNS },
    );
  });

  test(`a batch reduced is the batch applied one by one (${RUNS} seeds)`, () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const rows = logsOf(changes).logs.flat();
        const [whole, single]: [Table, Table] = [new Map(), new Map()];
        upsert(whole, reduceByKey(rows));
        for (const row of rows) upsert(single, [row]);
        expect(whole).toEqual(single);
      }),
      { numRuns: RUNS },
    );
  });
});
