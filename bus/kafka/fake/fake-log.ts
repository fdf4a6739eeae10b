/**
 * One partition of the fake: records, transaction markers and aborted records, each taking an
 * offset as in Kafka, so that readers meet the same gaps. Readers see committed records only and
 * none beyond the first open transaction.
 */
import type { RawRecord } from '../kafka.ts';

export type NewRecord = {
  readonly key?: Buffer | string | null;
  readonly value?: Buffer | string | null;
  readonly timestampMs?: number;
};

/** Shared by all records of one transaction, in whatever partitions they are. */
export type FakeTransaction = { state: 'open' | 'committed' | 'aborted' };

type Entry = {
  readonly offset: bigint;
  readonly record: RawRecord | undefined;
  readonly transaction: FakeTransaction | undefined;
};

/** What one fetch brings: the records to hand over and where the next fetch starts. */
export type Fetched = { readonly records: readonly RawRecord[]; readonly nextOffset: bigint };

export class FakeLog {
  #entries: Entry[] = [];
  #start = 0n;
  #next = 0n;

  get start(): bigint {
    return this.#start;
  }

  /** The last stable offset. */
  get end(): bigint {
    const open = this.#entries.find(({ transaction }) => transaction?.state === 'open');
    return open?.offset ?? this.#next;
  }

  /** Records of open transactions included. */
  get writtenEnd(): bigint {
    return this.#next;
  }

  append(records: readonly NewRecord[], nowMs: number, transaction?: FakeTransaction): void {
    for (const { key = null, value = null, timestampMs = nowMs } of records) {
      const record = { offset: this.#next, key: bytes(key), value: bytes(value), timestampMs };
      this.#push(record, transaction);
    }
  }

  /** `count` offsets without records: a marker, or the records of an aborted transaction. */
  appendGap(count: number): void {
    for (let i = 0; i < count; i++) this.#push(undefined);
  }

  /** Retention: everything below `offset` is gone. */
  deleteBelow(offset: bigint): void {
    this.#start = offset > this.#next ? this.#next : offset;
    this.#entries = this.#entries.filter((entry) => entry.offset >= this.#start);
  }

  /** 'out-of-range' where `offset` is neither in the log nor its end; undefined when nothing is new. */
  fetch(offset: bigint, recordsMax: number): Fetched | 'out-of-range' | undefined {
    if (offset < this.#start || offset > this.#next) return 'out-of-range';
    const records: RawRecord[] = [];
    let nextOffset = offset;
    for (const entry of this.#entries) {
      if (entry.offset < offset) continue;
      const state = entry.transaction?.state;
      if (records.length === recordsMax || state === 'open') break;
      if (entry.record && state !== 'aborted') records.push(entry.record);
      nextOffset = entry.offset + 1n;
    }
    return nextOffset === offset ? undefined : { records, nextOffset };
  }

  #push(record: RawRecord | undefined, transaction?: FakeTransaction): void {
    this.#entries.push({ offset: this.#next, record, transaction });
    this.#next += 1n;
  }
}

function bytes(value: Buffer | string | null): Buffer | null {
  return typeof value === 'string' ? Buffer.from(value) : value;
}
