/**
 * The records of a pair topic: Avro in Confluent framing (one zero byte, the schema's id, the
 * body). Encodes for the gateway and decodes for the subscriber; both sides read the same schema
 * text. Knows nothing of what a record means.
 */
import avsc, { type Type } from 'avsc';
import { assert, must } from '../base/assert.ts';
import { BusError } from '../base/errors.ts';
import type { ColumnValue } from '../change/column-value.ts';
import { BODY_START, frameFault } from '../avro/wire.ts';
import { exactLong } from '../avro/exact-long.ts';
import { HASH_BYTES, type PairSchemas, type RecordKind } from './pair-schema.ts';

export type PairRecord = {
  readonly kind: RecordKind;
  /** SHA-256 of the agreement's canonical content. */
  readonly agreement: Buffer;
  readonly generation: number;
  /** The hub's transaction order: grows with every transaction of the hub. */
  readonly version: number;
  readonly sourceTimeMs: number | null;
  /** In the order of the pair's fields; null for deletes and control records. */
  readonly row: readonly ColumnValue[] | null;
  /** JSON of a control record. */
  readonly control: string | null;
};

/** Throws PAIR_RECORD_BROKEN, without the value, where one does not fit its field. */
export type PairEncoder = {
  /** The framed key of delivered key values. */
  key(values: readonly ColumnValue[]): Buffer;
  value(record: PairRecord): Buffer;
};

/** The bytes of an agreement's content hash ("$1$…"). */
export function hashBytes(contentHash: string): Buffer {
  const bytes = Buffer.from(contentHash.replace(/^\$1\$/, ''), 'base64url');
  assert(bytes.length === HASH_BYTES, 'a content hash is "$1$" and 32 bytes');
  return bytes;
}

/** How keys of this schema, registered under `id`, are written: the framed key of delivered key values. */
export function keyEncoder(schema: string, id: number): PairEncoder['key'] {
  const type = parse(schema);
  const fields = writtenFields(type);
  return (values) => frame(type, id, named(fields, values));
}

/** `key`, where given, encodes as this pair's own would: pairs may share one. */
export function pairEncoder(
  schemas: PairSchemas,
  ids: { readonly key: number; readonly value: number },
  key = keyEncoder(schemas.keySchema, ids.key),
): PairEncoder {
  const value = parse(schemas.valueSchema);
  const rowFields = writtenFields(rowTypeOf(value));
  return {
    key,
    value: (record) =>
      frame(value, ids.value, {
        ...record,
        row: record.row === null ? null : named(rowFields, record.row),
      }),
  };
}

export type PairDecoder = {
  /** Delivered names with the texts of their SQL types, in order; the key's first. */
  readonly fields: readonly { readonly name: string; readonly type: string }[];
  readonly keyFields: number;
  /** "$1$…" of the agreement that the schema was compiled from. */
  readonly contentHash: string;
  /** Throws PAIR_RECORD_BROKEN. */
  key(bytes: Buffer): readonly ColumnValue[];
  /** Throws PAIR_RECORD_BROKEN. */
  value(bytes: Buffer): PairRecord;
};

/** Reads records of one version of a pair; `schemas` as registered. */
export function pairDecoder(schemas: PairSchemas): PairDecoder {
  const key = parse(schemas.keySchema);
  const value = parse(schemas.valueSchema);
  const described = JSON.parse(schemas.valueSchema) as Described;
  const rowFields = must(
    described.fields.find(({ name }) => name === 'row')?.type[1],
    'the schema of a row',
  ).fields;
  const keyNames = namesOf(key);
  const rowNames = namesOf(rowTypeOf(value));
  return {
    fields: rowFields.map((field) => ({ name: field.name, type: field['civicbus.type'] })),
    keyFields: keyNames.length,
    contentHash: described['civicbus.agreement'],
    key: (bytes) => listed(keyNames, read(key, bytes)),
    value(bytes) {
      const raw = read(value, bytes) as unknown as Raw;
      return { ...raw, row: raw.row === null ? null : listed(rowNames, raw.row) };
    },
  };
}

type Described = {
  readonly 'civicbus.agreement': string;
  readonly fields: readonly {
    readonly name: string;
    readonly type: readonly [
      unknown,
      { readonly fields: readonly { readonly name: string; readonly 'civicbus.type': string }[] },
    ];
  }[];
};
type Values = Readonly<Record<string, ColumnValue>>;
type Raw = Omit<PairRecord, 'row'> & { readonly row: Values | null };

function parse(schema: string): avsc.types.RecordType {
  const type = avsc.Type.forSchema(JSON.parse(schema) as avsc.Schema, {
    wrapUnions: 'never' as unknown as boolean,
    registry: { long: exactLong },
  });
  return type as avsc.types.RecordType;
}

function namesOf(type: avsc.types.RecordType): readonly string[] {
  return type.fields.map(({ name }) => name);
}

function rowTypeOf(value: avsc.types.RecordType): avsc.types.RecordType {
  const union = must(value.field('row'), 'a field of rows').type as unknown as {
    readonly types: readonly Type[];
  };
  return must(union.types[1], 'the type of a row') as avsc.types.RecordType;
}

type WrittenField = {
  readonly name: string;
  readonly isText: boolean;
  readonly isFlag: boolean;
};

function writtenFields(type: avsc.types.RecordType): readonly WrittenField[] {
  return type.fields.map((field) => {
    const { types = [field.type] } = field.type as Type & { readonly types?: readonly Type[] };
    const has = (name: string) => types.some(({ typeName }) => typeName === name);
    return { name: field.name, isText: has('string'), isFlag: has('boolean') };
  });
}

function named(fields: readonly WrittenField[], values: readonly ColumnValue[]): Values {
  const out: Record<string, ColumnValue> = {};
  for (let at = 0; at < fields.length; at++) {
    const field = fields[at] as WrittenField;
    out[field.name] = written(field, values[at] ?? null);
  }
  return out;
}

/** Whole numbers of 64 bits come as numbers or bigints and travel as text; flags may come as 0 and 1. */
function written({ isText, isFlag }: WrittenField, value: ColumnValue): ColumnValue {
  if (isText) return typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
  return isFlag && (value === 0 || value === 1) ? value === 1 : value;
}

function listed(names: readonly string[], values: Values): ColumnValue[] {
  return names.map((name) => values[name] ?? null);
}

const SCRATCH_BYTES = 65_536;

/** One buffer for all records: avsc would measure each of them first. */
const frame = framer();

function framer(): (type: Type, id: number, value: unknown) => Buffer {
  let scratch = Buffer.alloc(SCRATCH_BYTES);
  return (type, id, value) => {
    for (;;) {
      const end = encoded(type, value, scratch);
      if (end < 0) {
        scratch = Buffer.alloc((scratch.length - end) * 2);
        continue;
      }
      scratch.writeUInt8(0, 0);
      scratch.writeUInt32BE(id, 1);
      return Buffer.from(scratch.subarray(0, end));
    }
  };
}

function encoded(type: Type, value: unknown, into: Buffer): number {
  try {
    return type.encode(value, into, BODY_START);
  } catch {
    // The cause is left out on purpose: it quotes the value.
    throw new BusError('PAIR_RECORD_BROKEN', { why: 'a value does not fit its field' });
  }
}

function read(type: Type, bytes: Buffer): Values {
  const fault = frameFault(bytes);
  if (fault !== undefined) throw new BusError('PAIR_RECORD_BROKEN', { why: fault });
  let read: { readonly value: unknown; readonly offset: number };
  try {
    read = type.decode(bytes, BODY_START);
  } catch {
    // The cause is left out on purpose: it may quote what was read.
    throw new BusError('PAIR_RECORD_BROKEN', { why: 'its bytes are impossible' });
  }
  if (read.offset !== bytes.length)
    throw new BusError('PAIR_RECORD_BROKEN', { why: 'it ends too early, or bytes are left over' });
  return read.value as Values;
}
