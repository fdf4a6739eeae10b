import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isBusError } from '../../../bus/base/errors.ts';
import { parseColumnType, type ColumnType } from '../../../bus/change/column-type.ts';
import type { ColumnValue } from '../../../bus/change/column-value.ts';
import { KeySet } from '../../../bus/pair/key-set.ts';
import { pairSchemas } from '../../../bus/pair/pair-schema.ts';
import { hashBytes, pairDecoder, pairEncoder } from '../../../bus/pair/record.ts';

const type = (text: string): ColumnType => parseColumnType(text) as ColumnType;
const field = (name: string, text: string) => ({
  name,
  type: type(text),
  deliveredType: type(text),
});

const contentHash = `$1$${Buffer.alloc(32, 7).toString('base64url')}`;
const FIELDS = [
  field('id', 'varchar(18)'),
  field('price', 'decimal(16,2)'),
  field('floor', 'smallint'),
  field('many', 'bigint unsigned'),
  field('sold', 'boolean'),
  field('area', 'double'),
  field('photo', 'blob'),
  field('signed_on', 'date'),
  field('kind', "enum('一','二')"),
];
const schemas = pairSchemas({ contentHash, fields: FIELDS, keyFields: 1 });
const encoder = pairEncoder(schemas, { key: 3, value: 4 });
const decoder = pairDecoder(schemas);

const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const values: fc.Arbitrary<ColumnValue[]> = fc
  .tuple(
    fc.string({ unit: 'grapheme' }),
    orNull(fc.constantFrom('0.00', '-99999999999999.99', '12.30')),
    orNull(fc.integer({ min: -32_768, max: 32_767 })),
    orNull(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String)),
    orNull(fc.boolean()),
    orNull(fc.double({ noNaN: true })),
    orNull(fc.uint8Array().map((bytes) => Buffer.from(bytes))),
    orNull(fc.constantFrom('0001-01-01', '2026-02-29')),
    orNull(fc.constantFrom('一', '二')),
  )
  .map((row) => [...row]);

const SENT = {
  kind: 'UPSERT',
  agreement: hashBytes(contentHash),
  generation: 1,
  version: 1,
  sourceTimeMs: null,
  control: null,
} as const;
const withAt = (at: number, value: ColumnValue): ColumnValue[] =>
  FIELDS.map((_, index) => (index === 0 ? 's1' : index === at ? value : null));

describe('a record of a pair topic', () => {
  test.each<[string, number, ColumnValue, ColumnValue]>([
    ['a 64-bit number that is small enough for a number', 3, 17, '17'],
    ['a 64-bit number that is not', 3, 18_446_744_073_709_551_615n, '18446744073709551615'],
    ['a set flag as its server keeps it', 4, 1, true],
    ['a flag that is not set', 4, 0, false],
  ])('carries %s, as a capture gives it', (_what, at, value, read) => {
    const bytes = encoder.value({ ...SENT, row: withAt(at, value) });
    expect(decoder.value(bytes).row?.[at]).toBe(read);
  });

  test('is refused where a value does not fit, and the value is not told', () => {
    const encode = () => encoder.value({ ...SENT, row: withAt(2, '4711-secret') });
    expect(encode).toThrow(expect.objectContaining({ code: 'PAIR_RECORD_BROKEN' }));
    expect(encode).not.toThrow(/4711/);
  });

  test('is read as it was written, whatever its row holds', () => {
    fc.assert(
      fc.property(values, fc.nat(), orNull(fc.integer()), (row, version, sourceTimeMs) => {
        const record = {
          kind: 'UPSERT',
          agreement: hashBytes(contentHash),
          generation: 2,
          version,
          sourceTimeMs,
          row,
          control: null,
        } as const;
        expect(decoder.value(encoder.value(record))).toEqual(record);
        expect(decoder.key(encoder.key([row[0] ?? '']))).toEqual([row[0]]);
      }),
    );
  });

  test('larger than any before it is written whole', () => {
    const text = '𠮷'.repeat(100_000);
    expect(decoder.key(encoder.key([text]))).toEqual([text]);
  });

  test('tells its fields, their types and the agreement by its schema alone', () => {
    expect(decoder.contentHash).toBe(contentHash);
    expect(decoder.keyFields).toBe(1);
    expect(decoder.fields).toContainEqual({ name: 'many', type: 'bigint unsigned' });
  });

  test.each([
    ['bytes are left over', (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(1)])],
    ['it ends too early', (bytes: Buffer) => bytes.subarray(0, -1)],
    ['it is not framed', (bytes: Buffer) => Buffer.concat([Buffer.from([9]), bytes.subarray(1)])],
  ])('is refused where %s', (_why, damage) => {
    const bytes = encoder.key(['110101']);
    expect(() => decoder.key(damage(bytes))).toThrow(
      expect.toSatisfy((error) => isBusError(error, 'PAIR_RECORD_BROKEN')),
    );
  });
});

describe('the fingerprint of a set of keys', () => {
  const hashOf = (keys: readonly string[], id = 3) => {
    const set = new KeySet();
    const encoding = pairEncoder(schemas, { key: id, value: 4 });
    for (const one of keys) set.add(encoding.key([one]));
    return set.hash;
  };

  test('hangs neither on the order nor on the id of the schema', () => {
    expect(hashOf(['a', 'b', 'c'])).toBe(hashOf(['c', 'a', 'b'], 99));
  });

  test('tells sets apart that differ in one key', () => {
    expect(hashOf(['a', 'b'])).not.toBe(hashOf(['a', 'c']));
    expect(hashOf(['a'])).not.toBe(hashOf(['a', 'a']));
  });
});
