/**
 * Records of a pair topic, read by the schema that each of them names. A record whose agreement is
 * not the one its schema was compiled from, or that cannot be read, stops the partition: a copy must
 * not hold what nobody agreed.
 */
import { createHash } from 'node:crypto';
import { BODY_START, frameFault, parseFrame } from '../../avro/wire.ts';
import { BusError } from '../../base/errors.ts';
import type { ColumnValue } from '../../change/column-value.ts';
import type { RawRecord } from '../../kafka/kafka.ts';
import type { PairSchemas, RecordKind } from '../pair-schema.ts';
import { hashBytes, pairDecoder, type PairDecoder, type PairRecord } from '../record.ts';
import { layoutOf, type Layout } from './layout.ts';

/** A row that came or went. */
export type RowRecord = {
  readonly kind: 'UPSERT' | 'DELETE';
  readonly offset: bigint;
  readonly generation: number;
  readonly version: number;
  readonly sourceTimeMs: number | null;
  /** The same for the same key. */
  readonly keyText: string;
  /** SHA-256 of the delivered key. */
  readonly digest: () => Buffer;
  /** Of the key's columns. */
  readonly key: readonly ColumnValue[];
  /** Of all columns; null for a delete. */
  readonly row: readonly ColumnValue[] | null;
  readonly layout: Layout;
};

export type ControlRecord = {
  readonly kind: Exclude<RecordKind, 'UPSERT' | 'DELETE'>;
  readonly offset: bigint;
  readonly generation: number;
  readonly version: number;
  readonly sourceTimeMs: number | null;
  /** JSON text. */
  readonly control: string;
  readonly layout: Layout;
};

export type SubscriberRecord = RowRecord | ControlRecord;

export type RecordSource = {
  /** Fetches the schemas that `records` name; rejects with the codes of the registry port. */
  prepare(records: readonly RawRecord[]): Promise<void>;
  /** After `prepare`. Throws PAIR_RECORD_BROKEN, SUBSCRIBER_FOREIGN_RECORD, SUBSCRIBER_NOT_PINNED. */
  read(record: RawRecord): SubscriberRecord;
};

export type RecordSourceOptions = {
  readonly partition: number;
  readonly fetchSchema: (schemaId: number) => Promise<unknown>;
  /** The only content that may arrive. */
  readonly contentHash?: string;
};

/** Schemas of a topic's life: few, and kept. */
export function recordSource(options: RecordSourceOptions): RecordSource {
  const schemas = new Map<number, string>();
  const versions = new Map<string, Version>();
  return {
    async prepare(records) {
      for (const id of schemaIds(records)) {
        if (schemas.has(id)) continue;
        schemas.set(id, JSON.stringify(await options.fetchSchema(id)));
      }
    },
    read(record) {
      if (record.value === null) throw foreign(record, options, 'it has no value');
      const valueId = parseFrame(record.value).schemaId;
      const keyId = record.key === null ? undefined : parseFrame(record.key).schemaId;
      const version = versionOf({ schemas, versions }, { valueId, keyId });
      if (!version) throw foreign(record, options, 'its schema is none of a pair');
      const { decoder, layout } = version;
      const read = decoder.value(record.value);
      if (!read.agreement.equals(version.hash))
        throw foreign(record, options, 'its agreement is not the one of its schema');
      requirePinned(layout, options.contentHash);
      return record.key === null
        ? controlOf(record, { read, layout, options })
        : rowOf(record, { read, layout, options, key: decoder.key(record.key) });
    },
  };
}

/** Everything that can be read before the first record that cannot, and why not. */
export function readAll(
  source: RecordSource | undefined,
  raw: readonly RawRecord[],
): { readonly records: readonly SubscriberRecord[]; readonly fault?: unknown } {
  const records: SubscriberRecord[] = [];
  for (const one of raw) {
    try {
      const record = source?.read(one);
      if (record) records.push(record);
    } catch (fault) {
      return { records, fault };
    }
  }
  return { records };
}

type Version = { readonly decoder: PairDecoder; readonly layout: Layout; readonly hash: Buffer };

function versionOf(
  { schemas, versions }: { schemas: Map<number, string>; versions: Map<string, Version> },
  { valueId, keyId }: { readonly valueId: number; readonly keyId: number | undefined },
): Version | undefined {
  const name = `${keyId}/${valueId}`;
  const known = versions.get(name);
  if (known) return known;
  const valueSchema = schemas.get(valueId) ?? '';
  // A control record has no key, and none is read of it.
  const keySchema = keyId === undefined ? keyless(valueSchema) : (schemas.get(keyId) ?? '');
  const decoder = decoderOf({ keySchema, valueSchema });
  if (!decoder) return undefined;
  const layout = layoutOf(decoder);
  const version = { decoder, layout, hash: hashBytes(layout.contentHash) };
  versions.set(name, version);
  return version;
}

/** undefined: a schema of the registry, but not one of a pair topic. */
function decoderOf(schemas: PairSchemas): PairDecoder | undefined {
  try {
    return pairDecoder(schemas);
  } catch {
    return undefined;
  }
}

type RowField = { readonly name: string; readonly type: unknown };

/** The key's schema as it follows from the row's: fields that are never null come first, and are the key. */
function keyless(valueSchema: string): string {
  const value = JSON.parse(valueSchema) as {
    readonly fields: readonly {
      readonly name: string;
      readonly type: readonly [unknown, { readonly fields: readonly RowField[] }];
    }[];
  };
  const row = value.fields.find(({ name }) => name === 'row')?.type[1];
  const fields = (row?.fields ?? []).filter(({ type }) => !Array.isArray(type));
  return JSON.stringify({ type: 'record', name: 'Key', namespace: 'civicbus.pair', fields });
}

function controlOf({ offset }: RawRecord, { read, layout, options }: Reading): ControlRecord {
  const { kind, generation, version, sourceTimeMs, control } = read;
  if (kind === 'UPSERT' || kind === 'DELETE' || control === null)
    throw foreign({ offset }, options, `a ${kind} without a key`);
  return { kind, offset, generation, version: Number(version), sourceTimeMs, control, layout };
}

function rowOf(
  { offset, key: framed }: RawRecord,
  { read, layout, options, key }: Reading & { readonly key: readonly ColumnValue[] },
): RowRecord {
  const { kind, generation, version, sourceTimeMs, row } = read;
  if (kind !== 'UPSERT' && kind !== 'DELETE')
    throw foreign({ offset }, options, `a ${kind} with a key`);
  if ((kind === 'UPSERT') !== (row !== null))
    throw foreign({ offset }, options, `a ${kind} whose row does not fit`);
  const body = (framed ?? Buffer.alloc(BODY_START)).subarray(BODY_START);
  return {
    kind,
    offset,
    generation,
    version: Number(version),
    sourceTimeMs,
    keyText: body.toString('latin1'),
    digest: () => createHash('sha256').update(body).digest(),
    key,
    row,
    layout,
  };
}

type Reading = {
  readonly read: PairRecord;
  readonly layout: Layout;
  readonly options: RecordSourceOptions;
};

function requirePinned({ contentHash }: Layout, expected: string | undefined): void {
  if (expected === undefined || expected === contentHash) return;
  throw new BusError('SUBSCRIBER_NOT_PINNED', { found: contentHash, expected });
}

function foreign(
  { offset }: { readonly offset: bigint },
  { partition }: RecordSourceOptions,
  why: string,
): BusError {
  return new BusError('SUBSCRIBER_FOREIGN_RECORD', { offset, partition, why });
}

/** What is no frame is said when its record is read. */
function schemaIds(records: readonly RawRecord[]): ReadonlySet<number> {
  const ids = new Set<number>();
  for (const bytes of records.flatMap(({ key, value }) => [key, value]))
    if (bytes !== null && frameFault(bytes) === undefined) ids.add(parseFrame(bytes).schemaId);
  return ids;
}
