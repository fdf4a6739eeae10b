/**
 * Avro longs without loss: a number while it is safe, a bigint beyond. avsc's own long throws
 * above 2^53 and reads negative values below -2^52 with the wrong sign, because it counts the
 * zigzag form (twice the value) in a double. avsc's hook for other longs (`LongType.__with`)
 * copies the bytes of every value, which halves the speed of a row; hence a subclass of the
 * pinned version. Only for reading.
 */
import avsc from 'avsc';

/** What avsc's reading cursor offers to a type. */
type Tap = { readonly buf: Buffer; readonly pos: number; readLong(): number };

/** Below this the zigzag form is below 2^53 and avsc's arithmetic was exact. */
const EXACT_BELOW = 2 ** 52;

class ExactLong extends avsc.types.LongType {
  _read(tap: Tap): number | bigint {
    const from = tap.pos;
    const near = tap.readLong();
    if (near > -EXACT_BELOW && near < EXACT_BELOW) return near;
    return exactVarint(tap.buf, { from, to: tap.pos });
  }
}

export const exactLong = new ExactLong();

function exactVarint(
  bytes: Uint8Array,
  { from, to }: { readonly from: number; readonly to: number },
): number | bigint {
  let value = 0n;
  // Ten bytes hold 64 bits; longer ones are broken and are cut to 64 bits, not followed.
  for (let at = Math.min(to, from + 10) - 1; at >= from; at--) {
    value = (value << 7n) | BigInt((bytes[at] ?? 0) & 0x7f);
  }
  const exact = BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
  const near = Number(exact);
  return Number.isSafeInteger(near) ? near : exact;
}
