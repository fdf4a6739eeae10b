/**
 * Conditions as closures over the values of one row: no text is evaluated, nothing is allocated
 * per row for texts and small numbers. A verdict is a small number instead of an exception, because
 * an undecided part is often absorbed by its neighbour.
 */
import { unreachable } from '../../base/assert.ts';
import type { ColumnValue } from '../../change/column-value.ts';
import type {
  Comparison,
  Condition,
  Constant,
  Field,
  Operand,
  OrderOperator,
  Size,
  TextTest,
} from './condition.ts';

export const FALSE = 0;
export const TRUE = 1;
/** An error in the words of CEL: a NULL where a value is needed, or a value of another type. */
export const UNDECIDED = 2;
export type Verdict = typeof FALSE | typeof TRUE | typeof UNDECIDED;

export type Image = readonly ColumnValue[];
export type Judge = (image: Image) => Verdict;
/** Where a column stands in the images. */
export type IndexOf = (column: string) => number;

type Comparable = string | number | bigint;
/** undefined: not a value of the declared type. */
type Read = (image: Image) => Comparable | null | undefined;

export function judgeOf(condition: Condition, indexOf: IndexOf): Judge {
  const inner = (part: Condition): Judge => judgeOf(part, indexOf);
  switch (condition.kind) {
    case 'constant': {
      const verdict = condition.value ? TRUE : FALSE;
      return () => verdict;
    }
    case 'and':
      return both(inner(condition.left), inner(condition.right), FALSE);
    case 'or':
      return both(inner(condition.left), inner(condition.right), TRUE);
    case 'not':
      return opposite(inner(condition.of));
    case 'choice':
      return choice(inner(condition.when), inner(condition.yes), inner(condition.no));
    case 'flag':
      return flag(indexOf(condition.field.column));
    case 'null-test':
      return nullTest(indexOf(condition.field.column), condition.isNull);
    case 'equal': {
      const same = equal(condition, indexOf);
      return condition.negated ? opposite(same) : same;
    }
    case 'order':
      return order(condition, indexOf);
    case 'among':
      return among(condition, indexOf);
    case 'text-test':
      return textTest(condition.test, indexOf(condition.field.column), condition.text);
    default:
      return unreachable(condition);
  }
}

/** && with FALSE as the deciding verdict, || with TRUE; undecided only when nothing decides. */
function both(left: Judge, right: Judge, deciding: Verdict): Judge {
  return (image) => {
    const one = left(image);
    if (one === deciding) return one;
    const other = right(image);
    return other === deciding || one !== UNDECIDED ? other : UNDECIDED;
  };
}

function opposite(of: Judge): Judge {
  return (image) => {
    const verdict = of(image);
    return verdict === UNDECIDED ? UNDECIDED : verdict === TRUE ? FALSE : TRUE;
  };
}

function choice(when: Judge, yes: Judge, no: Judge): Judge {
  return (image) => {
    const verdict = when(image);
    if (verdict === UNDECIDED) return UNDECIDED;
    return verdict === TRUE ? yes(image) : no(image);
  };
}

function flag(index: number): Judge {
  return (image) => {
    const value = image[index];
    if (value === true || value === 1) return TRUE;
    return value === false || value === 0 ? FALSE : UNDECIDED;
  };
}

function nullTest(index: number, isNull: boolean): Judge {
  return (image) => {
    const value = image[index];
    if (value === undefined) return UNDECIDED;
    return (value === null) === isNull ? TRUE : FALSE;
  };
}

type Sides = { readonly comparison: Comparison; readonly left: Operand; readonly right: Operand };

function equal({ comparison, left, right }: Sides, indexOf: IndexOf): Judge {
  if (left.kind === 'field' && right.kind === 'literal' && isPlainText(comparison)) {
    return textEqual(indexOf(left.column), right.value);
  }
  const [read, readOther] = readers(comparison, { left, right }, indexOf);
  const compare = comparerOf(comparison);
  return (image) => {
    const [one, other] = [read(image), readOther(image)];
    if (one === undefined || other === undefined) return UNDECIDED;
    if (one === null || other === null) return one === other ? TRUE : FALSE;
    return compare(one, other) === 0 ? TRUE : FALSE;
  };
}

function isPlainText({ by }: Comparison): boolean {
  return by === 'text' || by === 'date' || by === 'moment';
}

function textEqual(index: number, wanted: Constant): Judge {
  return (image) => {
    const value = image[index];
    if (value === wanted) return TRUE;
    return typeof value === 'string' || value === null ? FALSE : UNDECIDED;
  };
}

function order(
  { operator, comparison, left, right }: Sides & { readonly operator: OrderOperator },
  indexOf: IndexOf,
): Judge {
  const [read, readOther] = readers(comparison, { left, right }, indexOf);
  const compare = comparerOf(comparison);
  const holds = ORDERS[operator];
  return (image) => {
    const [one, other] = [read(image), readOther(image)];
    if (one === undefined || other === undefined || one === null || other === null) {
      return UNDECIDED;
    }
    return holds(compare(one, other)) ? TRUE : FALSE;
  };
}

const ORDERS: Readonly<Record<OrderOperator, (sign: number) => boolean>> = {
  '<': (sign) => sign < 0,
  '<=': (sign) => sign <= 0,
  '>': (sign) => sign > 0,
  '>=': (sign) => sign >= 0,
};

function among(
  { comparison, operand, values }: Extract<Condition, { kind: 'among' }>,
  indexOf: IndexOf,
): Judge {
  const read = readerOf(comparison, operand, indexOf);
  const wanted = new Set(values.map((value) => constantOf(comparison, value)));
  return (image) => {
    const value = read(image);
    if (value === undefined) return UNDECIDED;
    return value !== null && wanted.has(value) ? TRUE : FALSE;
  };
}

function textTest(test: TextTest, index: number, text: string): Judge {
  const holds = TESTS[test];
  return (image) => {
    const value = image[index];
    if (typeof value !== 'string') return UNDECIDED;
    return holds(value, text) ? TRUE : FALSE;
  };
}

const TESTS: Readonly<Record<TextTest, (value: string, text: string) => boolean>> = {
  // Both sides are well-formed Unicode, so a match never begins inside of a character.
  startsWith: (value, text) => value.startsWith(text),
  endsWith: (value, text) => value.endsWith(text),
  contains: (value, text) => value.includes(text),
};

function readers(
  comparison: Comparison,
  { left, right }: { readonly left: Operand; readonly right: Operand },
  indexOf: IndexOf,
): readonly [Read, Read] {
  return [readerOf(comparison, left, indexOf), readerOf(comparison, right, indexOf)];
}

function readerOf(comparison: Comparison, operand: Operand, indexOf: IndexOf): Read {
  if (operand.kind === 'literal') {
    const value = constantOf(comparison, operand.value);
    return () => value;
  }
  return operand.kind === 'size'
    ? sizeReader(operand, comparison, indexOf)
    : fieldReader(operand, comparison, indexOf);
}

/** A constant in the form that readers of its comparison give. */
function constantOf(comparison: Comparison, value: Constant): Comparable {
  if (comparison.by === 'decimal') return scaled(String(value), comparison.scale);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'bigint') return nearest(value);
  return value;
}

function sizeReader({ of }: Size, comparison: Comparison, indexOf: IndexOf): Read {
  const index = indexOf(of.column);
  return (image) => {
    const value = image[index];
    // Of NULL there is no size at all: an error of CEL also where NULL itself would be a value.
    if (typeof value !== 'string') return undefined;
    let size = 0;
    for (const _ of value) size++;
    return comparison.by === 'decimal' ? scaled(String(size), comparison.scale) : size;
  };
}

function fieldReader({ column }: Field, comparison: Comparison, indexOf: IndexOf): Read {
  const index = indexOf(column);
  const present = presentReader(comparison);
  return (image) => {
    const value = image[index];
    return value === null || value === undefined ? value : present(value);
  };
}

function presentReader(
  comparison: Comparison,
): (value: NonNullable<ColumnValue>) => Comparable | undefined {
  switch (comparison.by) {
    case 'integer':
      return integerOf;
    case 'decimal':
      return (value) => decimalOf(value, comparison.scale);
    case 'double':
      return (value) => (typeof value === 'number' ? value : undefined);
    case 'boolean':
      return (value) =>
        value === true || value === 1 ? 1 : value === false || value === 0 ? 0 : undefined;
    default:
      return (value) => (typeof value === 'string' ? value : undefined);
  }
}

const WHOLE = /^-?\d{1,30}$/;
const DECIMAL = /^-?\d+(?:\.\d+)?$/;

function integerOf(value: NonNullable<ColumnValue>): number | bigint | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value === 'bigint') return nearest(value);
  return typeof value === 'string' && WHOLE.test(value) ? nearest(BigInt(value)) : undefined;
}

/** One form per number, so that a Set finds it: number while that is exact, else bigint. */
function nearest(value: bigint): number | bigint {
  const near = Number(value);
  return Number.isSafeInteger(near) ? near : value;
}

function decimalOf(value: NonNullable<ColumnValue>, scale: number): bigint | undefined {
  if (typeof value === 'string') {
    return DECIMAL.test(value) && fitsScale(value, scale) ? scaled(value, scale) : undefined;
  }
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return undefined;
  if (typeof value !== 'number' && typeof value !== 'bigint') return undefined;
  return scaled(value.toString(), scale);
}

/** False when digits that count stand beyond `scale`: no value of the declared type. */
function fitsScale(text: string, scale: number): boolean {
  const point = text.indexOf('.');
  return point < 0 || !/[1-9]/.test(text.slice(point + 1 + scale));
}

/** The number times ten to the power of `scale`. */
function scaled(text: string, scale: number): bigint {
  const point = text.indexOf('.');
  if (point < 0) return BigInt(text + '0'.repeat(scale));
  const fraction = text.slice(point + 1, point + 1 + scale).padEnd(scale, '0');
  return BigInt(text.slice(0, point) + fraction);
}

function comparerOf({ by }: Comparison): (one: Comparable, other: Comparable) => number {
  if (by === 'text') return (one, other) => compareText(String(one), String(other));
  return (one, other) => (one < other ? -1 : one > other ? 1 : 0);
}

/** By code points, as utf8mb4_nopad_bin; UTF-16 units would put U+E000 … U+FFFF after emoji. */
function compareText(one: string, other: string): number {
  if (one === other) return 0;
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at++) {
    const [unit, otherUnit] = [one.charCodeAt(at), other.charCodeAt(at)];
    if (unit !== otherUnit) return weight(unit) - weight(otherUnit);
  }
  return one.length - other.length;
}

/** Surrogates stand for characters beyond all others. */
function weight(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
