/** Handlers that take longer than the session: with heartbeats they stay, without they lose the partition. */
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../bus/base/clock.ts';
import { waitFor } from '../../../bus/base/retry.ts';
import type { RecordBatch } from '../../../bus/kafka/kafka.ts';
import { recordingHandler } from '../../support/contracts/recording-handler.ts';
import { testStack } from '../../support/env.ts';

const SESSION_MS = 6_000;
const APPLY_MS = 9_000;
const ARRIVAL_MS = 150_000;

const stack = await testStack('kafkalong');
const bus = await stack.kafka();
const admin = await bus.admin();
stack.atEnd(() => admin.close());
let topics = 0;

async function topicWith(values: readonly string[]): Promise<string> {
  const topic = `${stack.prefix}.${++topics}`;
  await admin.createTopics([{ name: topic, partitions: 1, replication: 1 }]);
  stack.atEnd(() => admin.deleteTopics([topic]));
  const producer = await bus.producer();
  await producer.send(
    topic,
    values.map((value) => ({ key: value, value })),
  );
  await producer.close();
  return topic;
}

function member(topic: string) {
  const handler = recordingHandler();
  const options = { group: `${topic}.group`, topics: [topic], sessionTimeoutMs: SESSION_MS };
  const consumer = bus.consumer({ ...options, handler });
  onTestFinished(() => consumer.close());
  return { handler, consumer };
}

/** Works for APPLY_MS in small chunks, with a heartbeat after each where `beating`. */
async function longWork(batch: RecordBatch, beating: boolean): Promise<void> {
  const until = Date.now() + APPLY_MS;
  while (Date.now() < until) {
    await systemClock.sleep(100);
    if (beating) await batch.heartbeat();
  }
}

test('with heartbeats between its chunks a long apply keeps its partition', async () => {
  const topic = await topicWith(['long']);
  const { handler, consumer } = member(topic);
  const stale: boolean[] = [];
  handler.onApply = async (batch) => {
    await longWork(batch, true);
    stale.push(batch.isStale());
    return { kind: 'done' };
  };
  await consumer.start();
  await waitFor(() => stale.length > 0, { what: 'the long apply', timeoutMs: ARRIVAL_MS });
  const producer = await bus.producer();
  handler.onApply = () => ({ kind: 'done' });
  await producer.send(topic, [{ key: 'k', value: 'next' }]);
  await producer.close();
  await waitFor(() => handler.values().length === 2, { what: 'the next', timeoutMs: ARRIVAL_MS });
  expect(stale).toEqual([false]);
  expect(handler.claims).toHaveLength(1);
  expect(handler.values()).toEqual(['long', 'next']);
});

test('without heartbeats another member takes over with a higher generation, and the late one claims again', async () => {
  const topic = await topicWith(['hung']);
  const slow = member(topic);
  const finished = Promise.withResolvers<void>();
  slow.handler.onApply = async (batch) => {
    await longWork(batch, false);
    finished.resolve();
    return { kind: 'done' };
  };
  await slow.consumer.start();
  await waitFor(() => slow.handler.told.length === 1, {
    what: 'the hanging apply',
    timeoutMs: ARRIVAL_MS,
  });
  const quick = member(topic);
  await quick.consumer.start();
  await waitFor(() => quick.handler.values().includes('hung'), {
    what: 'the other member to read the record',
    timeoutMs: ARRIVAL_MS,
  });
  const first = slow.handler.claims[0]!.groupGeneration;
  expect(quick.handler.claims.at(-1)!.groupGeneration).toBeGreaterThan(first);
  await finished.promise;
  await waitFor(() => slow.handler.claims.length > 1, {
    what: 'the late member to claim again',
    timeoutMs: ARRIVAL_MS,
  });
  expect(slow.handler.claims.at(-1)!.groupGeneration).toBeGreaterThan(first);
});

test('a heartbeat that finds the member expelled makes its batch stale', async () => {
  const topic = await topicWith(['hung']);
  const { handler, consumer } = member(topic);
  const stale: boolean[] = [];
  handler.onApply = async (batch) => {
    if (stale.length > 0) return { kind: 'done' };
    await longWork(batch, false);
    stale.push(batch.isStale());
    await batch.heartbeat();
    stale.push(batch.isStale());
    return { kind: 'drop' };
  };
  await consumer.start();
  await waitFor(() => handler.told.length === 2, { what: 'a new life', timeoutMs: ARRIVAL_MS });
  expect(stale).toEqual([false, true]);
  expect(handler.claims).toHaveLength(2);
  expect(handler.values()).toEqual(['hung', 'hung']);
});
