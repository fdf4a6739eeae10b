import fc from 'fast-check';
import { expect, test } from 'vitest';
import { frame, frameFault, parseFrame, schemaIdOf } from '../../../bus/avro/wire.ts';
import { isBusError } from '../../../bus/base/errors.ts';

test('a framed body comes back with its schema id', () => {
  const ids = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  const bodies = fc.uint8Array({ maxLength: 50 });
  fc.assert(
    fc.property(ids, bodies, (schemaId, bytes) => {
      const parsed = parseFrame(frame(schemaId, Buffer.from(bytes)));
      expect(parsed.schemaId).toBe(schemaId);
      expect(parsed.body.equals(Buffer.from(bytes))).toBe(true);
    }),
  );
});

test.each([
  { bytes: [], why: 'it is empty', reason: 'an empty value is no tombstone' },
  { bytes: [0, 0, 0, 1], why: 'it has 4 bytes, fewer than', reason: 'no room for an id' },
  { bytes: [1, 0, 0, 0, 1, 2], why: 'the first byte is 1', reason: 'another framing' },
  { bytes: [123, 34, 97, 34, 58, 49, 125], why: 'the first byte is 123', reason: 'JSON' },
])('$reason is no frame', ({ bytes, why }) => {
  expect(() => schemaIdOf(Buffer.from(bytes))).toThrow(why);
});

test('any bytes either parse or fail with AVRO_FRAME_BROKEN', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      const record = Buffer.from(bytes);
      expect(refused(() => parseFrame(record))).toBe(frameFault(record) !== undefined);
    }),
  );
});

function refused(run: () => unknown): boolean {
  try {
    run();
    return false;
  } catch (error) {
    if (isBusError(error, 'AVRO_FRAME_BROKEN')) return true;
    throw error;
  }
}
