import { describe, expect, test } from 'vitest';
import { createReaderCache, type Column } from '../../../bus/avro/reader.ts';
import { frame } from '../../../bus/avro/wire.ts';
import * as debezium from './debezium-schema.ts';
import type { AvroSchema, FieldSchema } from './debezium-schema.ts';
import { column, VALUE_ID } from './reading.ts';

const { decimal, nullable, semantic } = debezium;

describe('a writer schema', () => {
  const failing = async (schema: AvroSchema, value: readonly Column[]) => {
    const cache = createReaderCache({
      fetchSchema: () => Promise.resolve(schema),
      projection: { key: value, value, before: false },
    });
    await cache.prepare([VALUE_ID]);
    return cache;
  };
  const record = frame(VALUE_ID, Buffer.alloc(20));

  test('without declared columns stops and names all of them', async () => {
    const schema = debezium.envelopeSchema([{ name: 'a', type: 'int' }]);
    const cache = await failing(schema, [
      column('a', 'int'),
      column('b', 'date'),
      column('c', 'text'),
    ]);
    expect(() => cache.valueReader.decode(record)).toThrow(
      expect.objectContaining({
        code: 'AVRO_COLUMN_MISSING',
        reaction: 'stop',
        details: { schemaId: VALUE_ID, column: 'b, c', expected: 'date, text' },
      }),
    );
  });

  test.each<{ wire: AvroSchema; declared: string; reason: string }>([
    { wire: 'string', declared: 'int', reason: 'text for a number' },
    { wire: 'string', declared: 'date', reason: 'text for a date' },
    { wire: 'long', declared: 'datetime(6)', reason: 'a bare number for a moment' },
    {
      wire: semantic('long', 'io.debezium.time.MicroTimestamp'),
      declared: 'bigint',
      reason: 'a moment for a number',
    },
    {
      wire: semantic('long', 'io.debezium.time.MicroTimestamp'),
      declared: 'timestamp(6)',
      reason: 'a moment without a zone for a point in time',
    },
    { wire: decimal(10, 2), declared: 'bigint', reason: 'a fraction for a whole number' },
    { wire: 'double', declared: 'decimal(10,2)', reason: 'a binary fraction for money' },
    {
      wire: semantic('string', 'io.debezium.time.ZonedTimestamp'),
      declared: 'varchar(40)',
      reason: 'a moment for text',
    },
    { wire: ['null', 'string', 'int'], declared: 'text', reason: 'two types at once' },
    { wire: 'null', declared: 'text', reason: 'no type at all' },
  ])('with $reason stops', async ({ wire, declared }) => {
    const schema = debezium.envelopeSchema([{ name: 'x', type: wire }]);
    const cache = await failing(schema, [column('x', declared)]);
    expect(() => cache.valueReader.decode(record)).toThrow(
      expect.objectContaining({ code: 'AVRO_COLUMN_TYPE', reaction: 'stop' }),
    );
  });

  test.each<{ schema: unknown; code: string; reason: string }>([
    { schema: 'string', code: 'AVRO_SCHEMA_UNREADABLE', reason: 'is no record' },
    { schema: {}, code: 'AVRO_SCHEMA_UNREADABLE', reason: 'has no type' },
    { schema: null, code: 'AVRO_SCHEMA_UNREADABLE', reason: 'is null' },
    {
      schema: { type: 'record', name: 'Key', fields: [] },
      code: 'AVRO_SCHEMA_UNREADABLE',
      reason: 'is no envelope',
    },
    {
      schema: debezium.envelopeSchema([{ name: 'x', type: 'nonsense' }]),
      code: 'AVRO_SCHEMA_UNREADABLE',
      reason: 'names an unknown type',
    },
    {
      schema: debezium.envelopeSchema([{ name: 'a b', type: 'int' }]),
      code: 'AVRO_SCHEMA_UNREADABLE',
      reason: 'has a name that is none',
    },
    {
      schema: debezium.envelopeSchema([{ name: 'x', type: { type: 'array', items: 'null' } }]),
      code: 'AVRO_SCHEMA_UNSUPPORTED',
      reason: 'holds an array',
    },
    {
      schema: debezium.envelopeSchema([{ name: 'x', type: nullable('Value') }]),
      code: 'AVRO_SCHEMA_UNSUPPORTED',
      reason: 'contains itself',
    },
    {
      schema: debezium.envelopeSchema([{ name: 'x', type: doubling(40) }]),
      code: 'AVRO_SCHEMA_UNSUPPORTED',
      reason: 'grows without bound',
    },
  ])('that $reason is $code', async ({ schema, code }) => {
    const cache = await failing(schema as AvroSchema, []);
    expect(() => cache.valueReader.decode(record)).toThrow(expect.objectContaining({ code }));
  });
});

/** A record of two records of two records …: 2^depth empty values in no byte at all. */
function doubling(depth: number): AvroSchema {
  let inner: AvroSchema = 'null';
  for (let at = 0; at < depth; at++) {
    const fields: FieldSchema[] = [
      { name: 'a', type: inner },
      { name: 'b', type: at === 0 ? inner : `D${at - 1}` },
    ];
    inner = { type: 'record', name: `D${at}`, fields };
  }
  return inner;
}
