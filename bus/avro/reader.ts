/**
 * The readers of one unit (topic): synchronous decoding by writer id, with schemas fetched
 * beforehand. `prepare` asks for each unknown id once, also when called concurrently; the cache
 * is bounded and forgets what was longest out of use. The caller calls `prepare` (or
 * `prepareFor`) before each batch and treats what `decode` throws record by record.
 */
import { BusError, isBusError } from '../base/errors.ts';
import type { ColumnValue } from '../change/column-value.ts';
import type { ChangeEvent } from '../change/envelope.ts';
import {
  compileEnvelopeReader,
  compileKeyReader,
  type EnvelopeRecordReader,
  type KeyRecordReader,
  type Projection,
} from './envelope-reader.ts';
import { frameFault, schemaIdOf } from './wire.ts';

export type { Projection } from './envelope-reader.ts';
export type { Column } from './row-reader.ts';

/** Named limit of schemas kept per unit. */
export const SCHEMAS_MAX = 200;
const FETCHES_AT_ONCE = 8;

export type ReaderCache = {
  /**
   * Fetches what is not known yet. An id the registry does not have is remembered as such, and
   * decoding its records throws AVRO_SCHEMA_UNKNOWN. Throws AVRO_REGISTRY_UNREACHABLE or
   * AVRO_REGISTRY_FORBIDDEN.
   */
  prepare(schemaIds: Iterable<number>): Promise<void>;
  /** `prepare` for every schema named by these records; broken frames are left to `decode`. */
  prepareFor(
    records: Iterable<{ readonly key: Buffer | null; readonly value: Buffer | null }>,
  ): Promise<void>;
  readonly keyReader: {
    /** The key columns in declared order. */
    decode(record: Buffer): ColumnValue[];
  };
  readonly valueReader: {
    /** The change, its images in declared column order. Tombstones (null) are the caller's case. */
    decode(record: Buffer): ChangeEvent;
  };
};

type Role = 'key' | 'value';
type Compiled<T> = { readonly read: T } | { readonly fault: BusError };
type Entry = {
  readonly schema: unknown;
  /** Set when the registry has no such schema. */
  readonly unknown: BusError | undefined;
  key?: Compiled<KeyRecordReader>;
  value?: Compiled<EnvelopeRecordReader>;
};

export function createReaderCache({
  fetchSchema,
  projection,
  schemasMax = SCHEMAS_MAX,
}: {
  /** The parsed schema; rejects with the AVRO codes of the registry port. */
  readonly fetchSchema: (schemaId: number) => Promise<unknown>;
  readonly projection: Projection;
  readonly schemasMax?: number;
}): ReaderCache {
  const schemas = new SchemaStore(fetchSchema, schemasMax);
  const keyOf = (schemaId: number): KeyRecordReader => {
    const entry = schemas.get(schemaId);
    entry.key ??= attempt(() => compileKeyReader({ schemaId, schema: entry.schema }, projection));
    return unpack(entry.key);
  };
  const valueOf = (schemaId: number): EnvelopeRecordReader => {
    const entry = schemas.get(schemaId);
    entry.value ??= attempt(() =>
      compileEnvelopeReader({ schemaId, schema: entry.schema }, projection),
    );
    return unpack(entry.value);
  };
  return {
    prepare: (schemaIds) => schemas.load(new Set(schemaIds)),
    prepareFor: (records) => schemas.load(schemaIdsOf(records)),
    keyReader: {
      decode(record) {
        return keyOf(schemaIdOf(record))(record);
      },
    },
    valueReader: {
      decode(record) {
        return valueOf(schemaIdOf(record))(record);
      },
    },
  };
}

/** The different schema ids of records, keys and values alike; broken frames have none. */
export function schemaIdsOf(
  records: Iterable<Readonly<Record<Role, Buffer | null>>>,
): ReadonlySet<number> {
  const ids = new Set<number>();
  for (const { key, value } of records) {
    if (key !== null && frameFault(key) === undefined) ids.add(schemaIdOf(key));
    if (value !== null && frameFault(value) === undefined) ids.add(schemaIdOf(value));
  }
  return ids;
}

/** Schemas by id, newest use last. */
class SchemaStore {
  readonly #fetch: (schemaId: number) => Promise<unknown>;
  readonly #max: number;
  readonly #entries = new Map<number, Entry>();
  readonly #pending = new Map<number, Promise<Entry>>();

  constructor(fetch: (schemaId: number) => Promise<unknown>, max: number) {
    this.#fetch = fetch;
    this.#max = max;
  }

  get(schemaId: number): Entry {
    const entry = this.#entries.get(schemaId);
    if (!entry) throw new BusError('AVRO_SCHEMA_NOT_LOADED', { schemaId });
    if (entry.unknown) throw entry.unknown;
    return entry;
  }

  async load(ids: ReadonlySet<number>): Promise<void> {
    const wanted: number[] = [];
    for (const id of ids) {
      const entry = this.#entries.get(id);
      if (entry && !entry.unknown) this.#keep(id, entry);
      else wanted.push(id);
    }
    for (let at = 0; at < wanted.length; at += FETCHES_AT_ONCE) {
      const some = wanted.slice(at, at + FETCHES_AT_ONCE);
      const loaded = await Promise.all(some.map((id) => this.#loadOne(id)));
      loaded.forEach((entry, index) => this.#keep(some[index] ?? 0, entry));
    }
    this.#evict(ids);
  }

  #loadOne(id: number): Promise<Entry> {
    const known = this.#pending.get(id);
    if (known) return known;
    const loading = this.#fetchOne(id).finally(() => this.#pending.delete(id));
    this.#pending.set(id, loading);
    return loading;
  }

  async #fetchOne(id: number): Promise<Entry> {
    try {
      return { schema: await this.#fetch(id), unknown: undefined };
    } catch (error) {
      if (isBusError(error, 'AVRO_SCHEMA_UNKNOWN')) return { schema: undefined, unknown: error };
      throw error;
    }
  }

  #keep(id: number, entry: Entry): void {
    this.#entries.delete(id);
    this.#entries.set(id, entry);
  }

  #evict(inUse: ReadonlySet<number>): void {
    for (const id of this.#entries.keys()) {
      if (this.#entries.size <= this.#max) return;
      if (!inUse.has(id)) this.#entries.delete(id);
    }
  }
}

function attempt<T>(compile: () => T): Compiled<T> {
  try {
    return { read: compile() };
  } catch (error) {
    if (error instanceof BusError) return { fault: error };
    throw error;
  }
}

function unpack<T>(compiled: Compiled<T>): T {
  if ('fault' in compiled) throw compiled.fault;
  return compiled.read;
}
