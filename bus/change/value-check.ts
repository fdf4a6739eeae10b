/**
 * Checks a value, in the text forms of ColumnValue, against its declared type. The answer says
 * why it contradicts and never quotes the value: it goes into logs and dead letters. NULL always
 * passes; whether a column may be NULL is not a matter of its type.
 */
import { beginsWithDay, isDayTime, isDecimal } from './quick-check.ts';
import type { ColumnType, IntegerName, MomentName } from './column-type.ts';
import type { ColumnValue } from './column-value.ts';

/** Why the value contradicts; undefined when it is fine. */
export type ValueChecker = (value: ColumnValue) => string | undefined;

const TEXT_BYTES_MAX = {
  tinytext: 255,
  text: 65_535,
  mediumtext: 16_777_215,
  longtext: 4_294_967_295,
  tinyblob: 255,
  blob: 65_535,
  mediumblob: 16_777_215,
  longblob: 4_294_967_295,
};
const INTEGER_BITS: Readonly<Record<IntegerName, bigint>> = {
  tinyint: 8n,
  smallint: 16n,
  mediumint: 24n,
  int: 32n,
  bigint: 64n,
};
const DAY_TIME = /^(\d{4}-\d\d-\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/;
const CLOCK_TIME = /^-?(\d{2,3}):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/;
const DECIMAL = /^-?(\d+)(?:\.(\d+))?$/;
const TIMESTAMP_FROM = '1970-01-01 00:00:01';
const TIMESTAMP_BEFORE = '2038-01-19 03:14:08';

/** Checks once; for many values of a column compile a `valueChecker` instead. */
export function checkValue(type: ColumnType, value: ColumnValue): string | undefined {
  return valueChecker(type)(value);
}

/** A checker compiled for one declared type. */
export function valueChecker(type: ColumnType): ValueChecker {
  const check = checkerOf(type);
  return (value) => (value === null ? undefined : check(value));
}

function checkerOf(type: ColumnType): ValueChecker {
  switch (type.kind) {
    case 'chars':
      return ofText((text) => charsFault(text, type.charsMax));
    case 'text':
      return ofText((text) => bytesFault(text, TEXT_BYTES_MAX[type.name]));
    case 'enum':
      return enumChecker(type.values);
    case 'json':
      return ofText(jsonFault);
    case 'integer':
      return integerChecker(type.name, type.unsigned);
    case 'decimal':
      return ofText((text) => decimalFault(text, type));
    case 'float':
      return floatChecker(type.name);
    case 'date':
      return ofText((text) => (isDay(text) ? undefined : NOT_A_DATE));
    case 'moment':
      return ofText((text) => momentFault(text, type));
    case 'year':
      return yearFault;
    case 'boolean':
      return (value) =>
        typeof value === 'boolean' || value === 0 || value === 1
          ? undefined
          : 'is neither true nor false';
    default:
      return blobChecker(type.kind === 'binary' ? type.bytesMax : TEXT_BYTES_MAX[type.name]);
  }
}

function floatChecker(name: 'float' | 'double'): ValueChecker {
  return (value) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return 'is not a finite number';
    // Rounded to single precision, a value beyond its range is infinite.
    return name === 'double' || Number.isFinite(Math.fround(value))
      ? undefined
      : 'is beyond the range of float';
  };
}

const NOT_A_DATE = 'is not a date from 1000-01-01 to 9999-12-31';

function ofText(check: (text: string) => string | undefined): ValueChecker {
  return (value) => (typeof value === 'string' ? check(value) : 'is not text');
}

function charsFault(text: string, charsMax: number): string | undefined {
  if (text.length > charsMax) {
    // A character outside the basic plane is two code units but one character.
    let chars = 0;
    for (const _ of text) chars++;
    if (chars > charsMax) return `is longer than ${charsMax} characters (${chars})`;
  }
  return text.isWellFormed() ? undefined : 'is not well-formed Unicode';
}

function bytesFault(text: string, bytesMax: number): string | undefined {
  // A UTF-16 unit is at most three bytes of UTF-8.
  if (text.length * 3 > bytesMax) {
    const bytes = Buffer.byteLength(text);
    if (bytes > bytesMax) return `is longer than ${bytesMax} bytes (${bytes})`;
  }
  return text.isWellFormed() ? undefined : 'is not well-formed Unicode';
}

function enumChecker(values: readonly string[]): ValueChecker {
  const known = new Set(values);
  return ofText((text) => (known.has(text) ? undefined : 'is not one of the declared values'));
}

function jsonFault(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    return 'is not JSON';
  }
}

function integerChecker(name: IntegerName, unsigned: boolean): ValueChecker {
  const bits = INTEGER_BITS[name];
  const min = unsigned ? 0n : -(1n << (bits - 1n));
  const max = (1n << (unsigned ? bits : bits - 1n)) - 1n;
  const fault = `is outside ${min} … ${max}`;
  const [low, high] = [Number(min), Number(max)];
  return (value) => {
    if (typeof value === 'number' && Number.isSafeInteger(value)) {
      return value >= low && value <= high ? undefined : fault;
    }
    if (typeof value === 'string' && !/^-?\d{1,20}$/.test(value)) return 'is not a whole number';
    if (typeof value !== 'string' && typeof value !== 'bigint') return 'is not a whole number';
    const exact = BigInt(value);
    return exact >= min && exact <= max ? undefined : fault;
  };
}

function decimalFault(
  text: string,
  type: { readonly precision: number; readonly scale: number },
): string | undefined {
  // Usual values pass here; only a contradiction is worth finding the words for.
  if (isDecimal(text, type)) return undefined;
  const { precision, scale } = type;
  const match = DECIMAL.exec(text);
  if (!match) return 'is not a decimal number';
  const whole = (match[1] ?? '').replace(/^0+/, '');
  const fraction = (match[2] ?? '').replace(/0+$/, '');
  if (fraction.length > scale) {
    return `has more than ${scale} digits after the point (${fraction.length})`;
  }
  if (whole.length > precision - scale) {
    return `has more than ${precision - scale} digits before the point (${whole.length})`;
  }
  return undefined;
}

function isDay(text: string): boolean {
  return text.length === 10 && beginsWithDay(text);
}

function momentFault(
  text: string,
  { name, digits }: { readonly name: MomentName; readonly digits: number },
): string | undefined {
  if (name === 'datetime' && isDayTime(text, digits)) return undefined;
  const match = (name === 'time' ? CLOCK_TIME : DAY_TIME).exec(text);
  if (!match) return name === 'time' ? 'is not a time' : 'is not a date and time';
  const parts = name === 'time' ? ['', ...match.slice(1)] : match.slice(1);
  const [day = '', hours = '', minutes = '', seconds = '', fraction = ''] = parts;
  if (name === 'time' ? hours > '838' && hours.length === 3 : hours > '23') {
    return 'has an hour out of range';
  }
  if (minutes > '59' || seconds > '59') return 'has a minute or second out of range';
  if (name !== 'time' && !isDay(day)) return NOT_A_DATE;
  if (fraction.slice(digits).replaceAll('0', '') !== '') {
    return `has more than ${digits} digits of a second`;
  }
  if (name === 'timestamp' && (text < TIMESTAMP_FROM || text >= TIMESTAMP_BEFORE)) {
    return 'is outside the range of timestamp (1970 to 2038)';
  }
  return undefined;
}

function yearFault(value: ColumnValue): string | undefined {
  const fits = typeof value === 'number' && Number.isInteger(value);
  return fits && (value === 0 || (value >= 1901 && value <= 2155))
    ? undefined
    : 'is not a year from 1901 to 2155';
}

function blobChecker(bytesMax: number): ValueChecker {
  return (value) => {
    if (!Buffer.isBuffer(value)) return 'is not binary';
    return value.length <= bytesMax
      ? undefined
      : `is longer than ${bytesMax} bytes (${value.length})`;
  };
}
