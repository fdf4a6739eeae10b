/** The correction of kafkajs' filter of aborted transactions, seen through kafkajs' own Batch. */
import { expect, test } from 'vitest';
import {
  type AbortedTransaction,
  type FetchedPartition,
  hideAborted,
} from '../../../bus/kafka/kafkajs/patches/aborted-records.ts';
import { upstream } from '../../../bus/kafka/kafkajs/patches/upstream.ts';

type BatchClass = new (
  topic: string,
  fetchedOffset: string,
  partition: FetchedPartition & { readonly highWatermark: string },
) => { readonly messages: readonly { readonly offset: string }[]; lastOffset(): string };

const ABORT = Buffer.from([0, 0, 0, 0]);
const COMMIT = Buffer.from([0, 0, 0, 1]);

type Line = readonly [producer: string, what: 'data' | 'plain' | 'abort' | 'commit', key?: Buffer];

function fetched(start: number, lines: readonly Line[], aborted: readonly [string, number][]) {
  const messages = lines.map(([producerId, what, key], index) => ({
    offset: `${start + index}`,
    key: what === 'abort' ? ABORT : what === 'commit' ? COMMIT : (key ?? Buffer.from('key')),
    isControlRecord: what === 'abort' || what === 'commit',
    batchContext: { producerId, inTransaction: what !== 'plain' },
  }));
  const abortedTransactions = aborted.map(([producerId, first]): AbortedTransaction => ({
    producerId,
    firstOffset: `${first}`,
  }));
  return { messages, abortedTransactions, highWatermark: `${start + lines.length}` };
}

function handedOver(partition: ReturnType<typeof fetched>, from: number) {
  hideAborted(partition);
  const Batch = upstream<BatchClass>('consumer/batch');
  const batch = new Batch('t', `${from}`, partition);
  return {
    offsets: batch.messages.map(({ offset }) => Number(offset)),
    last: Number(batch.lastOffset()),
  };
}

test.each([
  {
    reason: 'nothing was aborted',
    start: 0,
    lines: [
      ['a', 'data'],
      ['a', 'commit'],
    ],
    aborted: [],
    offsets: [0],
  },
  {
    reason: 'one transaction was aborted, the next of the same producer committed',
    start: 0,
    lines: [
      ['a', 'data'],
      ['a', 'abort'],
      ['a', 'data'],
      ['a', 'commit'],
    ],
    aborted: [['a', 0]],
    offsets: [2],
  },
  {
    reason: 'two aborted transactions began before the first record, the later one writes first',
    start: 10,
    lines: [
      ['b', 'data'],
      ['a', 'data'],
      ['b', 'abort'],
      ['a', 'abort'],
    ],
    aborted: [
      ['a', 3],
      ['b', 5],
    ],
    offsets: [],
  },
  {
    reason: 'the list is in the order of the ends, not of the beginnings',
    start: 0,
    lines: [
      ['a', 'data'],
      ['b', 'data'],
      ['b', 'abort'],
      ['a', 'data'],
      ['a', 'abort'],
    ],
    aborted: [
      ['b', 1],
      ['a', 0],
    ],
    offsets: [],
  },
  {
    reason: 'an aborted record has the key of an abort marker',
    start: 0,
    lines: [
      ['a', 'data', ABORT],
      ['a', 'data'],
      ['a', 'abort'],
    ],
    aborted: [['a', 0]],
    offsets: [],
  },
  {
    reason: 'a record outside of transactions has the same producer',
    start: 0,
    lines: [
      ['a', 'plain'],
      ['a', 'data'],
      ['a', 'abort'],
      ['a', 'plain'],
    ],
    aborted: [['a', 1]],
    offsets: [0, 3],
  },
  {
    reason: 'a committed transaction runs between the records of an aborted one',
    start: 0,
    lines: [
      ['a', 'data'],
      ['b', 'data'],
      ['a', 'data'],
      ['b', 'commit'],
      ['a', 'abort'],
    ],
    aborted: [['a', 0]],
    offsets: [1],
  },
] satisfies {
  reason: string;
  start: number;
  lines: Line[];
  aborted: [string, number][];
  offsets: number[];
}[])(
  'only committed records are handed over when $reason',
  ({ start, lines, aborted, offsets }) => {
    const over = handedOver(fetched(start, lines, aborted), start);
    expect(over.offsets).toEqual(offsets);
    expect(over.last).toBe(start + lines.length - 1);
  },
);

test('a fetch from the middle of an aborted transaction hands nothing of it over', () => {
  const lines: Line[] = [
    ['a', 'data'],
    ['a', 'data'],
    ['a', 'data'],
    ['a', 'abort'],
  ];
  expect(handedOver(fetched(0, lines, [['a', 0]]), 2)).toEqual({ offsets: [], last: 3 });
});
