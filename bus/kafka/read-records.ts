/**
 * Reads committed records of one partition from a given offset on, for operators: notices of a
 * capture, or one record that was set aside. Commits nothing and leaves no trace but a group's
 * name. Live consumption is the business of consumers with claims.
 */
import { randomUUID } from 'node:crypto';
import { systemClock } from '../base/clock.ts';
import { BusError } from '../base/errors.ts';
import {
  partitionKey,
  type BusConsumer,
  type KafkaBus,
  type PartitionHandler,
  type RawRecord,
  type TopicPartition,
} from './kafka.ts';

export type ReadFrom = TopicPartition & { readonly offset: bigint };

/** What to do after a record, or after a stretch of the log that holds none. */
export type Taken = 'more' | 'enough';

export type RecordTaker = {
  record(record: RawRecord): Taken | Promise<Taken>;
  /** Everything below `nextOffset` was handed over. */
  passed?(nextOffset: bigint): Taken;
};

/**
 * Hands records over in order until `taker` has enough, the signal fires (BUS_ABORTED) or the time
 * is over (BUS_TIMEOUT). Throws what ends the consumer.
 */
export async function readRecords(
  kafka: KafkaBus,
  from: ReadFrom,
  taker: RecordTaker,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<void> {
  const enough = Promise.withResolvers<void>();
  const consumer = kafka.consumer({
    group: `operator-${randomUUID()}`,
    topics: [from.topic],
    handler: handlerOf(from, taker, enough),
    concurrency: 1,
    fetchWaitMsMax: 100,
  });
  const over = new AbortController();
  try {
    await Promise.race([
      started(consumer, enough.promise),
      outOfTime(from, { timeoutMs, over: over.signal, ...(signal ? { signal } : {}) }),
    ]);
  } finally {
    over.abort();
    await consumer.close();
  }
}

async function started(consumer: BusConsumer, enough: Promise<void>): Promise<void> {
  await consumer.start();
  const ended = consumer.ended.then((error) => {
    if (error) throw error;
  });
  await Promise.race([enough, ended]);
}

function handlerOf(
  from: ReadFrom,
  taker: RecordTaker,
  enough: PromiseWithResolvers<void>,
): PartitionHandler {
  let next = from.offset;
  let over = false;
  const finish = () => {
    over = true;
    enough.resolve();
    return { kind: 'pause', reason: 'enough was read' } as const;
  };
  return {
    claim: async ({ partitions }) =>
      new Map(
        partitions.map((one) => [
          partitionKey(one),
          one.partition === from.partition
            ? { kind: 'start', offset: next }
            : { kind: 'pause', reason: 'not asked for' },
        ]),
      ),
    async apply(batch) {
      if (over || batch.partition !== from.partition) return { kind: 'drop' };
      for (const record of batch.records) {
        if (record.offset < next) continue;
        next = record.offset + 1n;
        if ((await taker.record(record)) === 'enough') return finish();
      }
      next = batch.nextOffset;
      return taker.passed?.(next) === 'enough' ? finish() : { kind: 'done' };
    },
    async skip({ nextOffset }) {
      if (over) return { kind: 'drop' };
      if (nextOffset > next) next = nextOffset;
      return taker.passed?.(next) === 'enough' ? finish() : { kind: 'done' };
    },
  };
}

/** Rejects when asked to end or when the time is over; never, once what is waited for is `over`. */
async function outOfTime(
  { topic, offset }: ReadFrom,
  {
    timeoutMs,
    over,
    signal,
  }: { readonly timeoutMs: number; readonly over: AbortSignal; readonly signal?: AbortSignal },
): Promise<never> {
  const what = `records of ${topic} from offset ${offset} on`;
  const ends = AbortSignal.any(signal ? [over, signal] : [over]);
  await systemClock.sleep(timeoutMs, ends).catch(() => undefined);
  if (signal?.aborted) throw new BusError('BUS_ABORTED', {}, signal.reason);
  throw new BusError('BUS_TIMEOUT', { ms: timeoutMs, what, seen: 'not enough of them' });
}
