import { Environment, EvaluationError } from '@marcbachmann/cel-js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checkPredicate,
  PredicateFault,
  type Predicate,
} from '../../../../bus/agreement/predicate/predicate.ts';
import type { ColumnValue } from '../../../../bus/change/column-value.ts';
import { predicateOf, randomColumns, rowOf } from './random-predicates.ts';

type Row = Readonly<Record<string, ColumnValue>>;
type Verdict = boolean | 'undecided';

function checked(cel: string): Predicate {
  const { predicate, problems } = checkPredicate(cel, randomColumns);
  if (!predicate) throw new Error(`${cel}\n${problems.join('\n')}`);
  return predicate;
}

function verdictOf(cel: string, row: Row): Verdict {
  const names = randomColumns.map(({ name }) => name);
  const judge = checked(cel).bind((column) => names.indexOf(column));
  try {
    return judge(names.map((name) => row[name] ?? null));
  } catch (error) {
    if (error instanceof PredicateFault) return 'undecided';
    throw error;
  }
}

describe('A row is judged as CEL says', () => {
  test.each<{ cel: string; row: Row; verdict: Verdict; reason: string }>([
    { cel: "row.t1 == 'a'", row: { t1: 'a' }, verdict: true, reason: 'equal texts' },
    { cel: "row.t1 == 'a'", row: { t1: 'a ' }, verdict: false, reason: 'no padding' },
    { cel: "row.t1 == 'a'", row: { t1: 'A' }, verdict: false, reason: 'case counts' },
    { cel: "row.t1 == 'a'", row: {}, verdict: false, reason: 'null equals no text' },
    { cel: "row.t1 != 'a'", row: {}, verdict: true, reason: 'and therefore differs' },
    { cel: 'row.t1 == row.t2', row: {}, verdict: true, reason: 'null equals null' },
    { cel: "row.t1 in ['a']", row: {}, verdict: false, reason: 'null is in no list' },
    { cel: "!(row.t1 in ['a'])", row: {}, verdict: true, reason: 'which is decided' },
    { cel: 'row.t1 in []', row: { t1: 'a' }, verdict: false, reason: 'an empty list has nothing' },
    { cel: "row.t1 < 'b'", row: {}, verdict: 'undecided', reason: 'null has no order' },
    {
      cel: "row.t1.startsWith('')",
      row: {},
      verdict: 'undecided',
      reason: 'null has no beginning',
    },
    {
      cel: 'size(row.t1) == 2',
      row: { t1: '𠮷野' },
      verdict: true,
      reason: 'characters, not UTF-16 units',
    },
    {
      cel: 'size(row.t1) > 1.5',
      row: { t1: '𠮷野' },
      verdict: true,
      reason: 'numbers compare across kinds',
    },
    { cel: 'size(row.t1) == 0', row: {}, verdict: 'undecided', reason: 'null has no size' },
    { cel: 'row.f1', row: {}, verdict: 'undecided', reason: 'null is no truth' },
    { cel: 'row.f1 == true', row: {}, verdict: false, reason: 'but null is not true' },
    { cel: 'row.f1 && row.f2', row: { f2: false }, verdict: false, reason: 'false decides &&' },
    { cel: 'row.f1 && row.f2', row: { f2: true }, verdict: 'undecided', reason: 'true does not' },
    { cel: 'row.f1 || row.f2', row: { f2: true }, verdict: true, reason: 'true decides ||' },
    { cel: 'row.f1 ? true : true', row: {}, verdict: 'undecided', reason: 'no branch is chosen' },
    {
      cel: "row.t1 < '😀'",
      row: { t1: '\uffee' },
      verdict: true,
      reason: 'order of code points, not of UTF-16',
    },
    {
      cel: 'row.b1 == 9007199254740993',
      row: { b1: '9007199254740993' },
      verdict: true,
      reason: 'beyond 2^53',
    },
    {
      cel: 'row.b1 > 9007199254740992',
      row: { b1: '9007199254740993' },
      verdict: true,
      reason: 'exactly one more',
    },
    {
      cel: 'row.b1 in [18446744073709551615]',
      row: { b1: '18446744073709551615' },
      verdict: true,
      reason: 'also in a list',
    },
    {
      cel: 'row.n1 == 0.3',
      row: { n1: '0.3000' },
      verdict: true,
      reason: 'zeros behind count for nothing',
    },
    {
      cel: 'row.n1 < 12.34001',
      row: { n1: '12.3400' },
      verdict: true,
      reason: 'more digits than the column',
    },
    {
      cel: 'row.n1 == 99999999999999999999999999.9999',
      row: { n1: '99999999999999999999999999.9999' },
      verdict: true,
      reason: 'digits beyond a double',
    },
    {
      cel: 'row.n1 == 99999999999999999999999999.9998',
      row: { n1: '99999999999999999999999999.9999' },
      verdict: false,
      reason: 'and the last one counts',
    },
    {
      cel: 'row.n1 in [1, 12.34, 5.00000]',
      row: { n1: '12.3400' },
      verdict: true,
      reason: 'lists of different scales',
    },
    {
      cel: 'row.n1 >= row.i1',
      row: { n1: '7.0000', i1: 7 },
      verdict: true,
      reason: 'decimal beside whole number',
    },
    {
      cel: 'row.i1 > 6.5',
      row: { i1: 7 },
      verdict: true,
      reason: 'whole number beside a fraction',
    },
    { cel: '-1.50 == row.d1', row: { d1: -1.5 }, verdict: true, reason: 'constant on the left' },
    {
      cel: "row.y1 < '2024-03-01'",
      row: { y1: '2024-02-29' },
      verdict: true,
      reason: 'days in order',
    },
    {
      cel: "row.m1 >= '2024-02-29 08:30:00.12'",
      row: { m1: '2024-02-29 08:30:00.120' },
      verdict: true,
      reason: 'digits are filled up',
    },
    { cel: "row.e1 in ['b']", row: { e1: 'B' }, verdict: false, reason: 'codes compare exactly' },
    {
      cel: 'row.i1 == 7',
      row: { i1: 'seven' },
      verdict: 'undecided',
      reason: 'a value of another type is never judged',
    },
    {
      cel: 'row.n1 == 0.3',
      row: { n1: '0.30001' },
      verdict: 'undecided',
      reason: 'nor one with too many digits',
    },
  ])('$cel on $row is $verdict: $reason', ({ cel, row, verdict }) => {
    expect(verdictOf(cel, row)).toBe(verdict);
  });

  test('a fault names the empty columns and no value', () => {
    const judge = checked("row.t1 < 'secret-a' && row.i1 > 1 && row.t2 == 'x'").bind((column) =>
      ['t1', 'i1', 't2'].indexOf(column),
    );
    expect(() => judge([null, 5, 'x'])).toThrow(PredicateFault);
    expect(() => judge([null, 5, 'x'])).toThrow(/: t1 cannot be judged/);
    expect(() => judge([null, 5, 'x'])).not.toThrow(/secret|5|x /);
  });

  test('a column that the images do not have is refused before the first row', () => {
    expect(() => checked("row.t1 == 'a'").bind(() => -1)).toThrow(/no column t1/);
  });

  test('the CEL library judges the same, wherever it knows the types', () => {
    const kinds = ['text', 'code', 'integer', 'double', 'flag'] as const;
    let decided = 0;
    fc.assert(
      fc.property(predicateOf(kinds), rowOf(kinds), (cel, row) => {
        // The library orders by UTF-16 units, CEL by code points: these characters tell them apart.
        fc.pre(!/[\ue000-\uffff]/.test(cel + JSON.stringify(row)));
        const ours = verdictOf(cel, row);
        expect(ours).toBe(theirs(cel, row));
        if (ours !== 'undecided') decided++;
      }),
      { numRuns: 1_000 },
    );
    expect(decided).toBeGreaterThan(250);
  });
});

const oracle = new Environment({
  unlistedVariablesAreDyn: true,
  homogeneousAggregateLiterals: false,
});

/** What the library's own evaluation says; whole numbers are bigint there. */
function theirs(cel: string, row: Row): Verdict {
  const whole = new Set(['i1', 'i2']);
  const context = Object.entries(row).map(([name, value]) => [
    name,
    whole.has(name) && typeof value === 'number' ? BigInt(value) : value,
  ]);
  try {
    const verdict: unknown = oracle.evaluate(cel.replaceAll(/has\((row\.\w+)\)/g, '($1 != null)'), {
      row: Object.fromEntries(context),
    });
    return typeof verdict === 'boolean' ? verdict : 'undecided';
  } catch (error) {
    if (error instanceof EvaluationError) return 'undecided';
    throw error;
  }
}
