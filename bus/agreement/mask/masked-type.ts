/**
 * Which mask fits which column, and the type of what is delivered: always one that holds every value
 * the mask can give. A mask that hides nothing, or whose result hangs on how a value happens to be
 * written, is refused here, when the agreement is checked.
 */
import { unreachable } from '../../base/assert.ts';
import { type ColumnType, sqlTypeOf } from '../../change/column-type.ts';
import type { Mask } from '../agreement.ts';
import { hasCanonicalBytes } from './canonical-value.ts';

const VARCHAR_MAX = 16_383;
const TOKEN_CHARS = 64;
const MONTH_CHARS = 7;

/** The delivered type; a text says why the mask does not fit the column. */
export function maskedType(mask: Mask, type: ColumnType): ColumnType | string {
  switch (mask.method) {
    case 'null':
      return type;
    case 'partial':
      return partialType(mask.count, type);
    case 'truncate':
      return shortened(mask.length, type);
    case 'generalise':
      return mask.to === 'prefix' ? shortened(mask.length, type) : periodType(mask.to, type);
    case 'hmac-sha256':
      return hasCanonicalBytes(type)
        ? varchar(TOKEN_CHARS)
        : `a token needs values of one written form, which ${sqlTypeOf(type)} has not`;
    default:
      return unreachable(mask);
  }
}

function partialType(count: number, type: ColumnType): ColumnType | string {
  if (!isCount(count)) return 'expected a count of at least 1 character to keep';
  if (type.kind === 'chars' || type.kind === 'text') return type;
  // Stars are none of the declared values, but just as long.
  return type.kind === 'enum' ? varchar(charsMaxOf(type.values)) : needsText('partial', type);
}

function shortened(length: number, type: ColumnType): ColumnType | string {
  if (!isCount(length)) return 'expected a length of at least 1 character';
  const charsMax = charsMaxOfType(type);
  if (charsMax === undefined) return needsText('shortening', type);
  if (length >= charsMax) return `${length} characters of ${sqlTypeOf(type)} hide nothing`;
  return length <= VARCHAR_MAX ? varchar(length) : type;
}

/** How many characters a text can have at most; undefined for what is no text. */
function charsMaxOfType(type: ColumnType): number | undefined {
  switch (type.kind) {
    case 'chars':
      return type.charsMax;
    case 'enum':
      return charsMaxOf(type.values);
    case 'text':
      return type.name === 'tinytext' ? 255 : 65_535;
    default:
      return undefined;
  }
}

function periodType(to: 'year' | 'month', type: ColumnType): ColumnType | string {
  const dated = type.kind === 'date' || (type.kind === 'moment' && type.name !== 'time');
  if (!dated) return `generalising to a ${to} needs a date, not ${sqlTypeOf(type)}`;
  return to === 'year'
    ? { kind: 'integer', name: 'smallint', unsigned: false }
    : varchar(MONTH_CHARS);
}

function needsText(what: string, type: ColumnType): string {
  return `${what} needs a column of text, not ${sqlTypeOf(type)}`;
}

function isCount(count: number): boolean {
  return Number.isSafeInteger(count) && count >= 1;
}

function varchar(charsMax: number): ColumnType {
  return { kind: 'chars', name: 'varchar', charsMax };
}

function charsMaxOf(values: readonly string[]): number {
  return Math.max(1, ...values.map((value) => Array.from(value).length));
}
