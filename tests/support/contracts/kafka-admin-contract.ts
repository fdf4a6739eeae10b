/** Topics, offsets, users and rules; a part of the Kafka contract. */
import { expect, test } from 'vitest';
import type { AclRule } from '../../../bus/kafka/kafka.ts';
import { ARRIVAL_MS } from './consuming.ts';
import type { Subject } from './kafka-contract.ts';

export function adminContract(subject: Subject): void {
  test('creates only absent topics and says which', async () => {
    const { admin, topic, name } = subject();
    const there = await topic(2);
    const absent = name('topic');
    const specs = [there, absent].map((one) => ({ name: one, partitions: 3, replication: 1 }));
    expect(await admin.createTopics(specs)).toEqual([absent]);
    const states = await admin.describeTopics([there, absent]);
    const partitions = new Map(states.map((state) => [state.name, state.partitions]));
    expect(partitions).toEqual(
      new Map([
        [there, 2],
        [absent, 3],
      ]),
    );
    expect(await admin.createTopics(specs)).toEqual([]);
    await admin.deleteTopics([absent]);
  });

  test('leaves absent topics out of the description', async () => {
    const { admin, topic, name } = subject();
    const there = await topic();
    const states = await admin.describeTopics([name('absent'), there]);
    expect(states.map((state) => state.name)).toEqual([there]);
    expect(await admin.describeTopics([name('absent')])).toEqual([]);
    expect(await admin.describeTopics([])).toEqual([]);
  });

  test('a recreated topic has another id', async () => {
    const { admin, topic } = subject();
    const name = await topic();
    const [before] = await admin.describeTopics([name]);
    expect((await admin.describeTopics([name]))[0]!.topicId).toBe(before!.topicId);
    await admin.deleteTopics([name]);
    expect(await admin.describeTopics([name])).toEqual([]);
    await admin.createTopics([{ name, partitions: 1, replication: 1 }]);
    const [after] = await admin.describeTopics([name]);
    expect(after!.topicId).not.toBe(before!.topicId);
  });

  test('deleting an absent topic changes nothing', async () => {
    const { admin, name } = subject();
    await expect(admin.deleteTopics([name('absent')])).resolves.toBeUndefined();
  });

  test('lists topics by name', async () => {
    const { admin, topic, name } = subject();
    const there = await topic();
    const all = await admin.listTopics();
    expect(all).toContain(there);
    expect(all).not.toContain(name('absent'));
  });

  test('keeps the settings it was given and changes only the named ones', async () => {
    const { admin, name } = subject();
    const topic = name('topic');
    const config = { 'retention.ms': '600000', 'cleanup.policy': 'delete' };
    await admin.createTopics([{ name: topic, partitions: 1, replication: 1, config }]);
    await admin.setTopicConfigs([{ name: topic, config: { 'retention.ms': '700000' } }]);
    const configs = await admin.topicConfigs([topic]);
    expect(configs.get(topic)).toEqual({ 'retention.ms': '700000', 'cleanup.policy': 'delete' });
    await admin.deleteTopics([topic]);
  });

  test('the end counts markers and aborted records, the start moves with deletion', async () => {
    const { admin, topic, commit, abort, deleteBelow } = subject();
    const name = await topic();
    const at = { topic: name, partition: 0 };
    expect(await admin.offsets([name])).toEqual([{ ...at, start: 0n, end: 0n }]);
    // The broker answers a commit before it has written the marker.
    const offsets = () => admin.offsets([name]);
    const patience = { timeout: ARRIVAL_MS, interval: 20 };
    await commit(at, ['a', 'b']);
    await expect.poll(offsets, patience).toEqual([{ ...at, start: 0n, end: 3n }]);
    await abort(at, ['c']);
    await expect.poll(offsets, patience).toEqual([{ ...at, start: 0n, end: 5n }]);
    await deleteBelow({ ...at, offset: 2n });
    expect(await offsets()).toEqual([{ ...at, start: 2n, end: 5n }]);
    expect(await admin.writtenEnds([name])).toEqual([{ ...at, offset: 5n }]);
  });

  test('offsets of an absent topic are an error', async () => {
    const { admin, name } = subject();
    await expect(admin.offsets([name('absent')])).rejects.toMatchObject({
      code: 'KAFKA_TOPIC_ABSENT',
    });
  });

  test('users are set, listed and deleted, twice without harm', async () => {
    const { admin, name } = subject();
    const users = [name('user'), name('user')].map((one) => ({ name: one, password: 'first' }));
    await admin.setUsers(users);
    await admin.setUsers(users.map(({ name: one }) => ({ name: one, password: 'second' })));
    const names = users.map((user) => user.name);
    expect(await admin.listUsers()).toEqual(expect.arrayContaining(names));
    await admin.deleteUsers(names);
    await admin.deleteUsers(names);
    expect((await admin.listUsers()).filter((one) => names.includes(one))).toEqual([]);
  });

  test('rules come back as they were made, by principal, and go when deleted', async () => {
    const { admin, name } = subject();
    const principal = `User:${name('user')}`;
    const rules: AclRule[] = [
      { principal, resource: 'topic', name: name('t'), match: 'literal', operation: 'read' },
      { principal, resource: 'topic', name: name('p'), match: 'prefixed', operation: 'write' },
      { principal, resource: 'topic', name: name('c'), match: 'prefixed', operation: 'create' },
      { principal, resource: 'group', name: name('g'), match: 'literal', operation: 'read' },
      {
        principal,
        resource: 'transactional-id',
        name: name('x'),
        match: 'prefixed',
        operation: 'describe',
      },
    ];
    const key = (rule: AclRule) => rule.name;
    const sorted = (some: readonly AclRule[]) =>
      [...some].sort((a, b) => (key(a) < key(b) ? -1 : 1));
    await admin.createAcls(rules);
    await admin.createAcls(rules);
    expect(sorted(await admin.listAcls(principal))).toEqual(sorted(rules));
    expect(await admin.listAcls()).toEqual(expect.arrayContaining(rules));
    await admin.deleteAcls(rules.slice(1));
    expect(await admin.listAcls(principal)).toEqual(rules.slice(0, 1));
    await admin.deleteAcls(rules);
    expect(await admin.listAcls(principal)).toEqual([]);
  });
}
