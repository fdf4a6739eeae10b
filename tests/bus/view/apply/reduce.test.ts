import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SqlValue } from '../../../../bus/sql/sql.ts';
import {
  reduceByKey,
  sortedKeys,
  sortKeyOf,
  type KeyedRow,
} from '../../../../bus/view/apply/reduce.ts';

function row(key: readonly SqlValue[], version: bigint): KeyedRow {
  return { key, values: [String(version)], atMs: 1, version, sortKey: sortKeyOf(key) };
}

describe('reduceByKey', () => {
  test('keeps the last change of each key', () => {
    const reduced = reduceByKey([row(['b'], 1n), row(['a'], 2n), row(['b'], 3n), row(['a'], 4n)]);
    expect(reduced.map(({ key, version }) => [key[0], version])).toEqual([
      ['a', 4n],
      ['b', 3n],
    ]);
  });

  test('orders rows alike whatever order they came in', () => {
    const keys = fc.uniqueArray(fc.string({ unit: 'binary', maxLength: 4 }), { maxLength: 12 });
    const shuffled = keys.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        const order = (of: string[]) =>
          reduceByKey(of.map((key) => row([key], 1n))).map(({ key }) => key[0]);
        expect(order(one)).toEqual(order(other));
        expect(order(one)).toHaveLength(one.length);
      }),
    );
  });

  test.each<[SqlValue[], SqlValue[], string]>([
    [['a'], ['a '], 'a trailing space counts'],
    [['a'], ['A'], 'case counts'],
    [['𠮷'], ['𫚖'], 'rare characters differ, though usual collations say they do not'],
    [['é'], ['e\u0301'], 'two spellings of one letter are two keys'],
    [['a', 'bc'], ['ab', 'c'], 'columns do not run together'],
    [['a\u0000', 'b'], ['a', '\u0000b'], 'nor where a value holds NUL'],
    [['a","b', ''], ['a', 'b'], 'nor where a value holds quotes'],
    [[Buffer.from([0xff])], [Buffer.from([0xfe])], 'bytes that are no text'],
    [['10'], ['9'], 'numbers'],
  ])('%j and %j are two keys (%s)', (a, b) => {
    expect(reduceByKey([row(a, 1n), row(b, 2n)])).toHaveLength(2);
  });

  test('two keys of several columns are one only when every column is equal', () => {
    // Few characters, the separators one could think of among them, so that near misses are frequent.
    const column = fc.string({
      unit: fc.constantFrom('a', '\u0000', '\u0001', '"', ',', '\\'),
      maxLength: 3,
    });
    const key = fc.tuple(column, column);
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(sortKeyOf(a) === sortKeyOf(b)).toBe(a[0] === b[0] && a[1] === b[1]);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('sortedKeys', () => {
  test('leaves duplicates and NULL out and keeps the writing order', () => {
    expect(sortedKeys(['b', null, 'a', 'b', 'B'])).toEqual(['B', 'a', 'b']);
  });

  test('gives the order that reduceByKey gives', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 4 })), (keys) => {
        const rows = reduceByKey(keys.map((key) => row([key], 1n)));
        expect(sortedKeys(keys)).toEqual(rows.map(({ key }) => key[0]));
      }),
    );
  });
});
