import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isBusError } from '../../../bus/base/errors.ts';
import {
  OFFSET_MAX,
  packVersion,
  PARTITION_MAX,
  unpackVersion,
  versionBase,
  type Coordinate,
} from '../../../bus/view/version.ts';

const coordinate: fc.Arbitrary<Coordinate> = fc.record({
  generation: fc.integer({ min: 1, max: 255 }),
  partition: fc.integer({ min: 0, max: PARTITION_MAX }),
  offset: fc.bigInt({ min: 0n, max: OFFSET_MAX }),
});
const SIGNED_64_MAX = 2n ** 63n - 1n;

describe('packVersion', () => {
  test('loses nothing', () => {
    fc.assert(
      fc.property(coordinate, (c) => {
        expect(unpackVersion(packVersion(c))).toEqual(c);
      }),
    );
  });

  test('orders as (generation, partition, offset) do', () => {
    fc.assert(
      fc.property(coordinate, coordinate, (a, b) => {
        const by = [a.generation - b.generation, a.partition - b.partition];
        const order = by[0] || by[1] || Number(a.offset > b.offset) - Number(a.offset < b.offset);
        const [packedA, packedB] = [packVersion(a), packVersion(b)];
        expect(Number(packedA > packedB) - Number(packedA < packedB)).toBe(Math.sign(order));
      }),
    );
  });

  test('is positive and fits a signed BIGINT, so that 0 is older than any change', () => {
    fc.assert(
      fc.property(coordinate, (c) => {
        const packed = packVersion(c);
        expect(packed > 0n && packed <= SIGNED_64_MAX).toBe(true);
      }),
    );
    const greatest = { generation: 255, partition: PARTITION_MAX, offset: OFFSET_MAX };
    expect(packVersion(greatest)).toBe(SIGNED_64_MAX);
  });

  test('an offset added to the base of its partition is the version', () => {
    fc.assert(
      fc.property(coordinate, (c) => {
        expect(versionBase(c.generation, c.partition) + c.offset).toBe(packVersion(c));
      }),
    );
  });

  test.each<[string, Partial<Coordinate>]>([
    ['the generation of a row that was never written', { generation: 0 }],
    ['a ninth bit', { generation: 256 }],
    ['no whole number', { generation: 1.5 }],
    ['below the first partition', { partition: -1 }],
    ['a thirteenth bit', { partition: PARTITION_MAX + 1 }],
    ['Kafka’s word for "none"', { offset: -1n }],
    ['would run over into the partition', { offset: OFFSET_MAX + 1n }],
  ])('refused: %s', (_, part) => {
    const c = { generation: 1, partition: 0, offset: 0n, ...part };
    expect(() => packVersion(c)).toThrow(
      expect.toSatisfy((error: unknown) => isBusError(error, 'BUS_BUG')),
    );
  });
});
