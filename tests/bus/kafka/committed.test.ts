/** Which records of a fetch were committed: Kafka's own algorithm on hand-made batches. */
import { expect, test } from 'vitest';
import { committed, type FetchedPartition } from '../../../bus/kafka/wire/committed.ts';

type Batches = NonNullable<FetchedPartition['records']>;

const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const LOG_APPEND_TIME = 0x08;

type Made = {
  readonly at: number;
  readonly producer?: number;
  readonly count?: number;
  readonly marker?: 'abort' | 'commit';
  readonly plain?: boolean;
};

function batch({ at, producer = 1, count = 1, marker, plain = false }: Made): Batches[number] {
  const key = marker && Buffer.from([0, 0, 0, marker === 'abort' ? 0 : 1]);
  return {
    firstOffset: BigInt(at),
    length: 0,
    partitionLeaderEpoch: 0,
    magic: 2,
    crc: 0,
    attributes: (plain ? 0 : TRANSACTIONAL) | (marker ? CONTROL : 0),
    lastOffsetDelta: count - 1,
    firstTimestamp: 1_000n,
    maxTimestamp: 2_000n,
    producerId: BigInt(producer),
    producerEpoch: 0,
    firstSequence: 0,
    records: Array.from({ length: count }, (_, offsetDelta) => ({
      length: 0,
      attributes: 0,
      timestampDelta: BigInt(offsetDelta),
      offsetDelta,
      key: key ?? null,
      value: null,
      headers: [],
    })),
  };
}

function fetched(
  batches: readonly Batches[number][],
  aborted: readonly (readonly [producer: number, firstOffset: number])[] = [],
): FetchedPartition {
  return {
    partitionIndex: 0,
    errorCode: 0,
    highWatermark: 100n,
    lastStableOffset: 100n,
    logStartOffset: 0n,
    abortedTransactions: aborted.map(([producer, firstOffset]) => ({
      producerId: BigInt(producer),
      firstOffset: BigInt(firstOffset),
    })),
    preferredReadReplica: -1,
    records: [...batches],
  };
}

const offsetsOf = (partition: FetchedPartition, from = 0n) =>
  committed(partition, from).records.map(({ offset }) => Number(offset));

test.each([
  {
    reason: 'markers are never handed over',
    batches: [
      { at: 0, count: 2 },
      { at: 2, marker: 'commit' },
    ],
    aborted: [],
    seen: [0, 1],
  },
  {
    reason:
      'an aborted transaction is left out up to its marker, the next of the same producer is not',
    batches: [{ at: 0 }, { at: 1, marker: 'abort' }, { at: 2 }, { at: 3, marker: 'commit' }],
    aborted: [[1, 0]],
    seen: [2],
  },
  {
    reason: 'what the producer committed before the aborted one stays',
    batches: [{ at: 0 }, { at: 1, marker: 'commit' }, { at: 2 }, { at: 3, marker: 'abort' }],
    aborted: [[1, 2]],
    seen: [0],
  },
  {
    reason: 'two aborted transactions of one producer, with a committed one between them',
    batches: [
      { at: 0 },
      { at: 1, marker: 'abort' },
      { at: 2 },
      { at: 3, marker: 'commit' },
      { at: 4 },
      { at: 5, marker: 'abort' },
    ],
    aborted: [
      [1, 0],
      [1, 4],
    ],
    seen: [2],
  },
  {
    reason: 'two producers side by side, one of them aborts',
    batches: [
      { at: 0, producer: 1 },
      { at: 1, producer: 2 },
      { at: 2, producer: 1 },
      { at: 3, producer: 2, marker: 'commit' },
      { at: 4, producer: 1, marker: 'abort' },
    ],
    aborted: [[1, 0]],
    seen: [1],
  },
  {
    reason: 'the list is not in the order of the beginnings, and both began before the first batch',
    batches: [
      { at: 10, producer: 1 },
      { at: 11, producer: 2 },
      { at: 12, producer: 2, marker: 'abort' },
      { at: 13, producer: 1, marker: 'abort' },
      { at: 14, producer: 2 },
    ],
    aborted: [
      [2, 5],
      [1, 3],
    ],
    seen: [14],
  },
  {
    reason: 'records outside of transactions belong to no aborted one, whatever their producer id',
    batches: [{ at: 0, plain: true }, { at: 1 }, { at: 2, marker: 'abort' }],
    aborted: [[1, 1]],
    seen: [0],
  },
] as const)('$reason', ({ batches, aborted, seen }) => {
  const partition = fetched(batches.map(batch), aborted);
  expect(offsetsOf(partition)).toEqual(seen);
  expect(committed(partition, 0n).nextOffset).toBe(BigInt(batches.at(-1)!.at) + 1n);
});

test('records of a batch below the asked offset are not handed over again', () => {
  const partition = fetched([batch({ at: 0, count: 4 })]);
  expect(offsetsOf(partition, 2n)).toEqual([2, 3]);
});

test('nothing fetched means nothing passed', () => {
  expect(committed({ ...fetched([]), records: null }, 7n)).toEqual({ records: [], nextOffset: 7n });
});

test('offsets that compaction emptied are passed with their batch', () => {
  const emptied = { ...batch({ at: 3, count: 5 }), records: [] };
  expect(committed(fetched([emptied]), 3n)).toEqual({ records: [], nextOffset: 8n, missing: 3n });
});

const without = (made: Made, ...deltas: readonly number[]) => {
  const whole = batch(made);
  const records = whole.records.filter(({ offsetDelta }) => !deltas.includes(offsetDelta));
  return { ...whole, records };
};

test.each([
  {
    reason: 'nothing is missing where every offset has its record or its marker',
    batches: [batch({ at: 0, count: 3 }), batch({ at: 3, marker: 'commit' })],
    missing: undefined,
  },
  {
    reason: 'an aborted batch may be without its records',
    batches: [
      { ...batch({ at: 0, count: 2, producer: 9 }), records: [] },
      batch({ at: 2, marker: 'abort', producer: 9 }),
      batch({ at: 3, producer: 9 }),
    ],
    missing: undefined,
  },
  {
    reason: 'a batch below the asked offset is no hole',
    batches: [batch({ at: 0, count: 6 })],
    from: 4n,
    missing: undefined,
  },
  {
    reason: 'a batch that is gone is missed at its first offset',
    batches: [batch({ at: 0 }), batch({ at: 4 })],
    missing: 1n,
  },
  {
    reason: 'the log before the first batch is missed where it was asked for',
    batches: [batch({ at: 4 })],
    from: 2n,
    missing: 2n,
  },
  {
    reason: 'a record in the middle of a batch is missed',
    batches: [without({ at: 10, count: 5 }, 2)],
    from: 10n,
    missing: 12n,
  },
  {
    reason: 'a record at the end of a batch is missed',
    batches: [without({ at: 0, count: 3 }, 2)],
    missing: 2n,
  },
  {
    reason: 'what is missing below the asked offset is not asked about',
    batches: [without({ at: 0, count: 5 }, 1)],
    from: 3n,
    missing: undefined,
  },
])('$reason', ({ batches, from = 0n, missing }) => {
  expect(committed(fetched(batches, [[9, 0]]), from).missing).toBe(missing);
});

test('the time is the record’s own, or the batch’s where the broker stamps it', () => {
  const own = batch({ at: 0, count: 2 });
  const stamped = { ...own, attributes: own.attributes | LOG_APPEND_TIME };
  const times = (one: Batches[number]) =>
    committed(fetched([one]), 0n).records.map(({ timestampMs }) => timestampMs);
  expect(times(own)).toEqual([1_000, 1_001]);
  expect(times(stamped)).toEqual([2_000, 2_000]);
});
