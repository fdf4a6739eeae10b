/**
 * Reads a topic from its beginning and counts records, so that the benchmark knows when capture
 * is complete and how many events both sides will replay. Transaction markers take offsets but
 * are no records, which is why offsets alone cannot tell.
 */
import { must } from '../../bus/base/assert.ts';
import { waitFor } from '../../bus/base/retry.ts';
import type { BusConsumer, Claim, KafkaBus } from '../../bus/kafka/kafka.ts';
import { partitionKey } from '../../bus/kafka/kafka.ts';

export type TopicCounter = {
  /** Resolves once `count` records were read. */
  until(
    count: number,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<void>;
  readonly count: () => number;
  /** The offset after the last record of each partition that has any. */
  readonly ends: () => ReadonlyMap<number, bigint>;
  close(): Promise<void>;
};

export async function countTopic(kafka: KafkaBus, topic: string): Promise<TopicCounter> {
  const ends = new Map<number, bigint>();
  let count = 0;
  const consumer: BusConsumer = kafka.consumer({
    group: 'bench-count',
    topics: [topic],
    fetchWaitMsMax: 100,
    handler: {
      async claim({ partitions }) {
        const start: Claim = { kind: 'start', offset: 0n };
        return new Map(partitions.map((partition) => [partitionKey(partition), start]));
      },
      async apply({ partition, records }) {
        const last = records.at(-1);
        if (last) ends.set(partition, last.offset + 1n);
        count += records.length;
        return { kind: 'done' };
      },
      async skip() {
        return { kind: 'done' };
      },
    },
  });
  await consumer.start();
  return {
    async until(wanted, { timeoutMs, signal }) {
      const what = `${wanted} records in ${topic}`;
      await waitFor(() => count >= wanted, { what, timeoutMs, signal, intervalMs: 100 });
    },
    count: () => count,
    ends: () => ends,
    async close() {
      await consumer.close();
      const error = await consumer.ended;
      must(error === undefined, `the count of ${topic} ended: ${error?.message}`);
    },
  };
}
