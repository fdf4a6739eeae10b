/** What only a real broker can refuse: passwords, topics, groups, and rights taken away. */
import { expect, onTestFinished, test } from 'vitest';
import { waitFor } from '../../../bus/base/retry.ts';
import type { AclRule, BusConsumer, KafkaBus } from '../../../bus/kafka/kafka.ts';
import { recordingHandler } from '../../support/contracts/recording-handler.ts';
import { testStack } from '../../support/env.ts';
import { PATIENCE_MS } from '../../support/patience.ts';

const PASSWORD = 'a password of this test';
const stack = await testStack('kafkarights');
const root = await stack.kafka();
const admin = await root.admin();
let users = 0;

const topic = `${stack.prefix}.mine`;
const foreign = `${stack.prefix}.foreign`;
await admin.createTopics([topic, foreign].map((name) => ({ name, partitions: 1, replication: 1 })));
stack.atEnd(async () => {
  await admin.deleteTopics([topic, foreign]);
  await admin.close();
});

type Right = Omit<AclRule, 'principal' | 'match'>;
const READ: Right[] = [
  { resource: 'topic', name: topic, operation: 'read' },
  { resource: 'group', name: `${stack.prefix}.group`, operation: 'read' },
];

async function userWith(rights: readonly Right[]) {
  const user = `${stack.prefix}user${++users}`;
  const rules = rights.map((right): AclRule => ({
    ...right,
    principal: `User:${user}`,
    match: 'literal',
  }));
  await admin.setUsers([{ name: user, password: PASSWORD }]);
  await admin.createAcls(rules);
  onTestFinished(async () => {
    await admin.deleteAcls(rules);
    await admin.deleteUsers([user]);
  });
  return { bus: await stack.kafka({ user, password: PASSWORD }), rules, user };
}

function reading(bus: KafkaBus, options: { readonly topic?: string; readonly group?: string }) {
  const handler = recordingHandler();
  const consumer: BusConsumer = bus.consumer({
    group: options.group ?? `${stack.prefix}.group`,
    topics: [options.topic ?? topic],
    handler,
    sessionTimeoutMs: 6_000,
  });
  onTestFinished(() => consumer.close());
  return { consumer, handler };
}

test('a user with read rights on topic and group reads', async () => {
  const { bus } = await userWith(READ);
  const producer = await root.producer();
  await producer.send(topic, [{ key: 'k', value: 'allowed' }]);
  await producer.close();
  const { consumer, handler } = reading(bus, {});
  await consumer.start();
  await waitFor(() => handler.values().length > 0, { what: 'the record', timeoutMs: PATIENCE_MS });
  expect(handler.values()).toContain('allowed');
});

test.each([
  {
    what: 'a foreign topic',
    options: { topic: foreign },
    right: 'TOPIC_AUTHORIZATION_FAILED',
  },
  {
    what: 'a foreign group',
    options: { group: `${stack.prefix}.group-2` },
    right: 'GROUP_AUTHORIZATION_FAILED',
  },
])('reading $what ends with the right that is missing', async ({ options, right }) => {
  const { bus } = await userWith(READ);
  const { consumer } = reading(bus, options);
  const refused = { code: 'KAFKA_NOT_AUTHORIZED', details: { right } };
  await expect(consumer.start()).rejects.toMatchObject(refused);
  expect(await consumer.ended).toMatchObject(refused);
});

test.each([
  { resource: 'topic', right: 'TOPIC_AUTHORIZATION_FAILED' },
  { resource: 'group', right: 'GROUP_AUTHORIZATION_FAILED' },
])('a $resource right taken away ends a running consumer', async ({ resource, right }) => {
  const { bus, rules } = await userWith(READ);
  const { consumer, handler } = reading(bus, {});
  await consumer.start();
  await waitFor(() => handler.claims.length > 0, { what: 'the claim', timeoutMs: PATIENCE_MS });
  await admin.deleteAcls(rules.filter((rule) => rule.resource === resource));
  expect(await consumer.ended).toMatchObject({ code: 'KAFKA_NOT_AUTHORIZED', details: { right } });
});

test('a wrong password is told as such by admin, consumer and producer', async () => {
  const { user } = await userWith(READ);
  const bus = await stack.kafka({ user, password: 'not it' });
  const refused = { code: 'KAFKA_NOT_AUTHENTICATED' };
  await expect(bus.admin()).rejects.toMatchObject(refused);
  await expect(bus.producer()).rejects.toMatchObject(refused);
  await expect(reading(bus, {}).consumer.start()).rejects.toMatchObject(refused);
});

test('no error carries the password', async () => {
  const { user } = await userWith(READ);
  const password = 'a word that must not be shown';
  const bus = await stack.kafka({ user, password });
  const errors = await Promise.all(
    [bus.admin(), bus.producer()].map((attempt) => attempt.catch((error: unknown) => error)),
  );
  const shown = errors.map((error) => {
    const { message, stack: trace, cause, details } = error as Error & { details: unknown };
    return `${message} ${trace} ${JSON.stringify(details)} ${String(cause)}`;
  });
  expect(shown.join('\n')).toContain('Kafka refused the user');
  expect(shown.join('\n')).not.toContain(password);
});

test('writing without the right is refused, and the topic keeps its records', async () => {
  const { bus } = await userWith([
    ...READ,
    { resource: 'topic', name: foreign, operation: 'write' },
  ]);
  const producer = await bus.producer();
  await producer.send(foreign, [{ key: 'k', value: 'yes' }]);
  const before = await admin.offsets([topic]);
  await expect(producer.send(topic, [{ key: 'k', value: 'no' }])).rejects.toMatchObject({
    code: 'KAFKA_NOT_AUTHORIZED',
  });
  await producer.close();
  expect(await admin.offsets([topic])).toEqual(before);
});

test.each([
  { what: 'list rights', call: (bus: KafkaBus) => as(bus, (one) => one.listAcls()) },
  {
    what: 'describe a foreign topic',
    call: (bus: KafkaBus) => as(bus, (one) => one.describeTopics([foreign])),
  },
  {
    what: 'delete a readable topic',
    call: (bus: KafkaBus) => as(bus, (one) => one.deleteTopics([topic])),
  },
  {
    what: 'read the offsets of a foreign group',
    call: (bus: KafkaBus) => as(bus, (one) => one.groupOffsets('other', [topic])),
  },
])('a reader may not $what', async ({ call }) => {
  const { bus } = await userWith(READ);
  await expect(call(bus)).rejects.toMatchObject({ code: 'KAFKA_NOT_AUTHORIZED' });
});

async function as<T>(
  bus: KafkaBus,
  call: (one: Awaited<ReturnType<KafkaBus['admin']>>) => Promise<T>,
) {
  const one = await bus.admin();
  try {
    return await call(one);
  } finally {
    await one.close();
  }
}

test('an unreachable broker is told with its address', async () => {
  const { createKafkaBus } = await import('../../../bus/kafka/kafkajs/kafkajs-bus.ts');
  const { silentLog } = await import('../../../bus/base/log.ts');
  const bus = createKafkaBus({ brokers: ['127.0.0.1:1'], clientId: 'nobody', log: silentLog });
  await expect(bus.admin()).rejects.toMatchObject({
    code: 'KAFKA_UNREACHABLE',
    details: { why: expect.stringContaining('127.0.0.1:1') as string },
  });
});
