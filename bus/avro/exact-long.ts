/**
 * Avro longs without loss: a number while it is safe, a bigint beyond. avsc's own long throws
 * above 2^53 and reads negative values below -2^52 with the wrong sign, because it counts the
 * zigzag form (twice the value) in a double.
 */
import avsc from 'avsc';

/** Seven varint bytes hold 49 bits: exact in a double, also doubled. */
const NUMBER_BYTES_MAX = 7;

export const exactLong = avsc.types.LongType.__with(
  {
    fromBuffer: fromVarint,
    toBuffer: toVarint,
    fromJSON: (value: unknown) => value,
    toJSON: String,
    isValid: (value: unknown) => typeof value === 'bigint' || Number.isSafeInteger(value),
    compare: (a: number | bigint, b: number | bigint) => (a < b ? -1 : a > b ? 1 : 0),
  },
  true,
);

function fromVarint(bytes: Uint8Array): number | bigint {
  if (bytes.length > NUMBER_BYTES_MAX) return fromLongVarint(bytes);
  let value = 0;
  let unit = 1;
  for (let at = 0; at < bytes.length; at++) {
    value += ((bytes[at] ?? 0) & 0x7f) * unit;
    unit *= 128;
  }
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

function fromLongVarint(bytes: Uint8Array): number | bigint {
  let value = 0n;
  for (let at = bytes.length - 1; at >= 0; at--) {
    value = (value << 7n) | BigInt((bytes[at] ?? 0) & 0x7f);
  }
  const exact = BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
  const near = Number(exact);
  return Number.isSafeInteger(near) ? near : exact;
}

function toVarint(value: number | bigint): Buffer {
  const exact = BigInt(value);
  let rest = BigInt.asUintN(64, (exact << 1n) ^ (exact >> 63n));
  const bytes: number[] = [];
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
