/**
 * Of what a fetch brought, the records that were committed: the algorithm of Kafka's own client.
 * The broker lists the aborted transactions of the stretch by producer and first offset; each
 * holds from there to the producer's next abort marker, and what the producer writes after that
 * belongs to another transaction.
 */
import type { fetchV12 } from '@platformatic/kafka';
import type { RawRecord } from '../kafka.ts';

export type FetchedPartition = fetchV12.FetchResponsePartition;
type Batch = NonNullable<FetchedPartition['records']>[number];

const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const LOG_APPEND_TIME = 0x08;
const ABORT = 0;

export type Committed = {
  readonly records: readonly RawRecord[];
  /** The offset after everything that was looked at; `from` where nothing was. */
  readonly nextOffset: bigint;
  /** The first offset passed that holds neither a record nor something that readers may pass. */
  readonly missing?: bigint;
};

/** Committed records at or after `from`, in order, with the offset to read on at. */
export function committed(partition: FetchedPartition, from: bigint): Committed {
  const records: RawRecord[] = [];
  let nextOffset = from;
  let missing: bigint | undefined;
  for (const batch of committedBatches(partition)) {
    const after = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
    missing ??= firstHole(batch, nextOffset);
    if (after > nextOffset) nextOffset = after;
    if (batch.isHidden) continue;
    const { firstOffset, firstTimestamp, maxTimestamp, attributes } = batch;
    const appendedAt = (attributes & LOG_APPEND_TIME) === 0 ? undefined : Number(maxTimestamp);
    for (const { offsetDelta, timestampDelta, key, value } of batch.records) {
      const offset = firstOffset + BigInt(offsetDelta);
      if (offset < from) continue;
      const timestampMs = appendedAt ?? Number(firstTimestamp + timestampDelta);
      records.push({ offset, key, value, timestampMs });
    }
  }
  return { records, nextOffset, ...(missing === undefined ? {} : { missing }) };
}

/** The first offset from `expected` on that the log lacks before the batch, or in it where its records count. */
function firstHole(
  batch: Batch & { readonly isHidden: boolean },
  expected: bigint,
): bigint | undefined {
  if (batch.firstOffset > expected) return expected;
  if (batch.isHidden) return undefined;
  let next = expected - batch.firstOffset;
  for (const { offsetDelta } of batch.records) {
    const delta = BigInt(offsetDelta);
    if (delta < next) continue;
    if (delta > next) return batch.firstOffset + next;
    next++;
  }
  return next <= BigInt(batch.lastOffsetDelta) ? batch.firstOffset + next : undefined;
}

function* committedBatches({
  records,
  abortedTransactions,
}: FetchedPartition): Generator<Batch & { readonly isHidden: boolean }> {
  const waiting = [...(abortedTransactions ?? [])].sort((a, b) =>
    a.firstOffset < b.firstOffset ? -1 : 1,
  );
  const aborted = new Set<bigint>();
  let begun = 0;
  for (const batch of records ?? []) {
    const lastOffset = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    for (let next = waiting[begun]; next && next.firstOffset <= lastOffset; next = waiting[begun]) {
      aborted.add(next.producerId);
      begun++;
    }
    const isControl = (batch.attributes & CONTROL) !== 0;
    if (isControl && isAbortMarker(batch)) aborted.delete(batch.producerId);
    const isTransactional = (batch.attributes & TRANSACTIONAL) !== 0;
    const isAborted = isTransactional && aborted.has(batch.producerId);
    yield { ...batch, isHidden: isControl || isAborted };
  }
}

/** The key of a marker: a version and a type, 16 bits each. */
function isAbortMarker({ records }: Batch): boolean {
  const key = records[0]?.key;
  return key !== undefined && key !== null && key.length >= 4 && key.readInt16BE(2) === ABORT;
}
