/** A broker that is killed between and inside transactions: nothing is lost, doubled or left open. */
import { expect, onTestFinished, test } from 'vitest';
import { waitFor } from '../../../bus/base/retry.ts';
import { reactionTo } from '../../../bus/base/errors.ts';
import { createKafkaBus } from '../../../bus/kafka/kafkajs/kafkajs-bus.ts';
import { ownBroker } from './own-broker.ts';

const broker = await ownBroker();
const bus = createKafkaBus(broker.settings);
const HEALED_MS = 150_000;

test('progress that is written in the transaction survives kills at any moment', async () => {
  const admin = await bus.admin();
  onTestFinished(() => admin.close());
  const topics = ['data', 'progress'];
  await admin.createTopics(topics.map((name) => ({ name, partitions: 1, replication: 1 })));
  const producer = await bus.transactional('gateway.0');
  onTestFinished(() => producer.close());
  const reader = await bus.reader();
  onTestFinished(() => reader.close());

  async function read(topic: string): Promise<number[]> {
    const values: number[] = [];
    let offset = 0n;
    for (;;) {
      const [range] = await reader.fetch([{ topic, partition: 0, offset }], { waitMs: 0 });
      values.push(...range!.records.map(({ value }) => Number(value)));
      if (range!.nextOffset === offset) return values;
      offset = range!.nextOffset;
    }
  }

  let kill: (() => Promise<void>) | undefined;
  /** One step of a worker: on any error that may pass it fences, reads its progress and redoes. */
  async function upTo(goal: number): Promise<void> {
    let next = 0;
    let known = false;
    await waitFor(
      async () => {
        while (next < goal) {
          try {
            if (!known) await producer.fence();
            if (!known) next = (await read('progress')).at(-1) ?? 0;
            known = true;
            const record = [{ key: 'k', value: `${next + 1}`, partition: 0 }];
            const sends = topics.map((topic) => ({ topic, records: record }));
            await producer.commit(sends, { beforeCommit: () => kill?.() });
            next++;
          } catch (error) {
            known = false;
            if (reactionTo(error) !== 'retry') throw error;
            return false;
          }
        }
        return true;
      },
      { what: `progress ${goal}`, timeoutMs: HEALED_MS, intervalMs: 100 },
    );
  }

  await upTo(20);
  await broker.kill();
  await broker.start();
  await upTo(40);
  kill = async () => {
    kill = undefined;
    await broker.kill();
    void broker.start();
  };
  await upTo(60);
  const expected = Array.from({ length: 60 }, (_, index) => index + 1);
  expect(await read('data')).toEqual(expected);
  expect(await read('progress')).toEqual(expected);
});
