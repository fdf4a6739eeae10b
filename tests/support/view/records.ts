/** Records of the oracle view's two topics, written by hand, and the batches that carry them. */
import { BusError, type ErrorCode } from '../../../bus/base/errors.ts';
import type { ChangeOp } from '../../../bus/change/envelope.ts';
import type { RawRecord, RecordBatch, TopicPartition } from '../../../bus/kafka/kafka.ts';
import type { SqlValue } from '../../../bus/sql/sql.ts';
import type { RecordReader } from '../../../bus/view/apply/decode.ts';
import { simulatedReader } from './simulated-source.ts';

const BROKEN = 'broken:';

type Row = readonly SqlValue[];

export function person(offset: bigint, id: string, name: string | null): RawRecord {
  return record(offset, [id], { op: 'u', after: [name, 1] });
}

export type Marriage = {
  readonly a: string | null;
  readonly b: string | null;
  readonly status?: string;
  readonly heldOn?: string | null;
};

export function marriage(
  offset: bigint,
  number: string,
  { a, b, status = 'married', heldOn = '2020-01-01' }: Marriage,
): RawRecord {
  return record(offset, [number], { op: 'u', after: [a, b, status, heldOn] });
}

/** A change of `values`, whatever they are. */
export function changed(offset: bigint, key: Row, values: Row): RawRecord {
  return record(offset, key, { op: 'u', after: values });
}

export function gone(offset: bigint, key: string): RawRecord {
  return record(offset, [key], { op: 'd', after: null });
}

export function tombstone(offset: bigint, key: string): RawRecord {
  return record(offset, [key], null);
}

export function message(offset: bigint): RawRecord {
  return record(offset, ['-'], { op: 'm', after: null });
}

export function truncate(offset: bigint): RawRecord {
  return { ...record(offset, [], { op: 't', after: null }), key: null };
}

/** A record whose reading fails with `code`. */
export function broken(offset: bigint, code: ErrorCode = 'AVRO_BODY_BROKEN'): RawRecord {
  return { ...record(offset, ['-'], null), value: Buffer.from(BROKEN + code) };
}

export function record(
  offset: bigint,
  key: Row,
  value: { readonly op: ChangeOp; readonly after: Row | null } | null,
): RawRecord {
  return {
    offset,
    key: Buffer.from(JSON.stringify(key)),
    value: value === null ? null : Buffer.from(JSON.stringify(value)),
    timestampMs: 1_700_000_000_000 + Number(offset),
  };
}

/** A batch fetched from its first record on, unless said otherwise. */
export function batchOf(
  tp: TopicPartition,
  records: readonly RawRecord[],
  {
    from = records[0]?.offset ?? 0n,
    next = (records.at(-1)?.offset ?? -1n) + 1n,
    isStale = () => false,
  }: { readonly from?: bigint; readonly next?: bigint; readonly isStale?: () => boolean } = {},
): RecordBatch {
  return {
    ...tp,
    records,
    fetchOffset: from,
    nextOffset: next,
    highWatermark: next,
    isStale,
    heartbeat: () => Promise.resolve(),
  };
}

/** As the simulated reader, and fails where a record says so. */
export const scriptedReader: RecordReader = {
  ...simulatedReader,
  change(value) {
    const text = value.toString();
    if (!text.startsWith(BROKEN)) return simulatedReader.change(value);
    throw new BusError(text.slice(BROKEN.length) as ErrorCode, {
      why: 'a test says so',
      schemaId: 7,
      column: 'name',
      expected: 'varchar(60)',
      found: 'int',
    });
  },
};
