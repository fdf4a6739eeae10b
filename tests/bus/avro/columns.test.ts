import { describe, expect, test } from 'vitest';
import type { ColumnValue } from '../../../bus/change/column-value.ts';
import { valueChecker } from '../../../bus/change/value-check.ts';
import * as debezium from './debezium-schema.ts';
import type { AvroSchema } from './debezium-schema.ts';
import { column, reading } from './reading.ts';

const { decimal, nullable, semantic, unscaledBytes } = debezium;

async function readColumn(wire: AvroSchema, declared: string, value: unknown): Promise<unknown> {
  const schema = debezium.envelopeSchema([{ name: 'x', type: wire }]);
  const read = await reading(schema, { value: [column('x', declared)] });
  return read({ op: 'c', after: { x: value } }).after?.[0];
}

describe('a column of', () => {
  test.each<{
    wire: AvroSchema;
    declared: string;
    value: unknown;
    read: ColumnValue;
    reason: string;
  }>([
    { wire: 'string', declared: 'varchar(9)', value: '張三丰😀', read: '張三丰😀', reason: 'text' },
    { wire: nullable('string'), declared: 'text', value: null, read: null, reason: 'NULL' },
    {
      wire: semantic('string', 'io.debezium.data.Enum'),
      declared: "enum('a')",
      value: 'a',
      read: 'a',
      reason: 'enum',
    },
    {
      wire: semantic('string', 'io.debezium.data.EnumSet'),
      declared: 'varchar(9)',
      value: 'a,b',
      read: 'a,b',
      reason: 'set',
    },
    {
      wire: semantic('string', 'io.debezium.data.Json'),
      declared: 'json',
      value: '{}',
      read: '{}',
      reason: 'JSON',
    },
    {
      wire: { type: 'enum', name: 'E', symbols: ['a', 'b'] },
      declared: 'varchar(1)',
      value: 'b',
      read: 'b',
      reason: 'an Avro enum',
    },
    {
      wire: { type: 'int', 'connect.type': 'int16' },
      declared: 'smallint',
      value: -5,
      read: -5,
      reason: 'small numbers',
    },
    {
      wire: nullable('long'),
      declared: 'bigint',
      value: 9_007_199_254_740_991,
      read: 9_007_199_254_740_991,
      reason: 'the last safe number',
    },
    {
      wire: nullable('long'),
      declared: 'bigint',
      value: -(2n ** 63n),
      read: '-9223372036854775808',
      reason: 'numbers beyond 2^53 as text',
    },
    {
      wire: decimal(20, 0),
      declared: 'bigint unsigned',
      value: unscaledBytes(2n ** 64n - 1n),
      read: '18446744073709551615',
      reason: 'BIGINT UNSIGNED in precise mode',
    },
    {
      wire: decimal(20, 0),
      declared: 'bigint unsigned',
      value: unscaledBytes(42n),
      read: 42,
      reason: 'small BIGINT UNSIGNED as number',
    },
    {
      wire: semantic('bytes', 'io.debezium.data.Bits'),
      declared: 'int unsigned',
      value: Buffer.from([1, 2]),
      read: 513,
      reason: 'bit fields, least byte first',
    },
    { wire: 'boolean', declared: 'boolean', value: true, read: true, reason: 'BIT(1)' },
    { wire: 'int', declared: 'boolean', value: 0, read: false, reason: 'TINYINT(1)' },
    {
      wire: nullable(decimal(12, 2)),
      declared: 'decimal(12,2)',
      value: unscaledBytes(-5n),
      read: '-0.05',
      reason: 'DECIMAL in precise mode',
    },
    {
      wire: decimal(65, 30),
      declared: 'decimal(65,30)',
      value: unscaledBytes(10n ** 64n),
      read: `${'1' + '0'.repeat(34)}.${'0'.repeat(30)}`,
      reason: 'the widest DECIMAL',
    },
    {
      wire: 'string',
      declared: 'decimal(12,2)',
      value: '-1234567890.10',
      read: '-1234567890.10',
      reason: 'DECIMAL as text',
    },
    {
      wire: debezium.SCALED_DECIMAL,
      declared: 'decimal(12,2)',
      value: { scale: 1, value: unscaledBytes(15n) },
      read: '1.50',
      reason: 'numeric without a scale',
    },
    {
      wire: semantic('int', 'io.debezium.time.Date'),
      declared: 'date',
      value: -1,
      read: '1969-12-31',
      reason: 'DATE',
    },
    {
      wire: semantic('int', 'org.apache.kafka.connect.data.Date'),
      declared: 'date',
      value: 19_782,
      read: '2024-02-29',
      reason: "Connect's own date",
    },
    {
      wire: nullable(semantic('long', 'io.debezium.time.MicroTimestamp')),
      declared: 'datetime(6)',
      value: 253_402_300_799_999_999n,
      read: '9999-12-31 23:59:59.999999',
      reason: 'DATETIME(6) beyond 2^53',
    },
    {
      wire: semantic('long', 'io.debezium.time.MicroTimestamp'),
      declared: 'datetime(6)',
      value: -5_364_662_400_000_000,
      read: '1800-01-01 00:00:00.000000',
      reason: 'DATETIME(6) where avsc alone gets the sign wrong',
    },
    {
      wire: semantic('long', 'io.debezium.time.Timestamp'),
      declared: 'datetime(3)',
      value: 1,
      read: '1970-01-01 00:00:00.001',
      reason: 'DATETIME(3)',
    },
    {
      wire: semantic('string', 'io.debezium.time.ZonedTimestamp'),
      declared: 'timestamp(6)',
      value: '2026-01-02T03:04:05.6Z',
      read: '2026-01-02 03:04:05.600000',
      reason: 'TIMESTAMP',
    },
    {
      wire: semantic('long', 'io.debezium.time.MicroTime'),
      declared: 'time(6)',
      value: -3_020_399_000_001,
      read: '-838:59:59.000001',
      reason: 'TIME below zero and beyond a day',
    },
    {
      wire: semantic('int', 'io.debezium.time.Year'),
      declared: 'year',
      value: 2026,
      read: 2026,
      reason: 'YEAR',
    },
    { wire: 'double', declared: 'double', value: 0.1, read: 0.1, reason: 'DOUBLE' },
    {
      wire: 'bytes',
      declared: 'varbinary(3)',
      value: Buffer.from([0, 255]),
      read: Buffer.from([0, 255]),
      reason: 'bytes',
    },
    {
      wire: { type: 'fixed', name: 'F', size: 2 },
      declared: 'binary(2)',
      value: Buffer.from([1, 2]),
      read: Buffer.from([1, 2]),
      reason: 'fixed bytes',
    },
  ])('$reason', async ({ wire, declared, value, read }) => {
    const found = await readColumn(wire, declared, value);
    expect(found).toEqual(read);
    expect(valueChecker(column('x', declared).type)(found as ColumnValue)).toBeUndefined();
  });
});
