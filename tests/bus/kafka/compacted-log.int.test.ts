/**
 * A compacted topic read to its end: what compaction took away leaves gaps, and neither a gap nor
 * a marker may keep a reader from the end, nor may the newest record of a key be missed.
 */
import { expect, test } from 'vitest';
import { waitFor } from '../../../bus/base/retry.ts';
import { testStack } from '../../support/env.ts';

const stack = await testStack('compactedlog');
/** The broker looks for something to compact every fifteen seconds. */
const COMPACTED_MS = 150_000;
const KEYS = Array.from({ length: 20 }, (_, index) => `key ${index}`);
const DOUBT = new TypeError('not this one');

test('the newest record of every key is read, and the end is reached, however much was compacted away', async () => {
  const bus = await stack.kafka();
  const admin = await bus.admin();
  stack.atEnd(() => admin.close());
  const topic = `${stack.prefix}.progress`;
  const config = {
    'cleanup.policy': 'compact',
    'segment.ms': '500',
    'min.cleanable.dirty.ratio': '0.001',
    'delete.retention.ms': '0',
  };
  await admin.createTopics([{ name: topic, partitions: 1, replication: 1, config }]);
  stack.atEnd(() => admin.deleteTopics([topic]));
  const producer = await bus.transactional(`${stack.prefix}.id`);
  const reader = await bus.reader();
  stack.atEnd(() => Promise.all([producer.close(), reader.close()]));
  const newest = new Map<string, string>();
  let written = 0;

  const sends = (value: number) => {
    const records = KEYS.map((key) => ({ key, value: `${value}`, partition: 0 }));
    return [{ topic, records }];
  };

  async function write(value: number): Promise<void> {
    await producer.commit(sends(value));
    written += KEYS.length;
    for (const key of KEYS) newest.set(key, `${value}`);
  }

  async function writeInVain(value: number): Promise<void> {
    const beforeCommit = () => Promise.reject(DOUBT);
    await expect(producer.commit(sends(value), { beforeCommit })).rejects.toBe(DOUBT);
  }

  async function readToEnd() {
    await producer.fence();
    const [bounds] = await admin.offsets([topic]);
    const found = new Map<string, string>();
    let offset = 0n;
    let records = 0;
    while (offset < bounds!.end) {
      const [range] = await reader.fetch([{ topic, partition: 0, offset }], { waitMs: 5_000 });
      expect(range!.fault).toBeUndefined();
      expect(range!.nextOffset).toBeGreaterThan(offset);
      for (const { key, value } of range!.records) found.set(String(key), String(value));
      records += range!.records.length;
      offset = range!.nextOffset;
    }
    expect(found).toEqual(newest);
    expect(offset).toBe(bounds!.end);
    return { records };
  }

  let round = 0;
  // What is wrong ends the waiting, too: it must not be taken for "not yet".
  const outcome = await waitFor(
    async () => {
      // A segment is closed by the first record that comes after its time.
      await write(round++);
      await writeInVain(-round);
      const read = await readToEnd().catch((wrong: unknown) => ({ wrong }));
      return ('wrong' in read || read.records < written) && read;
    },
    { what: 'the broker to compact the topic', timeoutMs: COMPACTED_MS, intervalMs: 700 },
  );
  expect(outcome).toEqual({ records: expect.any(Number) });
});
