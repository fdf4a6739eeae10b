/**
 * Which comparison fits which column, and constants read the way a column needs them: a day as a
 * real day, a decimal from its written digits instead of a rounded double. What does not fit is a
 * problem in words, found when the agreement is checked and never on a row.
 */
import type { ASTNode } from '@marcbachmann/cel-js';
import { type ColumnType, sqlTypeOf } from '../../change/column-type.ts';
import { checkValue } from '../../change/value-check.ts';
import type { Comparison, Constant } from './condition.ts';

/** A constant as it was written, before it is known what it is compared with. */
export type Written = {
  readonly value: string | bigint | number | boolean | null;
  /** Digits of a number with a point, as text. */
  readonly digits: string;
};

const SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const DECIMAL = /^-?\d{1,65}(?:\.\d{1,38})?$/;
const DIGITS_MAX = 65;
const MOMENT = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?$/;

/** How values of a type are compared; a problem in words for types that can only be null or not. */
export function comparisonOf(type: ColumnType): Comparison | string {
  switch (type.kind) {
    case 'chars':
    case 'text':
    case 'enum':
      return { by: 'text' };
    case 'integer':
    case 'year':
      return { by: 'integer' };
    case 'decimal':
      return { by: 'decimal', scale: type.scale };
    case 'date':
    case 'boolean':
      return { by: type.kind };
    case 'float':
      return type.name === 'double' ? { by: 'double' } : onlyNull(type);
    case 'moment':
      return type.name === 'time' ? onlyNull(type) : { by: 'moment', name: type.name };
    default:
      return onlyNull(type);
  }
}

function onlyNull(type: ColumnType): string {
  return `a column of type ${sqlTypeOf(type)} can only be compared with null`;
}

/** The common comparison of two columns; a problem in words when they have none. */
export function commonComparison(left: ColumnType, right: ColumnType): Comparison | string {
  const [one, other] = [comparisonOf(left), comparisonOf(right)];
  if (typeof one === 'string') return one;
  if (typeof other === 'string') return other;
  if (one.by === 'decimal' || other.by === 'decimal') {
    const scales = [one, other].map((side) =>
      side.by === 'decimal' ? side.scale : side.by === 'integer' ? 0 : undefined,
    );
    const [scale, otherScale] = scales;
    if (scale !== undefined && otherScale !== undefined) {
      return { by: 'decimal', scale: Math.max(scale, otherScale) };
    }
  }
  if (one.by !== other.by) return differs(left, right);
  if (left.kind === 'moment' && sqlTypeOf(left) !== sqlTypeOf(right)) return differs(left, right);
  return one;
}

function differs(left: ColumnType, right: ColumnType): string {
  return `${sqlTypeOf(left)} and ${sqlTypeOf(right)} cannot be compared`;
}

export type FittedConstant = { readonly comparison: Comparison; readonly value: Constant };

/** The constant as it is compared with a column of `type`; a problem in words when it cannot be. */
export function fitConstant(type: ColumnType, { value, digits }: Written): FittedConstant | string {
  const comparison = comparisonOf(type);
  if (typeof comparison === 'string') return comparison;
  switch (comparison.by) {
    case 'text':
      return typeof value === 'string' ? textConstant(type, value) : expected('text', type);
    case 'integer':
      if (typeof value === 'number') return decimalConstant(digits, 0);
      return typeof value === 'bigint'
        ? integerConstant(type, value)
        : expected('a whole number', type);
    case 'decimal':
      return typeof value === 'number' || typeof value === 'bigint'
        ? decimalConstant(digits, comparison.scale)
        : expected('a number', type);
    case 'double':
      return doubleConstant(type, value);
    case 'boolean':
      return typeof value === 'boolean' ? { comparison, value } : expected('true or false', type);
    default:
      return typeof value === 'string'
        ? momentConstant({ type, comparison }, value)
        : expected("text such as '2024-01-31'", type);
  }
}

function expected(what: string, type: ColumnType): string {
  return `expected ${what}, because the column is ${sqlTypeOf(type)}`;
}

function textConstant(type: ColumnType, value: string): FittedConstant | string {
  const fault = checkValue(type, value) ?? textFault(value);
  return fault === undefined
    ? { comparison: { by: 'text' }, value }
    : `the text ${fault}, so a column of type ${shortName(type)} never has it`;
}

/** Why a text cannot be compared exactly on every server. */
export function textFault(value: string): string | undefined {
  if (value.includes('\u0000')) return 'holds the character U+0000';
  return value.isWellFormed() ? undefined : 'is not well-formed Unicode';
}

function shortName(type: ColumnType): string {
  return type.kind === 'enum' ? 'enum' : sqlTypeOf(type);
}

function integerConstant(type: ColumnType, value: bigint): FittedConstant | string {
  const fault = type.kind === 'year' ? undefined : checkValue(type, value);
  return fault === undefined
    ? { comparison: { by: 'integer' }, value }
    : `the number ${fault}, so a column of type ${sqlTypeOf(type)} never has it`;
}

function decimalConstant(digits: string, columnScale: number): FittedConstant | string {
  if (!DECIMAL.test(digits)) return 'write the number without an exponent, in at most 65 digits';
  const fraction = digits.split('.')[1] ?? '';
  if (digits.replaceAll(/\D/g, '').length > DIGITS_MAX) return 'the number has more than 65 digits';
  const scale = Math.max(columnScale, fraction.length);
  return { comparison: { by: 'decimal', scale }, value: digits };
}

function doubleConstant(type: ColumnType, value: Written['value']): FittedConstant | string {
  const comparison = { by: 'double' } as const;
  if (typeof value === 'number') return { comparison, value };
  if (typeof value !== 'bigint') return expected('a number', type);
  return value <= SAFE && value >= -SAFE
    ? { comparison, value: Number(value) }
    : 'the number has no exact double';
}

function momentConstant(
  { type, comparison }: { readonly type: ColumnType; readonly comparison: Comparison },
  value: string,
): FittedConstant | string {
  const fault = checkValue(type, value);
  if (fault !== undefined) return `the text ${fault}`;
  if (type.kind !== 'moment') return { comparison, value };
  const match = MOMENT.exec(value);
  if (!match) return "write the moment as '2024-01-31 08:30:00'";
  const [, day, clock, fraction = ''] = match;
  const digits = fraction.slice(0, type.digits).padEnd(type.digits, '0');
  const text = `${day} ${clock}${digits === '' ? '' : `.${digits}`}`;
  return { comparison, value: text };
}

/** A node that is a plain constant, also with a minus sign before a number. */
export function writtenConstant(node: ASTNode): Written | undefined {
  if (node.op === '-_') {
    const inner = node.args.op === 'value' ? writtenConstant(node.args) : undefined;
    if (typeof inner?.value !== 'bigint' && typeof inner?.value !== 'number') return undefined;
    return { value: -inner.value, digits: `-${inner.digits}` };
  }
  if (node.op !== 'value') return undefined;
  const value = node.args;
  if (value instanceof Uint8Array || (typeof value === 'object' && value !== null))
    return undefined;
  // A double keeps the digits that were written; of its value the last ones may be lost.
  const digits =
    typeof value === 'bigint' ? value.toString() : node.input.slice(node.start, node.end);
  return { value, digits };
}
