/** Batches are, byte for byte, what the client library writes. */
import { createRecordsBatch, NumericMap } from '@platformatic/kafka';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BatchHead, recordBatch } from '../../../bus/kafka/wire/record-batch.ts';
import type { PlacedRecord } from '../../../bus/kafka/wire/record-placement.ts';

const AT = { topic: 't', partition: 3 };

function byLibrary(records: readonly PlacedRecord[], head: BatchHead): Buffer {
  const { producerId, producerEpoch, sequence, atMs } = head;
  const sequences = new NumericMap();
  sequences.set('t:3', sequence);
  const messages = records.map((record) => ({ ...AT, ...record, timestamp: BigInt(atMs) }));
  // Records without a key or value are missing in the library's type only.
  const options = { transactionalId: 'x', producerId, producerEpoch, sequences };
  return createRecordsBatch(messages as never, options as never).buffer;
}

const HEAD = { producerId: 7n, producerEpoch: 2, sequence: 40, atMs: 1_700_000_000_123 };
const bytes = fc
  .uint8Array({ maxLength: 300 })
  .map((array) => Buffer.from(array.buffer, array.byteOffset, array.length));
const record = fc.record({ key: fc.option(bytes), value: fc.option(bytes) });

describe('a batch', () => {
  test('of any records is the one that the library writes', () => {
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 1, maxLength: 200 }),
        fc.record({
          producerId: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
          producerEpoch: fc.integer({ min: 0, max: 2 ** 15 - 1 }),
          sequence: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
          atMs: fc.integer({ min: 0, max: 2 ** 43 }),
        }),
        (records, head) => {
          expect(recordBatch(records, head).equals(byLibrary(records, head))).toBe(true);
        },
      ),
    );
  });

  test.each([63, 64, 8_191, 8_192, 16_384, 1_048_576, 20_000_000])(
    'with a value of %i bytes too',
    (length) => {
      const records = [{ key: null, value: Buffer.alloc(length, 5) }];
      expect(recordBatch(records, HEAD).equals(byLibrary(records, HEAD))).toBe(true);
    },
  );

  test('of ten thousand records too', () => {
    const records = Array.from({ length: 10_000 }, (_, n) => ({
      key: Buffer.from(`k${n}`),
      value: Buffer.from(`v${n}`),
    }));
    expect(recordBatch(records, HEAD).equals(byLibrary(records, HEAD))).toBe(true);
  });
});
