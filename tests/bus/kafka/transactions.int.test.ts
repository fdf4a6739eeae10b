/** What only a real broker does to transactions: refusals of one topic, rights, and time. */
import { expect, onTestFinished, test } from 'vitest';
import type { AclRule, KafkaBus } from '../../../bus/kafka/kafka.ts';
import { testStack } from '../../support/env.ts';

const PASSWORD = 'a password of this test';
const stack = await testStack('transactions');
const root = await stack.kafka();
const admin = await root.admin();
stack.atEnd(() => admin.close());
let count = 0;

async function fresh(config: Readonly<Record<string, string>> = {}): Promise<string> {
  const name = `${stack.prefix}.topic${++count}`;
  await admin.createTopics([{ name, partitions: 1, replication: 1, config }]);
  onTestFinished(() => admin.deleteTopics([name]));
  return name;
}

async function open(bus: KafkaBus, id = `${stack.prefix}.id${++count}`) {
  const producer = await bus.transactional(id);
  onTestFinished(() => producer.close());
  return producer;
}

async function valuesOf(topic: string, bus = root): Promise<(string | undefined)[]> {
  const reader = await bus.reader();
  const values: (string | undefined)[] = [];
  let offset = 0n;
  for (;;) {
    const [range] = await reader.fetch([{ topic, partition: 0, offset }], { waitMs: 0 });
    values.push(...range!.records.map(({ value }) => value?.toString()));
    if (range!.nextOffset === offset) break;
    offset = range!.nextOffset;
  }
  await reader.close();
  return values;
}

const one = (topic: string, value: string) => ({ topic, records: [{ key: 'k', value }] });

test('records that one topic refuses cost the others nothing, now or later', async () => {
  const [roomy, narrow] = [await fresh(), await fresh({ 'max.message.bytes': '1000' })];
  const producer = await open(root);
  await producer.commit([one(roomy, 'a'), one(narrow, 'a')]);
  const refused = producer.commit([one(roomy, 'b'), one(narrow, 'x'.repeat(5_000))]);
  await expect(refused).rejects.toMatchObject({
    code: 'KAFKA_TOPIC_REFUSED',
    details: { topic: narrow },
  });
  await producer.fence();
  // The broker took the record for the roomy topic: a producer that went on would lose the next.
  for (const value of ['c', 'd', 'e']) await producer.commit([one(roomy, value)]);
  expect(await valuesOf(roomy)).toEqual(['a', 'c', 'd', 'e']);
  expect(await valuesOf(narrow)).toEqual(['a']);
});

test('a topic that may not be written is named, and the allowed one goes on', async () => {
  const [mine, foreign] = [await fresh(), await fresh()];
  const user = `${stack.prefix}user`;
  const id = `${stack.prefix}.allowed`;
  const right = (rule: Pick<AclRule, 'resource' | 'name' | 'operation'>): AclRule => ({
    ...rule,
    principal: `User:${user}`,
    match: 'literal',
  });
  const rules = [
    right({ resource: 'topic', name: mine, operation: 'write' }),
    right({ resource: 'topic', name: foreign, operation: 'describe' }),
    right({ resource: 'transactional-id', name: id, operation: 'write' }),
    right({ resource: 'transactional-id', name: id, operation: 'describe' }),
  ];
  await admin.setUsers([{ name: user, password: PASSWORD }]);
  await admin.createAcls(rules);
  onTestFinished(async () => {
    await admin.deleteAcls(rules);
    await admin.deleteUsers([user]);
  });
  const bus = await stack.kafka({ user, password: PASSWORD });
  const producer = await open(bus, id);
  await producer.fence();
  await producer.commit([one(mine, 'a')]);
  await expect(producer.commit([one(mine, 'b'), one(foreign, 'b')])).rejects.toMatchObject({
    code: 'KAFKA_TOPIC_REFUSED',
    details: { topic: foreign, why: 'denied' },
  });
  await producer.fence();
  await producer.commit([one(mine, 'c')]);
  expect(await valuesOf(mine)).toEqual(['a', 'c']);
  const stranger = await open(bus);
  await expect(stranger.fence()).rejects.toMatchObject({ code: 'KAFKA_NOT_AUTHORIZED' });
  const reader = await bus.reader();
  onTestFinished(() => reader.close());
  const ranges = await reader.fetch([{ topic: mine, partition: 0, offset: 0n }], { waitMs: 0 });
  expect(ranges).toMatchObject([{ fault: 'denied', records: [] }]);
});

test('a right that is taken away under a producer is told, and given back it works again', async () => {
  const topic = await fresh();
  const user = `${stack.prefix}second`;
  const id = `${stack.prefix}.second`;
  const rules = [['topic', topic] as const, ['transactional-id', id] as const].map(
    ([resource, name]): AclRule => ({
      resource,
      name,
      operation: 'write',
      principal: `User:${user}`,
      match: 'literal',
    }),
  );
  await admin.setUsers([{ name: user, password: PASSWORD }]);
  await admin.createAcls(rules);
  onTestFinished(async () => {
    await admin.deleteAcls(rules);
    await admin.deleteUsers([user]);
  });
  const producer = await open(await stack.kafka({ user, password: PASSWORD }), id);
  await producer.commit([one(topic, 'a')]);
  await admin.deleteAcls(rules.slice(0, 1));
  await expect(producer.commit([one(topic, 'b')])).rejects.toMatchObject({
    code: 'KAFKA_TOPIC_REFUSED',
    details: { topic, why: 'denied' },
  });
  await admin.createAcls(rules);
  await producer.fence();
  await producer.commit([one(topic, 'c')]);
  expect(await valuesOf(topic)).toEqual(['a', 'c']);
});

test('hundreds of topics take part in one transaction', async () => {
  const names = Array.from({ length: 120 }, (_, index) => `${stack.prefix}.many${index}`);
  await admin.createTopics(names.map((name) => ({ name, partitions: 1, replication: 1 })));
  onTestFinished(() => admin.deleteTopics(names));
  const producer = await open(root);
  for (const value of ['a', 'b', 'c']) await producer.commit(names.map((name) => one(name, value)));
  const reader = await root.reader();
  onTestFinished(() => reader.close());
  const positions = names.map((topic) => ({ topic, partition: 0, offset: 0n }));
  const ranges = await reader.fetch(positions, { waitMs: 0 });
  const seen = ranges.map(({ records }) => records.map(({ value }) => value?.toString()).join(''));
  expect(seen).toEqual(names.map(() => 'abc'));
});
