/**
 * Reads committed records where it is told to, without a group: the port's LogReader over single
 * fetch requests. The poll has connections of its own, because a broker answers the requests of
 * one connection one after the other. A topic is known by its name: whether it was recreated
 * under that name is for the caller to ask.
 */
import { assert, must } from '../../base/assert.ts';
import { BusError, messageOf } from '../../base/errors.ts';
import { retry } from '../../base/retry.ts';
import { mapped } from '../client-errors.ts';
import {
  type FetchedRange,
  type FetchLimits,
  type LogReader,
  partitionKey,
  type RecordPosition,
} from '../kafka.ts';
import { CLIENT_LIMITS, type KafkaSettings } from '../settings.ts';
import { fetchFrom, type PartitionAnswer, readAnswer } from './fetch.ts';
import { offsets } from './offsets.ts';
import { createPartitionLeaders, type PartitionLeaders } from './partition-leaders.ts';
import { type Address, createWire, type Wire } from './wire.ts';

/** With several leaders none may hold the others up: each is asked for a short while at a time. */
const TURN_MS = 10;

export function openLogReader(settings: KafkaSettings): LogReader {
  const polls = createWire(settings);
  const asks = createWire(settings);
  const leaders = createPartitionLeaders(asks);
  let rounds = 0;

  return {
    async fetch(positions, limits) {
      if (positions.length === 0) return [];
      const keys = new Set(positions.map(partitionKey));
      assert(keys.size === positions.length, 'one position a partition in one fetch');
      const what = `read ${positions[0]?.topic}`;
      const ranges = await retry(
        () =>
          mapped(what, () => poll({ polls, leaders, rounds: () => rounds++ }, positions, limits)),
        {
          attemptsMax: CLIENT_LIMITS.retries,
          delayMs: CLIENT_LIMITS.retryMsFirst,
          delayMsMax: CLIENT_LIMITS.retryMsMax,
          onRetry(error) {
            settings.log.debug({ error: messageOf(error) }, 'reading interrupted');
            leaders.forget();
          },
        },
      );
      return mapped(what, () => withBounds(asks, ranges));
    },
    async close() {
      await Promise.all([polls.close(), asks.close()]);
    },
  };
}

type Reading = {
  readonly polls: Wire;
  readonly leaders: PartitionLeaders;
  /** Counts fetches: who comes first in one must not always be the same. */
  readonly rounds: () => number;
};

/** Asks until there is news or the time is over. Throws where a leader is not where it was. */
async function poll(
  reading: Reading,
  positions: readonly RecordPosition[],
  limits: FetchLimits,
): Promise<readonly FetchedRange[]> {
  const deadline = Date.now() + limits.waitMs;
  for (;;) {
    const leftMs = Math.max(0, deadline - Date.now());
    const ranges = await round(reading, positions, { ...limits, waitMs: leftMs });
    const asked = (index: number) => must(positions[index], 'a position for each answer').offset;
    const isNews = ranges.some(
      ({ fault, nextOffset }, index) => fault !== undefined || nextOffset !== asked(index),
    );
    if (isNews || Date.now() >= deadline) return ranges;
  }
}

/** Every position asked once. */
async function round(
  { polls, leaders, rounds }: Reading,
  positions: readonly RecordPosition[],
  limits: FetchLimits,
): Promise<readonly FetchedRange[]> {
  const found = await leaders.find(positions);
  const at = (position: RecordPosition) =>
    must(found.get(partitionKey(position)), 'an answer for each partition');
  const groups = [...Map.groupBy(rotated(positions, rounds()), at)];
  const led = groups.filter((group): group is Led => typeof group[0] !== 'string');
  const waitMs = Math.min(limits.waitMs, waitOf({ groups: groups.length, led: led.length }));
  const fetched = await Promise.all(
    led.map(([leader, members]) =>
      fetchFrom(polls, leader, { positions: members, limits: { ...limits, waitMs } }),
    ),
  );
  const answers = new Map<string, PartitionAnswer>(fetched.flatMap((one) => [...one]));
  return positions.map((position) => {
    const leadership = at(position);
    if (leadership === 'absent' || leadership === 'denied') {
      return { ...nothingAt(position), fault: leadership };
    }
    const range = readAnswer(position, answers.get(partitionKey(position)));
    if (range === 'moved') throw moved(position);
    return range;
  });
}

type Led = [leader: Address, members: RecordPosition[]];

/** Nobody waits beside a fault that is known already, and no leader holds up the others. */
function waitOf({ groups, led }: { readonly groups: number; readonly led: number }): number {
  if (led < groups) return 0;
  return led > 1 ? TURN_MS : Infinity;
}

/** The broker fills its answer in the order of the question. */
function rotated<T>(all: readonly T[], by: number): readonly T[] {
  const first = all.length === 0 ? 0 : by % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}

function nothingAt({ topic, partition, offset }: RecordPosition): FetchedRange {
  return { topic, partition, records: [], nextOffset: offset, logStart: 0n, end: 0n };
}

function moved(position: RecordPosition): BusError {
  const what = `read ${partitionKey(position)}`;
  return new BusError('KAFKA_UNREACHABLE', { what, why: 'its leader is changing' });
}

/** An offset that is not in the log is answered without the log's bounds: they are asked for. */
async function withBounds(
  wire: Wire,
  ranges: readonly FetchedRange[],
): Promise<readonly FetchedRange[]> {
  const lost = ranges.filter(({ fault }) => fault === 'out-of-range');
  if (lost.length === 0) return ranges;
  const bounds = await offsets(wire, [...new Set(lost.map(({ topic }) => topic))]);
  const byPartition = new Map(bounds.map((one) => [partitionKey(one), one]));
  return ranges.map((range) => {
    const bound = byPartition.get(partitionKey(range));
    if (range.fault !== 'out-of-range' || bound === undefined) return range;
    return { ...range, logStart: bound.start, end: bound.end };
  });
}
