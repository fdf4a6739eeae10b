/**
 * The log of a pair topic as the gateway writes it: whole copies, changes, cut-offs, the end; by the
 * gateway's own codec. Keeps what a copy that has read everything must hold.
 */
import { createHash } from 'node:crypto';
import type { ColumnValue } from '../../../bus/change/column-value.ts';
import type { RawRecord } from '../../../bus/kafka/kafka.ts';
import { KeySet } from '../../../bus/pair/key-set.ts';
import { pairSchemas, type PairSchemas, type RecordKind } from '../../../bus/pair/pair-schema.ts';
import type { PairField } from '../../../bus/pair/pair.ts';
import { hashBytes, pairEncoder, type PairEncoder } from '../../../bus/pair/record.ts';

export type Row = readonly ColumnValue[];

export type Backfill = {
  /** Instead of the true ones. */
  readonly rows?: number;
  readonly keySetHash?: string;
  /** Written without its end. */
  readonly isCutOff?: boolean;
};

type Version = {
  readonly schemas: PairSchemas;
  readonly encoder: PairEncoder;
  readonly keyFields: number;
  readonly hash: Buffer;
};

const IDS_PER_VERSION = 10;
const SOURCE_TIME_MS = 1_700_000_000_000;

export class PairFeed {
  readonly partitions: number;
  readonly #logs: RawRecord[][];
  readonly #versions: Version[] = [];
  #generation = 0;
  #version = 100;
  #changed = 0;
  /** What the source of the pair holds now, by key. */
  readonly truth = new Map<string, Row>();
  /** What a daily copy holds after its last cut-off. */
  atCut = new Map<string, Row>();
  readonly #day = new Map<string, Row | null>();
  #manifest: string | null = null;

  constructor(fields: readonly PairField[], partitions: number) {
    this.partitions = partitions;
    this.#logs = Array.from({ length: partitions }, () => []);
    this.newVersion(fields);
  }

  get generation(): number {
    return this.#generation;
  }

  get contentHash(): string {
    return `$1$${this.#now.hash.toString('base64url')}`;
  }

  get schemas(): PairSchemas {
    return this.#now.schemas;
  }

  /** Of the newest record. */
  get version(): number {
    return this.#version;
  }

  /** Of the newest change. */
  get sourceTimeMs(): number {
    return SOURCE_TIME_MS + this.#changed;
  }

  get #now(): Version {
    return this.#versions.at(-1)!;
  }

  /** From now on the agreement delivers other fields; a whole copy should follow. */
  newVersion(fields: readonly PairField[], keyFields = 1): void {
    const number = this.#versions.length + 1;
    const contentHash = `$1$${createHash('sha256').update(`version ${number}`).digest('base64url')}`;
    const schemas = pairSchemas({ contentHash, fields, keyFields });
    const ids = { key: number * IDS_PER_VERSION + 1, value: number * IDS_PER_VERSION + 2 };
    const encoder = pairEncoder(schemas, ids);
    this.#versions.push({ schemas, encoder, keyFields, hash: hashBytes(contentHash) });
  }

  /** The ids that a registry gave to the newest version's schemas. */
  register(ids: { readonly key: number; readonly value: number }): void {
    const version = this.#now;
    this.#versions[this.#versions.length - 1] = {
      ...version,
      encoder: pairEncoder(version.schemas, ids),
    };
  }

  schema(id: number): unknown {
    const version = this.#versions[Math.floor(id / IDS_PER_VERSION) - 1];
    const text =
      id % IDS_PER_VERSION === 1 ? version?.schemas.keySchema : version?.schemas.valueSchema;
    if (text === undefined) throw new Error(`no schema ${id}`);
    return JSON.parse(text);
  }

  /** The partition a key falls to. */
  partOf(key: string): number {
    return createHash('md5').update(key).digest().readUInt16BE(0) % this.partitions;
  }

  /** Changes as the gateway sends them; a row of null is a delete. */
  change(key: string, row: Row | null, generation = this.#generation): void {
    if (row === null) this.truth.delete(key);
    else this.truth.set(key, row);
    this.#day.set(key, row);
    this.#push(this.partOf(key), row === null ? 'DELETE' : 'UPSERT', { key, row, generation });
  }

  /** A change of a daily agreement: the truth moves, and the topic hears of it at the cut. */
  remember(key: string, row: Row | null): void {
    if (row === null) this.truth.delete(key);
    else this.truth.set(key, row);
    this.#day.set(key, row);
  }

  backfillStart(): number {
    this.#generation++;
    this.#day.clear();
    this.control('BACKFILL_START', { generation: this.#generation });
    return this.#generation;
  }

  /** A whole copy of the truth. */
  backfill({ rows, keySetHash, isCutOff = false }: Backfill = {}): number {
    const generation = this.backfillStart();
    const keys = new KeySet();
    for (const [key, row] of this.truth) {
      keys.add(this.#push(this.partOf(key), 'UPSERT', { key, row, generation }));
    }
    if (!isCutOff)
      this.control('BACKFILL_END', {
        generation,
        rows: rows ?? keys.count,
        keySetHash: keySetHash ?? keys.hash,
      });
    if (!isCutOff) this.atCut = new Map(this.truth);
    return generation;
  }

  /** The net changes since the last cut, and the cut. */
  cut(day: string, wrong: Readonly<Record<string, unknown>> = {}): void {
    const keys = new KeySet();
    let [upserts, deletes] = [0, 0];
    for (const [key, row] of this.#day) {
      if (row === null) deletes++;
      else upserts++;
      const kind = row === null ? 'DELETE' : 'UPSERT';
      keys.add(this.#push(this.partOf(key), kind, { key, row, generation: this.#generation }));
    }
    this.#day.clear();
    const manifest = {
      day,
      cutVersion: ++this.#version,
      upserts,
      deletes,
      keySetHash: keys.hash,
      watermarks: { police: 1 },
      previous: this.#manifest,
      ...wrong,
    };
    this.control('CUTOFF', manifest);
    this.#manifest = createHash('sha256').update(JSON.stringify(manifest)).digest('hex');
    this.atCut = new Map(this.truth);
  }

  over(): void {
    this.control('END', { reason: 'revoked', at: '2026-11-22T00:00:00.000Z' });
  }

  /** A control record into every partition, or one. */
  control(kind: RecordKind, body: object, part?: number): void {
    for (let to = 0; to < this.partitions; to++)
      if (part === undefined || part === to)
        this.#push(to, kind, { generation: this.#generation, control: JSON.stringify(body) });
  }

  /** Bytes as they are. */
  raw(part: number, record: Pick<RawRecord, 'key' | 'value'>): void {
    const log = this.#logs[part]!;
    log.push({ ...record, offset: BigInt(log.length), timestampMs: 1_700_000_000_000 });
  }

  /** Offsets that hold nothing, as transaction markers. */
  records(part: number, { from, count }: { from: bigint; count: number }): readonly RawRecord[] {
    return this.#logs[part]!.slice(Number(from), Number(from) + count);
  }

  next(part: number, { from, count }: { from: bigint; count: number }): bigint {
    const last = this.records(part, { from, count }).at(-1);
    return last ? last.offset + 1n : from;
  }

  end(part: number): bigint {
    return BigInt(this.#logs[part]!.length);
  }

  /** A framed key and value, without a place in the log. */
  encode(
    kind: RecordKind,
    of: {
      readonly key?: string;
      readonly row?: Row | null;
      readonly generation: number;
      readonly control?: string;
      readonly agreement?: Buffer;
    },
  ): { readonly key: Buffer | null; readonly value: Buffer } {
    const { encoder, hash } = this.#now;
    this.#version++;
    if (of.key !== undefined) this.#changed = this.#version;
    const value = encoder.value({
      kind,
      agreement: of.agreement ?? hash,
      generation: of.generation,
      version: this.#version,
      sourceTimeMs: of.key === undefined ? null : SOURCE_TIME_MS + this.#version,
      row: of.row ?? null,
      control: of.control ?? null,
    });
    return { key: of.key === undefined ? null : encoder.key([of.key]), value };
  }

  #push(part: number, kind: RecordKind, of: Parameters<PairFeed['encode']>[1]): Buffer {
    const { key, value } = this.encode(kind, of);
    this.raw(part, { key, value });
    return key ?? Buffer.alloc(0);
  }
}
