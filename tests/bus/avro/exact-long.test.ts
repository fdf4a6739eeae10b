import avsc from 'avsc';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exactLong } from '../../../bus/avro/exact-long.ts';
import { writerType } from './debezium-schema.ts';

const writer = writerType('long');
const reader = avsc.Type.forSchema(['null', 'long'], { registry: { long: exactLong } });
const resolver = reader.createResolver(avsc.Type.forSchema('long'));

test('every 64-bit number is read exactly, as a number while that is safe', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      const expected = Number.isSafeInteger(Number(value)) ? Number(value) : value;
      expect(reader.fromBuffer(writer.toBuffer(value), resolver)).toBe(expected);
    }),
  );
});

test.each([
  { value: -4_503_599_627_370_497, reason: 'avsc itself reads it with the wrong sign' },
  { value: 4_503_599_627_370_496, reason: 'the first that avsc cannot be trusted with' },
  { value: Number.MAX_SAFE_INTEGER, reason: 'the last safe number' },
  { value: Number.MIN_SAFE_INTEGER, reason: 'the first safe number' },
])('$value is exact: $reason', ({ value }) => {
  expect(reader.fromBuffer(writer.toBuffer(value), resolver)).toBe(value);
});

test('a varint without end ends', () => {
  const endless = Buffer.alloc(1_000, 0xff);
  expect(() => reader.fromBuffer(endless, resolver)).toThrow('truncated');
});
