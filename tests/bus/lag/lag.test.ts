/** Lag never looks better than it is. */
import { describe, expect, test } from 'vitest';
import type { PartitionOffsets, RecordTime } from '../../../bus/kafka/kafka.ts';
import { type LagInput, lagOf, oldestWaiting, type Progress } from '../../../bus/lag/lag.ts';

const NOW = 1_000_000;
const units = [{ unit: 'population/identity', topic: 't' }];
const log = (partition: number, start: bigint, end: bigint): PartitionOffsets => ({
  topic: 't',
  partition,
  start,
  end,
});
const at = (partition: number, nextOffset: bigint, haltCode: string | null = null): Progress => ({
  unit: 'population/identity',
  topic: 't',
  partition,
  nextOffset,
  haltCode,
});
const time = (partition: number, offset: bigint, agoMs: number): RecordTime => ({
  topic: 't',
  partition,
  offset,
  timestampMs: NOW - agoMs,
});

function lag(input: Partial<LagInput>) {
  const [unit] = lagOf({
    units,
    progress: [],
    logs: [],
    times: [],
    deadLetters: new Map(),
    nowMs: NOW,
    ...input,
  });
  return unit!;
}

describe('the state of a unit', () => {
  test.each([
    {
      reason: 'all applied',
      input: { progress: [at(0, 5n)], logs: [log(0, 0n, 5n)] },
      expected: { state: 'caught-up', waiting: 0, oldestMs: undefined },
    },
    {
      reason: 'three records wait, the oldest for two seconds',
      input: { progress: [at(0, 2n)], logs: [log(0, 0n, 5n)], times: [time(0, 2n, 2_000)] },
      expected: { state: 'behind', waiting: 3, oldestMs: 2_000 },
    },
    {
      reason: 'only markers of transactions wait',
      input: { progress: [at(0, 4n)], logs: [log(0, 0n, 5n)], times: [] },
      expected: { state: 'caught-up', waiting: 0, oldestMs: undefined },
    },
    {
      reason: 'times could not be read: the age is not known, and it is not caught up',
      input: { progress: [at(0, 4n)], logs: [log(0, 0n, 5n)], times: undefined },
      expected: { state: 'behind', waiting: 1, oldestMs: undefined },
    },
    {
      reason: 'progress read before a later end, never negative',
      input: { progress: [at(0, 9n)], logs: [log(0, 0n, 5n)] },
      expected: { state: 'caught-up', waiting: 0 },
    },
    {
      reason: 'a record from a clock that is ahead has age 0',
      input: { progress: [at(0, 4n)], logs: [log(0, 0n, 5n)], times: [time(0, 4n, -500)] },
      expected: { state: 'behind', oldestMs: 0 },
    },
    {
      reason: 'never claimed, also when the topic is empty',
      input: { logs: [log(0, 0n, 0n)] },
      expected: { state: 'unclaimed', waiting: 0 },
    },
    {
      reason: 'one of two partitions never claimed',
      input: {
        progress: [at(0, 5n)],
        logs: [log(0, 0n, 5n), log(1, 0n, 3n)],
        times: [time(1, 0n, 7)],
      },
      expected: { state: 'unclaimed', waiting: 3 },
    },
    {
      reason: 'the topic does not exist',
      input: { progress: [at(0, 5n)] },
      expected: { state: 'unclaimed' },
    },
    {
      reason: 'halted with everything applied is still halted',
      input: { progress: [at(0, 5n, 'VIEW_TRUNCATED')], logs: [log(0, 0n, 5n)] },
      expected: { state: 'halted', haltCode: 'VIEW_TRUNCATED' },
    },
    {
      reason: 'retention overtook progress',
      input: { progress: [at(0, 2n)], logs: [log(0, 4n, 5n)] },
      expected: { state: 'data-lost', waiting: 3 },
    },
    {
      reason: 'a dead letter makes it incomplete, however far it came',
      input: {
        progress: [at(0, 5n)],
        logs: [log(0, 0n, 5n)],
        deadLetters: new Map([['population/identity', 1]]),
      },
      expected: { state: 'incomplete', deadLetters: 1 },
    },
  ])('$expected.state: $reason', ({ input, expected }) => {
    expect(lag(input)).toMatchObject(expected);
  });

  test('the worst partition decides, waiting adds up, and the oldest age counts', () => {
    const unit = lag({
      progress: [at(0, 1n), at(1, 1n), at(2, 7n)],
      logs: [log(0, 0n, 3n), log(1, 0n, 4n), log(2, 0n, 7n)],
      times: [time(0, 1n, 500), time(1, 1n, 9_000)],
    });
    expect(unit).toMatchObject({ state: 'behind', waiting: 5, oldestMs: 9_000 });
    expect(unit.partitions.map(({ state }) => state)).toEqual(['behind', 'behind', 'caught-up']);
  });
});

test('times are asked only where a record waits and is still in the log', () => {
  const progress = [at(0, 5n), at(1, 2n), at(2, 1n), at(9, 0n)];
  const logs = [log(0, 0n, 5n), log(1, 0n, 5n), log(2, 3n, 5n), log(3, 4n, 6n), log(4, 4n, 4n)];
  expect(oldestWaiting({ units, progress, logs })).toEqual([
    { topic: 't', partition: 1, offset: 2n },
    { topic: 't', partition: 3, offset: 4n },
  ]);
});
