/**
 * The corrections of kafkajs: each replaced function is still the one that was read, and the
 * replacement does what it is for.
 */
import { createRequire } from 'node:module';
import { createServer, type Server } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ABORTED_PATCHES } from '../../../bus/kafka/kafkajs/patches/aborted-records.ts';
import {
  CONSUMER_GROUP_PATCHES,
  type ConsumerGroup,
  listenToGroup,
} from '../../../bus/kafka/kafkajs/patches/consumer-group.ts';
import { IDLE_TIMER, type RequestQueue } from '../../../bus/kafka/kafkajs/patches/idle-timer.ts';
import { applyPatches } from '../../../bus/kafka/kafkajs/patches/patches.ts';
import { mustBeKnown, sourceHash, upstream } from '../../../bus/kafka/kafkajs/patches/upstream.ts';

/** Read before anything is patched in this process. */
const found = [IDLE_TIMER, ...CONSUMER_GROUP_PATCHES, ...ABORTED_PATCHES].map(
  ({ what, hash, original }) => ({
    what,
    noted: hash,
    installed: sourceHash(original()),
  }),
);

applyPatches();

test.each(found)('$what of kafkajs is the function that was read', ({ noted, installed }) => {
  expect(installed).toBe(noted);
});

test('another version of a corrected function is refused', () => {
  const other = () => 'other';
  expect(() => mustBeKnown('a function', other, IDLE_TIMER.hash)).toThrow(
    expect.objectContaining({ code: 'KAFKA_CLIENT_CHANGED' }),
  );
});

test('the version is the pinned one', () => {
  const { version } = createRequire(import.meta.url)('kafkajs/package.json') as { version: string };
  expect(version).toBe('2.2.4');
});

const logger = { namespace: () => logger, debug() {}, info() {}, warn() {}, error() {} };

type QueueClass = new (options: object) => RequestQueue & {
  checkPendingRequests(): void;
  push(request: object): void;
  fulfillRequest(response: object): void;
  maybeThrottle(ms: number): void;
  destroy(): void;
  readonly inflight: ReadonlyMap<number, unknown>;
};

function requestQueue() {
  const Queue = upstream<QueueClass>('network/requestQueue');
  const queue = new Queue({
    maxInFlightRequests: 1,
    requestTimeout: 30_000,
    enforceRequestTimeout: false,
    clientId: 'test',
    broker: 'test',
    logger,
  });
  onTestFinished(() => queue.destroy());
  const sent: number[] = [];
  const push = (correlationId: number) =>
    queue.push({
      entry: { correlationId, resolve() {}, reject() {} },
      expectResponse: true,
      sendRequest: () => void sent.push(correlationId),
    });
  return { queue, push, sent };
}

test('an idle queue arms no timer', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { queue } = requestQueue();
  for (let i = 0; i < 100; i++) queue.checkPendingRequests();
  expect(vi.getTimerCount()).toBe(0);
});

test('a request that waits for an answer in flight is sent when the answer is there', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { queue, push, sent } = requestQueue();
  push(1);
  push(2);
  expect(sent).toEqual([1]);
  expect(vi.getTimerCount()).toBe(1);
  queue.fulfillRequest({ correlationId: 1, payload: null, size: 0 });
  expect(sent).toEqual([1, 2]);
  vi.advanceTimersByTime(50);
  expect(vi.getTimerCount()).toBe(0);
});

test('a throttled request is sent when the throttle ends, without a busy loop', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { queue, push, sent } = requestQueue();
  queue.maybeThrottle(500);
  push(1);
  const check = vi.spyOn(queue, 'checkPendingRequests');
  vi.advanceTimersByTime(499);
  expect(sent).toEqual([]);
  vi.advanceTimersByTime(2);
  expect(sent).toEqual([1]);
  expect(check.mock.calls.length).toBeLessThan(5);
});

test('a connection makes few timer calls once its last request was answered', async () => {
  const server = await listening();
  const { port } = server.address() as { port: number };
  const Connection = upstream<
    new (options: object) => {
      connect(): Promise<void>;
      disconnect(): Promise<void>;
      readonly requestQueue: RequestQueue;
    }
  >('network/connection');
  const socketFactory = upstream<() => unknown>('network/socketFactory')();
  const connection = new Connection({
    host: '127.0.0.1',
    port,
    logger,
    socketFactory,
    requestTimeout: 30_000,
    connectionTimeout: 1_000,
  });
  await connection.connect();
  onTestFinished(() => connection.disconnect());
  const timers = vi.spyOn(globalThis, 'setTimeout');
  onTestFinished(() => timers.mockRestore());
  // What kafkajs does after every answer, and what starts its loop.
  connection.requestQueue.checkPendingRequests();
  const observed = Promise.withResolvers<void>();
  setImmediate(() => setTimeout(observed.resolve, OBSERVED_MS));
  await observed.promise;
  expect(timers.mock.calls.length).toBeLessThan(10);
});

const OBSERVED_MS = 300;

function listening(): Promise<Server> {
  const server = createServer();
  onTestFinished(() => void server.close());
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

type Fields = Record<string, unknown>;

/** A consumer group with the given fields and upstream's (corrected) methods. */
function groupWith(fields: Fields): ConsumerGroup & Fields & { connect(): Promise<void> } {
  const { prototype } = upstream<{ prototype: object }>('consumer/consumerGroup');
  return Object.assign(Object.create(prototype) as object, fields) as ReturnType<typeof groupWith>;
}

test('GROUP_JOIN carries the generation and the group, other events nothing more', async () => {
  const emitted: [string, unknown][] = [];
  const group = groupWith({
    generationId: 7,
    maxWaitTime: 250,
    cluster: { connect: async () => {}, refreshMetadataIfNecessary: async () => {} },
    instrumentationEmitter: {
      emit: (name: string, payload: unknown) => emitted.push([name, payload]),
    },
    subscriptionState: { active: () => [], paused: () => [] },
  });
  await group.connect();
  group.instrumentationEmitter.emit('consumer.group_join', { memberId: 'm' });
  group.instrumentationEmitter.emit('consumer.fetch', { nodeId: '1' });
  const [joined, fetched] = emitted.slice(-2);
  expect(joined![1]).toMatchObject({ memberId: 'm', groupGeneration: 7 });
  expect((joined![1] as { consumerGroup: unknown }).consumerGroup).toBe(group);
  expect(fetched).toEqual(['consumer.fetch', { nodeId: '1' }]);
});

test.each([
  { active: [], paused: [], waitMs: 250, reason: 'nothing is assigned: there is no hurry' },
  { active: [0], paused: [1], waitMs: 250, reason: 'a fetch is possible and waits at the broker' },
  { active: [], paused: [0], waitMs: 10, reason: 'a claim may come at any moment' },
])('the fetch wait is $waitMs ms when $reason', async ({ active, paused, waitMs }) => {
  const state = (partitions: number[]) =>
    partitions.length > 0 ? [{ topic: 't', partitions }] : [{ topic: 't', partitions: [] }];
  const group = groupWith({
    generationId: 1,
    maxWaitTime: 250,
    cluster: { connect: async () => {}, refreshMetadataIfNecessary: async () => {} },
    instrumentationEmitter: { emit() {} },
    subscriptionState: {
      active: () => state(active),
      paused: () => state(paused).filter(({ partitions }) => partitions.length > 0),
    },
  });
  await group.connect();
  expect(group.maxWaitTime).toBe(waitMs);
});

test('an offset out of range pauses the partition and moves nothing', async () => {
  const paused: unknown[] = [];
  const told: unknown[] = [];
  const group = groupWith({
    pause: (partitions: unknown) => paused.push(partitions),
    offsetManager: new Proxy({}, { get: () => expect.unreachable('no offset may be touched') }),
  });
  listenToGroup(group, { outOfRange: (partition) => told.push(partition), passed() {} });
  await (group['recoverFromFetch'] as (error: unknown) => Promise<void>).call(group, {
    name: 'KafkaJSOffsetOutOfRange',
    topic: 't',
    partition: 3,
  });
  expect(paused).toEqual([[{ topic: 't', partitions: [3] }]]);
  expect(told).toEqual([{ topic: 't', partition: 3 }]);
});
