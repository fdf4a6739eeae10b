/** The producer after errors: a broken one is replaced, and what was acknowledged is there. */
import { expect, test } from 'vitest';
import { testStack } from '../../support/env.ts';

const stack = await testStack('kafkaproducer');
const bus = await stack.kafka();
const admin = await bus.admin();
stack.atEnd(() => admin.close());

const topic = `${stack.prefix}.topic`;
const doomed = `${stack.prefix}.doomed`;

async function fresh(name: string): Promise<void> {
  await admin.createTopics([{ name, partitions: 1, replication: 1 }]);
  stack.atEnd(() => admin.deleteTopics([name]));
}

test('after a refused send the next one works, to any topic', async () => {
  await fresh(topic);
  const producer = await bus.producer();
  const absent = `${stack.prefix}.absent`;
  await expect(producer.send(absent, [{ key: 'k', value: 'v' }])).rejects.toMatchObject({
    code: 'KAFKA_TOPIC_ABSENT',
  });
  await producer.send(topic, [{ key: 'k', value: 'v' }]);
  expect(await admin.offsets([topic])).toMatchObject([{ end: 1n }]);
  await producer.close();
});

test('a deleted topic does not keep the producer from the others', async () => {
  await fresh(topic);
  await fresh(doomed);
  const [before] = await admin.offsets([topic]);
  const producer = await bus.producer();
  await producer.send(doomed, [{ key: 'k', value: 'v' }]);
  await admin.deleteTopics([doomed]);
  await expect(producer.send(doomed, [{ key: 'k', value: 'v' }])).rejects.toThrow('doomed');
  await producer.send(topic, [{ key: 'k', value: 'v' }]);
  expect(await admin.offsets([topic])).toMatchObject([{ end: before!.end + 1n }]);
  await producer.close();
});

test('sends that run side by side all arrive', async () => {
  const busy = `${stack.prefix}.busy`;
  await fresh(busy);
  const producer = await bus.producer();
  const values = Array.from({ length: 40 }, (_, index) => `${index}`);
  await Promise.all(values.map((value) => producer.send(busy, [{ key: value, value }])));
  expect(await admin.offsets([busy])).toMatchObject([{ end: 40n }]);
  await producer.close();
});
