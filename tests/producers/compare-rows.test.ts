import { describe, expect, test } from 'vitest';
import { compareRows } from '../../producers/compare-rows.ts';

const rows = (entries: Record<string, Record<string, unknown>>) => new Map(Object.entries(entries));

describe('compareRows', () => {
  test.each([
    { expected: { a: { x: '1' } }, actual: { a: { x: '1' } }, found: [], reason: 'equal rows' },
    {
      expected: { a: { x: '1' } },
      actual: {},
      found: [{ key: 'a', kind: 'missing', columns: [] }],
      reason: 'a row is missing',
    },
    {
      expected: {},
      actual: { a: {} },
      found: [{ key: 'a', kind: 'unexpected', columns: [] }],
      reason: 'a row too many',
    },
    {
      expected: { a: { x: '1', y: null } },
      actual: { a: { x: '1', y: '' } },
      found: [{ key: 'a', kind: 'different', columns: ['y'] }],
      reason: 'NULL is not the empty text',
    },
    {
      expected: { a: { x: '1', y: null } },
      actual: { a: { x: '1' } },
      found: [{ key: 'a', kind: 'different', columns: ['y'] }],
      reason: 'an absent column is not NULL',
    },
    {
      expected: { a: { x: '1.00' } },
      actual: { a: { x: '1.0' } },
      found: [{ key: 'a', kind: 'different', columns: ['x'] }],
      reason: 'scale counts',
    },
    {
      expected: { a: { x: '1' } },
      actual: { a: { x: '1', more: 2 } },
      found: [],
      reason: 'columns beyond the expected are not looked at',
    },
  ])('$reason', ({ expected, actual, found }) => {
    const result = compareRows(rows(expected as never), rows(actual as never));
    expect(result.differences).toEqual(found);
    expect(result.equal).toBe(found.length === 0);
  });

  test('all differences are counted, the first ones listed in key order', () => {
    const expected = rows(
      Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`k${i + 10}`, {}])),
    );
    const result = compareRows(expected, new Map(), 2);
    expect(result.differing).toBe(30);
    expect(result.differences.map((difference) => difference.key)).toEqual(['k10', 'k11']);
  });
});
