/**
 * One byte string for each value, whatever column it stands in: the input of tokens. The kind is
 * part of it (the text "1" and the number 1 differ), the declared length or precision is not, so
 * that columns of different width join inside of a theme. Texts count as they are: no Unicode
 * normalisation, because servers compare the same texts without any.
 */
import { BusError } from '../../base/errors.ts';
import type { ColumnType } from '../../change/column-type.ts';
import type { ColumnValue } from '../../change/column-value.ts';

type Present = NonNullable<ColumnValue>;
type Kind = 'text' | 'integer' | 'decimal' | 'date' | 'moment' | 'time' | 'boolean' | 'bytes';

const WHOLE = /^-?\d+$/;
const DECIMAL = /^-?\d+(?:\.\d+)?$/;
const CLOCK_FRACTION = /(:\d\d)\.(\d*?)0*$/;

/** False for types whose equal values can be written in several ways: JSON and rounded numbers. */
export function hasCanonicalBytes(type: ColumnType): boolean {
  return kindOf(type) !== undefined;
}

/** From a value of `type`, which must have canonical bytes, to them. */
export function canonicalBytes(type: ColumnType): (value: Present) => Buffer {
  const kind = kindOf(type);
  if (kind === undefined) throw new BusError('BUS_BUG', { what: `no canonical ${type.kind}` });
  const head = Buffer.from(`${kind}\0`);
  return (value) => Buffer.concat([head, bodyOf(kind, value)]);
}

function kindOf(type: ColumnType): Kind | undefined {
  switch (type.kind) {
    case 'chars':
    case 'text':
    case 'enum':
      return 'text';
    case 'integer':
    case 'year':
      return 'integer';
    case 'moment':
      return type.name === 'time' ? 'time' : 'moment';
    case 'binary':
    case 'blob':
      return 'bytes';
    case 'float':
    case 'json':
      return undefined;
    default:
      return type.kind;
  }
}

function bodyOf(kind: Kind, value: Present): Buffer {
  if (kind === 'bytes') return Buffer.isBuffer(value) ? value : broken('is not binary');
  return Buffer.from(textOf(kind, value));
}

function textOf(kind: Exclude<Kind, 'bytes'>, value: Present): string {
  switch (kind) {
    case 'integer':
      return wholeText(value);
    case 'decimal':
      return decimalText(value);
    case 'boolean':
      return booleanText(value);
    case 'text':
      // Ill-formed texts would all become one replacement character, and so one token.
      return typeof value === 'string' && value.isWellFormed()
        ? value
        : broken('is not well-formed text');
    default:
      if (typeof value !== 'string') return broken('is not text');
      return value.replace(CLOCK_FRACTION, (_, clock: string, fraction: string) =>
        fraction === '' ? clock : `${clock}.${fraction}`,
      );
  }
}

function wholeText(value: Present): string {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value.toString();
  if (typeof value !== 'string' || !WHOLE.test(value)) return broken('is not a whole number');
  return BigInt(value).toString();
}

function decimalText(value: Present): string {
  const text = typeof value === 'number' || typeof value === 'bigint' ? wholeText(value) : value;
  if (typeof text !== 'string' || !DECIMAL.test(text)) return broken('is not a decimal number');
  const [whole = '0', fraction = ''] = text.split('.');
  const digits = fraction.replace(/0+$/, '');
  const magnitude = BigInt(whole.replace('-', '')).toString();
  const isZero = magnitude === '0' && digits === '';
  const sign = text.startsWith('-') && !isZero ? '-' : '';
  return `${sign}${magnitude}${digits === '' ? '' : `.${digits}`}`;
}

function booleanText(value: Present): string {
  if (value === true || value === 1) return 'true';
  return value === false || value === 0 ? 'false' : broken('is neither true nor false');
}

function broken(why: string): never {
  throw new BusError('MASK_VALUE_BROKEN', { why });
}
