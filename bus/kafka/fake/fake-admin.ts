/** The fake's KafkaAdmin: the port's calls on the fake's state. */
import type { AclRule, KafkaAdmin } from '../kafka.ts';
import type { FakeBroker } from './fake-broker.ts';

export function fakeAdmin(broker: FakeBroker): KafkaAdmin {
  return { ...topicCalls(broker), ...offsetCalls(broker), ...accessCalls(broker) };
}

function topicCalls(broker: FakeBroker) {
  return {
    clusterId: () => Promise.resolve(broker.clusterId),
    listTopics: () => Promise.resolve([...broker.topics.keys()]),
    describeTopics: (names) =>
      Promise.resolve(
        names.flatMap((name) => {
          const topic = broker.topics.get(name);
          return topic ? [{ name, topicId: topic.topicId, partitions: topic.logs.length }] : [];
        }),
      ),
    createTopics(specs) {
      const absent = specs.filter(({ name }) => !broker.topics.has(name));
      for (const spec of absent) broker.create(spec);
      return Promise.resolve(absent.map(({ name }) => name));
    },
    deleteTopics(names) {
      for (const name of names) broker.delete(name);
      return Promise.resolve();
    },
    topicConfigs: async (names) =>
      new Map(names.map((name) => [name, broker.topic(name).config] as const)),
    async setTopicConfigs(changes) {
      for (const { name, config } of changes) {
        const topic = broker.topic(name);
        topic.config = { ...topic.config, ...config };
      }
    },
  } satisfies Partial<KafkaAdmin>;
}

function offsetCalls(broker: FakeBroker) {
  return {
    offsets: async (topics) =>
      topics.flatMap((topic) =>
        broker.topic(topic).logs.map(({ start, end }, partition) => ({
          topic,
          partition,
          start,
          end,
        })),
      ),
    writtenEnds: async (topics) =>
      topics.flatMap((topic) =>
        broker
          .topic(topic)
          .logs.map(({ writtenEnd }, partition) => ({ topic, partition, offset: writtenEnd })),
      ),
    groupOffsets: (group, topics) =>
      Promise.resolve(
        [...broker.group(group).committed.values()].filter(({ topic }) => topics.includes(topic)),
      ),
    recordTimes: async (positions) =>
      positions.flatMap(({ topic, partition, offset }) => {
        const fetched = broker.topic(topic).logs[partition]?.fetch(offset, 1);
        const record = fetched === 'out-of-range' ? undefined : fetched?.records[0];
        return record
          ? [{ topic, partition, offset: record.offset, timestampMs: record.timestampMs }]
          : [];
      }),
    close: () => Promise.resolve(),
  } satisfies Partial<KafkaAdmin>;
}

function accessCalls(broker: FakeBroker) {
  return {
    setUsers(users) {
      for (const { name } of users) broker.users.add(name);
      return Promise.resolve();
    },
    deleteUsers(names) {
      for (const name of names) broker.users.delete(name);
      return Promise.resolve();
    },
    listUsers: () => Promise.resolve([...broker.users]),
    listAcls: (principal) =>
      Promise.resolve(
        broker.acls.filter((rule) => principal === undefined || rule.principal === principal),
      ),
    createAcls(rules) {
      const known = new Set(broker.acls.map(ruleKey));
      broker.acls = [...broker.acls, ...rules.filter((rule) => !known.has(ruleKey(rule)))];
      return Promise.resolve();
    },
    deleteAcls(rules) {
      const gone = new Set(rules.map(ruleKey));
      broker.acls = broker.acls.filter((rule) => !gone.has(ruleKey(rule)));
      return Promise.resolve();
    },
  } satisfies Partial<KafkaAdmin>;
}

function ruleKey({ principal, resource, name, match, operation }: AclRule): string {
  return [principal, resource, name, match, operation].join('\n');
}
