/**
 * The Avro schemas of a pair topic, which say in themselves what was agreed: exactly the delivered
 * fields, each with its SQL type, and the agreement's hash. Same pair, same text.
 */
import { sqlTypeOf, type ColumnType } from '../change/column-type.ts';
import type { PairField } from './pair.ts';

/** What a record of a pair topic is. Control records have a null key and stand in every partition. */
export const RECORD_KINDS = [
  'UPSERT',
  'DELETE',
  'BACKFILL_START',
  'BACKFILL_END',
  'CUTOFF',
  'END',
] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

/** Bytes of the agreement's hash in every record. */
export const HASH_BYTES = 32;

export type PairSchemas = {
  /** JSON text. */
  readonly keySchema: string;
  readonly valueSchema: string;
};

/** `keyFields`: how many of `fields`, from the first, are the delivered key. */
export function pairSchemas({
  contentHash,
  fields,
  keyFields,
}: {
  readonly contentHash: string;
  readonly fields: readonly PairField[];
  readonly keyFields: number;
}): PairSchemas {
  const key = {
    type: 'record',
    name: 'Key',
    namespace: 'civicbus.pair',
    fields: fields
      .slice(0, keyFields)
      .map(({ name, deliveredType }) => ({ name, ...typed(deliveredType, false) })),
  };
  const row = {
    type: 'record',
    name: 'Row',
    fields: fields.map(({ name, deliveredType }, at) => ({
      name,
      ...typed(deliveredType, at >= keyFields),
    })),
  };
  const value = {
    type: 'record',
    name: 'PairRecord',
    namespace: 'civicbus.pair',
    'civicbus.agreement': contentHash,
    fields: [
      { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: RECORD_KINDS } },
      { name: 'agreement', type: { type: 'fixed', name: 'Hash', size: HASH_BYTES } },
      { name: 'generation', type: 'int' },
      { name: 'version', type: 'long' },
      { name: 'sourceTimeMs', type: ['null', 'long'] },
      { name: 'row', type: ['null', row] },
      { name: 'control', type: ['null', 'string'] },
    ],
  };
  return { keySchema: JSON.stringify(key), valueSchema: JSON.stringify(value) };
}

function typed(type: ColumnType, nullable: boolean): Readonly<Record<string, unknown>> {
  const avro = avroTypeOf(type);
  return { type: nullable ? ['null', avro] : avro, 'civicbus.type': sqlTypeOf(type) };
}

export type PairAvroType = 'string' | 'int' | 'long' | 'boolean' | 'double' | 'bytes';

/** How a value of `type` travels; what JavaScript's numbers could bend (decimals, 64 bits, times) is text. */
export function avroTypeOf(type: ColumnType): PairAvroType {
  switch (type.kind) {
    case 'integer':
      if (type.name === 'bigint') return 'string';
      return type.unsigned ? 'long' : 'int';
    case 'year':
      return 'int';
    case 'boolean':
      return 'boolean';
    case 'float':
      return 'double';
    case 'binary':
    case 'blob':
      return 'bytes';
    default:
      return 'string';
  }
}
