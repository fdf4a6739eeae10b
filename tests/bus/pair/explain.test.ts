import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ColumnValue } from '../../../bus/change/column-value.ts';
import { explainRow, type RowVerdict } from '../../../bus/pair/explain.ts';
import { topicColumns } from '../../../bus/pair/gateway/bound-pair.ts';
import type { CompiledPair } from '../../../bus/pair/pair.ts';
import { salePair } from '../../support/pair/pair-fixture.ts';

type Row = Readonly<Record<string, ColumnValue>>;

const PAIR = salePair({
  id: 'p1',
  masked: ['buyer'],
  rows: "row.district.startsWith('1101') && row.price > 10.00",
});
const SHOWN: CompiledPair = {
  ...PAIR,
  resource: {
    ...PAIR.resource,
    visibleWhile: {
      column: 'status',
      type: { kind: 'chars', name: 'varchar', charsMax: 20 },
      in: ['open'],
    },
  },
};
const ROW: Row = {
  sale: 's1',
  district: '110102',
  status: 'open',
  price: '12.30',
  buyer: 'a-number',
  __there: 1,
};

function explained(pair: CompiledPair, row: Row | null) {
  const columns = topicColumns([pair]);
  return explainRow(pair, columns, row && columns.map(({ name }) => row[name] ?? null));
}

describe('An explanation', () => {
  test.each<{ pair: CompiledPair; row: Row | null; verdict: RowVerdict; reason: string }>([
    { pair: PAIR, row: ROW, verdict: 'delivered', reason: 'nothing is against it' },
    { pair: PAIR, row: null, verdict: 'not-there', reason: 'the hub has no such row' },
    { pair: PAIR, row: { ...ROW, __there: 0 }, verdict: 'not-there', reason: 'it was deleted' },
    { pair: SHOWN, row: ROW, verdict: 'delivered', reason: 'its state is shown' },
    { pair: SHOWN, row: { ...ROW, status: 'closed' }, verdict: 'not-visible', reason: 'it is not' },
    { pair: SHOWN, row: { ...ROW, status: null }, verdict: 'not-visible', reason: 'it has none' },
    { pair: PAIR, row: { ...ROW, price: '9.99' }, verdict: 'out-of-rows', reason: 'too cheap' },
    {
      pair: PAIR,
      row: { ...ROW, price: '9.99', district: null },
      verdict: 'out-of-rows',
      reason: 'one false part decides',
    },
    { pair: PAIR, row: { ...ROW, price: null }, verdict: 'undecided', reason: 'NULL has no order' },
    { pair: PAIR, row: { ...ROW, buyer: 7 }, verdict: 'mask-fault', reason: 'a number is no text' },
  ])('says $verdict: $reason', ({ pair, row, verdict }) => {
    expect(explained(pair, row).verdict).toBe(verdict);
  });

  test('names each part of the predicate and each field, and no value', () => {
    const explanation = explained(PAIR, { ...ROW, price: null });
    expect(explanation).toEqual({
      verdict: 'undecided',
      clauses: [
        { cel: "row.district.startsWith('1101')", verdict: 'true', empty: [] },
        { cel: 'row.price > 10.00', verdict: 'undecided', empty: ['price'] },
      ],
      fields: [
        {
          name: 'sale',
          isKey: true,
          deliveredType: 'varchar(40)',
          isEmpty: false,
          isFaulty: false,
        },
        {
          name: 'price',
          isKey: false,
          deliveredType: 'decimal(16,2)',
          isEmpty: true,
          isFaulty: false,
        },
        {
          name: 'buyer',
          isKey: false,
          deliveredType: 'varchar(40)',
          mask: 'partial',
          isEmpty: false,
          isFaulty: false,
        },
      ],
    });
    expect(JSON.stringify(explained(PAIR, ROW))).not.toMatch(/s1|110102|open|12\.30|a-number/);
  });

  // explainRow itself asserts that the gateway decides alike; this makes it meet all sorts of rows.
  test('says what the gateway does, for every row', () => {
    const row = fc.record({
      sale: fc.constantFrom('s1', 's2'),
      district: fc.constantFrom('110102', '120000', null),
      status: fc.constantFrom('open', 'closed', null),
      price: fc.constantFrom('9.99', '10.01', null, 5),
      buyer: fc.constantFrom('x', null, 7),
      __there: fc.constantFrom(0, 1),
    });
    const verdicts = new Set<RowVerdict>();
    fc.assert(
      fc.property(row, fc.constantFrom(PAIR, SHOWN), (one, pair) => {
        verdicts.add(explained(pair, one).verdict);
      }),
      { numRuns: 3_000 },
    );
    expect(verdicts.size).toBe(6);
  });
});
