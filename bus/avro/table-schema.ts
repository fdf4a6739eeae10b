/**
 * The Avro schemas that the capture of a MariaDB table registers, derived from its declaration
 * alone: what is committed as baseline below schemas/avro. Every part is the one on the wire, but
 * for what a declaration does not say: defaults, display widths, and which columns are NOT NULL
 * (each but the key may be NULL here). `agreedPart` takes a registered schema down to the same.
 */
import type { ColumnType } from '../change/column-type.ts';
import { sqlTypeOf } from '../change/column-type.ts';
import { SEMANTIC } from '../change/wire-type.ts';
import { EVENT_BLOCK, MARIADB_SOURCE } from './envelope-schema.ts';
import { SOURCE_TYPE } from './source-type.ts';

export type AvroJson =
  | string
  | number
  | boolean
  | null
  | readonly AvroJson[]
  | { readonly [name: string]: AvroJson };
type AvroObject = { readonly [name: string]: AvroJson };

export type CapturedTable = {
  readonly topic: string;
  /** Columns of the primary key, in its order. */
  readonly key: readonly string[];
  /** The captured columns, in the order of the table. */
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[];
};

/** The key's schema: its columns in the order of the primary key, nothing more. */
export function keySchema({ topic, key, columns }: CapturedTable): AvroObject {
  const namespace = namespaceOf(topic);
  const fields = key.flatMap((name) => {
    const column = columns.find((one) => one.name === name);
    return column ? [{ name, type: keyType(column.type) }] : [];
  });
  return { type: 'record', name: 'Key', namespace, fields, 'connect.name': `${namespace}.Key` };
}

/** The whole change envelope. */
export function envelopeSchema({ topic, key, columns }: CapturedTable): AvroObject {
  const namespace = namespaceOf(topic);
  const value = {
    type: 'record',
    name: 'Value',
    fields: columns.map(({ name, type }) =>
      key.includes(name) ? { name, type: keyType(type) } : optional(name, columnType(name, type)),
    ),
    'connect.name': `${namespace}.Value`,
  };
  return {
    type: 'record',
    name: 'Envelope',
    namespace,
    fields: [
      optional('before', value),
      optional('after', 'Value'),
      { name: 'source', type: MARIADB_SOURCE },
      optional('transaction', EVENT_BLOCK),
      { name: 'op', type: 'string' },
      optional('ts_ms', 'long'),
      optional('ts_us', 'long'),
      optional('ts_ns', 'long'),
    ],
    'connect.version': 2,
    'connect.name': `${namespace}.Envelope`,
  };
}

/** Names of a topic as Avro allows them: schema.name.adjustment.mode=avro. */
function namespaceOf(topic: string): string {
  return topic.replaceAll(/[^A-Za-z0-9_.]/g, '_');
}

function optional(name: string, type: AvroJson): AvroObject {
  return { name, type: ['null', type], default: null };
}

type Wire = {
  readonly avro: string;
  readonly semantic?: string;
  /** Parameters of the semantic type. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Attributes before and after Connect's own. */
  readonly head?: AvroObject;
  readonly tail?: AvroObject;
};

/** Key columns carry no source type: it would change the bytes of every key. */
function keyType(type: ColumnType): AvroJson {
  return avroOf(wireOf(type), {});
}

function columnType(name: string, type: ColumnType): AvroJson {
  const { word, size = [] } = sourceWords(type);
  const [length, scale] = size;
  return avroOf(wireOf(type), {
    [SOURCE_TYPE.type]: word,
    ...(length === undefined ? {} : { [SOURCE_TYPE.length]: String(length) }),
    ...(scale === undefined ? {} : { [SOURCE_TYPE.scale]: String(scale) }),
    [SOURCE_TYPE.name]: name,
  });
}

function avroOf(wire: Wire, source: Readonly<Record<string, string>>): AvroJson {
  const parameters = { ...wire.parameters, ...source };
  const full: AvroObject = {
    type: wire.avro,
    ...wire.head,
    ...(wire.semantic === undefined ? {} : { 'connect.version': 1 }),
    ...(Object.keys(parameters).length === 0 ? {} : { 'connect.parameters': parameters }),
    ...(wire.semantic === undefined ? {} : { 'connect.name': wire.semantic }),
    ...wire.tail,
  };
  return Object.keys(full).length === 1 ? wire.avro : full;
}

const INT16 = { avro: 'int', tail: { 'connect.type': 'int16' } };

function wireOf(type: ColumnType): Wire {
  switch (type.kind) {
    case 'integer':
      return integerWire(sqlTypeOf(type));
    case 'boolean':
      return INT16;
    case 'float':
      return { avro: type.name };
    case 'date':
      return { avro: 'int', semantic: SEMANTIC.date };
    case 'year':
      return { avro: 'int', semantic: SEMANTIC.year };
    case 'moment':
      return momentWire(type);
    case 'enum':
      return {
        avro: 'string',
        semantic: SEMANTIC.enum,
        parameters: { allowed: type.values.join(',') },
      };
    case 'binary':
    case 'blob':
      return { avro: 'bytes' };
    default:
      // Decimals too: decimal.handling.mode=string.
      return { avro: 'string' };
  }
}

function integerWire(name: string): Wire {
  switch (name) {
    case 'tinyint':
    case 'tinyint unsigned':
    case 'smallint':
      return INT16;
    case 'int unsigned':
    case 'bigint':
      return { avro: 'long' };
    case 'bigint unsigned':
      return {
        avro: 'bytes',
        semantic: SEMANTIC.decimal,
        head: { scale: 0, precision: 20 },
        parameters: { scale: '0', 'connect.decimal.precision': '20' },
        tail: { logicalType: 'decimal' },
      };
    default:
      return { avro: 'int' };
  }
}

function momentWire({ name, digits }: Extract<ColumnType, { kind: 'moment' }>): Wire {
  if (name === 'timestamp') return { avro: 'string', semantic: SEMANTIC.zonedTimestamp };
  if (name === 'time') return { avro: 'long', semantic: SEMANTIC.timeUs };
  return { avro: 'long', semantic: digits <= 3 ? SEMANTIC.timestampMs : SEMANTIC.timestampUs };
}

type SourceWords = { readonly word: string; readonly size?: readonly number[] };

/** A type as the capture names it in parameters. */
function sourceWords(type: ColumnType): SourceWords {
  switch (type.kind) {
    case 'chars':
      return { word: type.name.toUpperCase(), size: [type.charsMax] };
    case 'binary':
      return { word: type.name.toUpperCase(), size: [type.bytesMax] };
    case 'decimal':
      return { word: 'DECIMAL', size: [type.precision, type.scale] };
    case 'moment':
      return { word: type.name.toUpperCase(), ...(type.digits > 0 ? { size: [type.digits] } : {}) };
    case 'boolean':
      return { word: 'TINYINT', size: [1] };
    case 'enum':
      return { word: 'ENUM' };
    case 'json':
      return { word: 'LONGTEXT' };
    default:
      return { word: sqlTypeOf(type).toUpperCase() };
  }
}
