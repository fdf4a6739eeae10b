/**
 * From what avsc read to the value forms of the bus: one closure per column, chosen once from
 * the wire type and the declared type. Ranges and lengths are not judged here (value-check does);
 * a wire value without any SQL form throws ValueFault.
 */
import { unreachable } from '../base/assert.ts';
import type { ColumnType } from '../change/column-type.ts';
import type { ColumnValue } from '../change/column-value.ts';
import { SEMANTIC, type WireType } from '../change/wire-type.ts';
import { dateTimeText, dayText, timeText, zonedText } from './convert-time.ts';
import { ValueFault } from './value-fault.ts';

/** Named limit: 65 decimal digits fit 27 bytes; rendering grows with the square of the length. */
const NUMBER_BYTES_MAX = 64;

/** Never called with null. */
export type Convert = (raw: unknown) => ColumnValue;

const PER_SECOND: Readonly<Record<string, number>> = {
  [SEMANTIC.timestampMs]: 1_000,
  [SEMANTIC.connectTimestampMs]: 1_000,
  [SEMANTIC.timestampUs]: 1_000_000,
  [SEMANTIC.timestampNs]: 1_000_000_000,
  [SEMANTIC.timeMs]: 1_000,
  [SEMANTIC.connectTimeMs]: 1_000,
  [SEMANTIC.timeUs]: 1_000_000,
  [SEMANTIC.timeNs]: 1_000_000_000,
};

/** The conversion for a column whose declared type `accepts` the wire type. */
export function converterFor(type: ColumnType, wire: WireType): Convert {
  switch (type.kind) {
    case 'chars':
    case 'text':
    case 'enum':
    case 'json':
      return wire.avro === 'enum' ? (raw) => symbolOf(raw, wire.symbols) : asText;
    case 'integer':
    case 'year':
      return integerConverter(wire);
    case 'decimal':
      return decimalConverter(wire, type.scale);
    case 'float':
      return (raw) => numberOf(raw);
    case 'date':
      return (raw) => dayText(numberOf(raw));
    case 'moment':
      return momentConverter(type, wire);
    case 'boolean':
      return booleanOf;
    case 'binary':
    case 'blob':
      return bytesOf;
    default:
      return unreachable(type);
  }
}

function integerConverter(wire: WireType): Convert {
  if (wire.semantic === SEMANTIC.decimal) return (raw) => safeInteger(unscaled(bytesOf(raw)));
  if (wire.semantic === SEMANTIC.bits) {
    // Debezium writes bit fields with the least significant byte first.
    return (raw) => safeInteger(unsignedOf(Buffer.from(bytesOf(raw)).reverse()));
  }
  if (wire.avro === 'boolean') return (raw) => (raw === true ? 1 : 0);
  return (raw) => (typeof raw === 'bigint' ? safeInteger(raw) : numberOf(raw));
}

function momentConverter(
  { name, digits }: { readonly name: string; readonly digits: number },
  { semantic = '' }: WireType,
): Convert {
  if (semantic === SEMANTIC.zonedTimestamp) return (raw) => zonedText(asText(raw), digits);
  const form = { perSecond: PER_SECOND[semantic] ?? 1, digits };
  return name === 'time'
    ? (raw) => timeText(countOf(raw), form)
    : (raw) => dateTimeText(countOf(raw), form);
}

function decimalConverter(wire: WireType, scale: number): Convert {
  if (wire.avro === 'string') return (raw) => plainDecimal(asText(raw), scale);
  if (wire.avro === 'bytes') {
    return (raw) => decimalText({ unscaled: unscaled(bytesOf(raw)), from: wire.scale, to: scale });
  }
  if (wire.avro === 'scaled-decimal') return (raw) => scaledDecimal(raw, scale);
  return (raw) => decimalText({ unscaled: countOf(raw), from: 0, to: scale });
}

/** A VariableScaleDecimal record; f0 and f1 are its fields `scale` and `value`. */
function scaledDecimal(raw: unknown, scale: number): string {
  if (typeof raw !== 'object' || raw === null || !('f0' in raw) || !('f1' in raw)) {
    throw new ValueFault('a number without scale and value');
  }
  const from = numberOf(raw.f0);
  if (from < -1_000 || from > 1_000) throw new ValueFault('a scale beyond 1000 digits');
  return decimalText({ unscaled: unscaled(bytesOf(raw.f1)), from, to: scale });
}

type ScaledNumber = {
  readonly unscaled: number | bigint;
  readonly from: number;
  readonly to: number;
};

/** Exact text with `to` digits after the point; more where they are not zero. */
export function decimalText({ unscaled: digits, from, to }: ScaledNumber): string {
  const negative = digits < 0;
  const magnitude = (negative ? -digits : digits).toString();
  const head = negative ? '-' : '';
  if (from === 0) return `${head}${magnitude}${to === 0 ? '' : `.${'0'.repeat(to)}`}`;
  if (from < 0)
    return `${head}${magnitude}${'0'.repeat(-from)}${to === 0 ? '' : `.${'0'.repeat(to)}`}`;
  const padded = magnitude.length > from ? magnitude : magnitude.padStart(from + 1, '0');
  const point = padded.length - from;
  const whole = padded.slice(0, point);
  if (from === to) return `${head}${whole}.${padded.slice(point)}`;
  const fraction = padded.slice(point).replace(/0+$/, '').padEnd(to, '0');
  return fraction === '' ? `${head}${whole}` : `${head}${whole}.${fraction}`;
}

/** Decimal text of the source, also with an exponent, in the declared number of digits. */
export function plainDecimal(text: string, scale: number): string {
  const match = /^([+-]?)(\d{1,100})(?:\.(\d{1,100}))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text);
  if (!match) throw new ValueFault('a number that is not decimal text');
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const magnitude = BigInt(whole + fraction);
  return decimalText({
    unscaled: sign === '-' ? -magnitude : magnitude,
    from: fraction.length - Number(exponent),
    to: scale,
  });
}

/** Two's complement, most significant byte first. */
function unscaled(bytes: Buffer): number | bigint {
  if (bytes.length === 0) throw new ValueFault('a number of no bytes');
  if (bytes.length > NUMBER_BYTES_MAX) throw new ValueFault('a number beyond every SQL type');
  if (bytes.length <= 6) return bytes.readIntBE(0, bytes.length);
  return BigInt.asIntN(bytes.length * 8, unsignedOf(bytes));
}

function unsignedOf(bytes: Buffer): bigint {
  if (bytes.length > NUMBER_BYTES_MAX) throw new ValueFault('a number beyond every SQL type');
  return bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString('hex')}`);
}

function safeInteger(value: number | bigint): number | string {
  if (typeof value === 'number') return value;
  const near = Number(value);
  return Number.isSafeInteger(near) ? near : value.toString();
}

function symbolOf(raw: unknown, symbols: readonly string[]): string {
  const symbol = symbols[numberOf(raw)];
  if (symbol === undefined) throw new ValueFault('an enum index without a symbol');
  return symbol;
}

function booleanOf(raw: unknown): ColumnValue {
  // Other numbers stay as they are, for the value check to refuse.
  return raw === 1 ? true : raw === 0 ? false : typeof raw === 'boolean' ? raw : numberOf(raw);
}

function asText(raw: unknown): string {
  if (typeof raw !== 'string') throw new ValueFault('something other than text');
  return raw;
}

function numberOf(raw: unknown): number {
  if (typeof raw !== 'number') throw new ValueFault('something other than a number');
  return raw;
}

function countOf(raw: unknown): number | bigint {
  return typeof raw === 'bigint' ? raw : numberOf(raw);
}

function bytesOf(raw: unknown): Buffer {
  if (!Buffer.isBuffer(raw)) throw new ValueFault('something other than bytes');
  return raw;
}
