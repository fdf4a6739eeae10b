/** A broker that is killed and comes back: consumers, admins and producers go on by themselves. */
import { expect, onTestFinished, test } from 'vitest';
import { retry, waitFor } from '../../../bus/base/retry.ts';
import { createKafkaBus } from '../../../bus/kafka/kafkajs/kafkajs-bus.ts';
import { recordingHandler } from '../../support/contracts/recording-handler.ts';
import { ownBroker } from './own-broker.ts';

const broker = await ownBroker();
const bus = createKafkaBus(broker.settings);
const HEALED_MS = 150_000;

test('after a kill and a restart nothing is lost, doubled or left alone', async () => {
  const topic = 'loss';
  const admin = await bus.admin();
  onTestFinished(() => admin.close());
  await admin.createTopics([{ name: topic, partitions: 2, replication: 1 }]);
  const clusterId = await admin.clusterId();
  const members = [1, 2].map(() => {
    const handler = recordingHandler();
    const options = { group: 'loss', topics: [topic], sessionTimeoutMs: 6_000 };
    const consumer = bus.consumer({ ...options, handler });
    onTestFinished(() => consumer.close());
    return { handler, consumer };
  });
  const reached = new Map<number, bigint>();
  const seen: string[] = [];
  for (const { handler } of members) {
    handler.onClaim = ({ partition }) => ({ kind: 'start', offset: reached.get(partition) ?? 0n });
    handler.onApply = (batch) => {
      const at = reached.get(batch.partition) ?? 0n;
      if (batch.fetchOffset !== at) return { kind: 'seek', offset: at };
      seen.push(...batch.records.map(({ value }) => value!.toString()));
      reached.set(batch.partition, batch.nextOffset);
      return { kind: 'done' };
    };
  }
  for (const { consumer } of members) await consumer.start();

  const producer = await bus.producer();
  onTestFinished(() => producer.close());
  const sent: string[] = [];
  const load = async (round: string) => {
    const values = Array.from({ length: 60 }, (_, index) => `${round}/${index}`);
    const records = values.map((value, index) => ({ key: value, value, partition: index % 2 }));
    await retry(() => producer.send(topic, records), { attemptsMax: 30, delayMs: 200 });
    sent.push(...values);
  };
  const allSeen = () =>
    waitFor(() => seen.length >= sent.length, {
      what: 'every record',
      timeoutMs: HEALED_MS,
    });

  await load('before');
  await allSeen();
  for (const round of ['first kill', 'second kill']) {
    await broker.kill();
    await expect(admin.listTopics()).rejects.toMatchObject({ code: 'KAFKA_UNREACHABLE' });
    await broker.start();
    await load(round);
    await allSeen();
  }
  expect(seen.toSorted()).toEqual(sent.toSorted());
  expect(await admin.clusterId()).toBe(clusterId);
  const generations = members.map(({ handler }) => handler.claims.at(-1)!.groupGeneration);
  expect(Math.max(...generations)).toBeGreaterThan(members[0]!.handler.claims[0]!.groupGeneration);
});

test('a consumer that starts while the broker is away joins when it is back', async () => {
  const topic = 'late';
  const admin = await bus.admin();
  await admin.createTopics([{ name: topic, partitions: 1, replication: 1 }]);
  const producer = await bus.producer();
  await producer.send(topic, [{ key: 'k', value: 'waiting' }]);
  await Promise.all([admin.close(), producer.close()]);
  await broker.kill();
  const handler = recordingHandler();
  const consumer = bus.consumer({ group: 'late', topics: [topic], handler });
  onTestFinished(() => consumer.close());
  const started = consumer.start();
  await broker.start();
  await started;
  await waitFor(() => handler.values().length === 1, {
    what: 'the record',
    timeoutMs: HEALED_MS,
  });
  expect(handler.values()).toEqual(['waiting']);
});

test('a consumer closes while the broker is away', async () => {
  const topic = 'closing';
  const admin = await bus.admin();
  await admin.createTopics([{ name: topic, partitions: 1, replication: 1 }]);
  await admin.close();
  const handler = recordingHandler();
  const consumer = bus.consumer({ group: 'closing', topics: [topic], handler });
  await consumer.start();
  await broker.kill();
  await consumer.close();
  expect(await consumer.ended).toBeUndefined();
  await broker.start();
});
