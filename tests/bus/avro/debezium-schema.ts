/**
 * Writer schemas in the shape that Debezium 3.5 and the Avro converter register for a MariaDB
 * or PostgreSQL table, and an encoder for them, so that tests can write what a source would.
 */
import avsc, { type Type } from 'avsc';
import { frame } from '../../../bus/avro/wire.ts';

export type AvroSchema = string | readonly AvroSchema[] | { readonly [name: string]: unknown };
export type FieldSchema = { readonly name: string; readonly type: AvroSchema };

const NAMESPACE = 'civil.registry.person';

/** A type with a Connect schema name, as the converter writes it. */
export function semantic(type: string, name: string, more: object = {}): AvroSchema {
  return { type, 'connect.version': 1, 'connect.name': name, ...more };
}

export function decimal(precision: number, scale: number): AvroSchema {
  return semantic('bytes', 'org.apache.kafka.connect.data.Decimal', {
    scale,
    precision,
    'connect.parameters': { scale: String(scale), 'connect.decimal.precision': String(precision) },
    logicalType: 'decimal',
  });
}

/** PostgreSQL's numeric without a declared scale. */
export const SCALED_DECIMAL: AvroSchema = {
  type: 'record',
  name: 'VariableScaleDecimal',
  namespace: 'io.debezium.data',
  fields: [
    { name: 'scale', type: 'int' },
    { name: 'value', type: 'bytes' },
  ],
  'connect.version': 1,
  'connect.name': 'io.debezium.data.VariableScaleDecimal',
};

export const nullable = (type: AvroSchema): AvroSchema => ['null', type];

export function keySchema(fields: readonly FieldSchema[]): AvroSchema {
  return {
    type: 'record',
    name: 'Key',
    namespace: NAMESPACE,
    fields,
    'connect.name': `${NAMESPACE}.Key`,
  };
}

export function envelopeSchema(
  columns: readonly FieldSchema[],
  source: AvroSchema = MARIADB_SOURCE,
): AvroSchema {
  const value = {
    type: 'record',
    name: 'Value',
    fields: columns,
    'connect.name': `${NAMESPACE}.Value`,
  };
  const optional = (name: string, type: AvroSchema) => ({
    name,
    type: nullable(type),
    default: null,
  });
  return {
    type: 'record',
    name: 'Envelope',
    namespace: NAMESPACE,
    'connect.version': 2,
    'connect.name': `${NAMESPACE}.Envelope`,
    fields: [
      optional('before', value),
      optional('after', 'Value'),
      { name: 'source', type: source },
      optional('transaction', TRANSACTION),
      { name: 'op', type: 'string' },
      optional('ts_ms', 'long'),
      optional('ts_us', 'long'),
      optional('ts_ns', 'long'),
    ],
  };
}

const TRANSACTION: AvroSchema = {
  type: 'record',
  name: 'block',
  namespace: 'event',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'total_order', type: 'long' },
    { name: 'data_collection_order', type: 'long' },
  ],
  'connect.name': 'event.block',
};

const SNAPSHOT = {
  name: 'snapshot',
  type: [
    semantic('string', 'io.debezium.data.Enum', {
      'connect.parameters': {
        allowed: 'true,first,first_in_data_collection,last,false,incremental',
      },
      'connect.default': 'false',
    }),
    'null',
  ],
  default: 'false',
};

const optionalLong = (name: string) => ({ name, type: ['null', 'long'], default: null });
const optionalText = (name: string) => ({ name, type: ['null', 'string'], default: null });

export const MARIADB_SOURCE: AvroSchema = {
  type: 'record',
  name: 'Source',
  namespace: 'io.debezium.connector.mariadb',
  'connect.name': 'io.debezium.connector.mariadb.Source',
  fields: [
    { name: 'version', type: 'string' },
    { name: 'connector', type: 'string' },
    { name: 'name', type: 'string' },
    { name: 'ts_ms', type: 'long' },
    SNAPSHOT,
    { name: 'db', type: 'string' },
    optionalText('sequence'),
    optionalLong('ts_us'),
    optionalLong('ts_ns'),
    optionalText('table'),
    { name: 'server_id', type: 'long' },
    optionalText('gtid'),
    { name: 'file', type: 'string' },
    { name: 'pos', type: 'long' },
    { name: 'row', type: 'int' },
    optionalLong('thread'),
    optionalText('query'),
  ],
};

export const POSTGRES_SOURCE: AvroSchema = {
  type: 'record',
  name: 'Source',
  namespace: 'io.debezium.connector.postgresql',
  'connect.name': 'io.debezium.connector.postgresql.Source',
  fields: [
    { name: 'version', type: 'string' },
    { name: 'connector', type: 'string' },
    { name: 'name', type: 'string' },
    { name: 'ts_ms', type: 'long' },
    SNAPSHOT,
    { name: 'db', type: 'string' },
    optionalText('sequence'),
    { name: 'schema', type: 'string' },
    { name: 'table', type: 'string' },
    optionalLong('txId'),
    optionalLong('lsn'),
    optionalLong('xmin'),
  ],
};

export const MARIADB_ORIGIN = {
  version: '3.5.0.Final',
  connector: 'mariadb',
  name: 'civil',
  ts_ms: 1_790_000_000_000,
  snapshot: 'false',
  db: 'registry',
  sequence: null,
  ts_us: 1_790_000_000_000_000,
  ts_ns: 1_790_000_000_000_000_000n,
  table: 'person',
  server_id: 5001,
  gtid: '0-5001-42',
  file: 'bin.000003',
  pos: 4711,
  row: 0,
  thread: 17,
  query: null,
};

export const POSTGRES_ORIGIN = {
  version: '3.5.0.Final',
  connector: 'postgresql',
  name: 'tax',
  ts_ms: 1_790_000_000_123,
  snapshot: 'false',
  db: 'tax',
  sequence: '["30929000","30929744"]',
  schema: 'public',
  table: 'company',
  txId: 7,
  lsn: 30_929_744,
  xmin: null,
};

export type Row = Readonly<Record<string, unknown>>;
export type EnvelopeValue = {
  readonly op: string;
  readonly before?: Row | null;
  readonly after?: Row | null;
  readonly source?: Row;
  readonly transaction?: Row | null;
};

/** Longs beyond 2^53 for writing; the project itself only reads. */
const writtenLong = avsc.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: number | bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(value));
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'bigint' || Number.isSafeInteger(value),
  compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
});

/** A writer of envelopes; every row needs a value for every column. */
export function envelopeWriter(schema: AvroSchema): (value: EnvelopeValue) => Buffer {
  const type = writerType(schema);
  return (value) =>
    type.toBuffer({
      before: null,
      after: null,
      source: MARIADB_ORIGIN,
      transaction: null,
      ts_ms: 1_790_000_000_456,
      ts_us: 1_790_000_000_456_789,
      ts_ns: 1_790_000_000_456_789_000n,
      ...value,
    });
}

export function writerType(schema: AvroSchema): Type {
  return avsc.Type.forSchema(structuredClone(schema) as avsc.schema.AvroSchema, {
    registry: { long: writtenLong },
    // avsc looks up bare names only, not { type: 'long', … }.
    typeHook: (type) => (isLong(type) ? writtenLong : undefined),
  });
}

function isLong(type: unknown): boolean {
  return typeof type === 'object' && type !== null && 'type' in type && type.type === 'long';
}

/** A framed record, as it stands in a topic. */
export function record(schemaId: number, type: Type, value: unknown): Buffer {
  return frame(schemaId, type.toBuffer(value));
}

/** Two's complement of an unscaled number, as Connect's Decimal is written. */
export function unscaledBytes(value: bigint): Buffer {
  let bytes = 1;
  while (BigInt.asIntN(bytes * 8, value) !== value) bytes++;
  return Buffer.from(
    BigInt.asUintN(bytes * 8, value)
      .toString(16)
      .padStart(bytes * 2, '0'),
    'hex',
  );
}
