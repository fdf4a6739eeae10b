/**
 * Which broker leads each partition, remembered until somebody finds it wrong; and which topics
 * are absent or may not be seen, asked anew each time.
 */
import { protocolErrorsCodesById } from '@platformatic/kafka';
import { partitionKey, type TopicPartition } from '../kafka.ts';
import { describedTopics } from './topic-faults.ts';
import type { Address, Wire } from './wire.ts';

/** 'moving': no leader now, there will be one soon. */
export type Leadership = Address | 'absent' | 'denied' | 'moving';

export type PartitionLeaders = {
  /** One answer for each partition asked for, by partitionKey. */
  find(partitions: readonly TopicPartition[]): Promise<ReadonlyMap<string, Leadership>>;
  /** The next question goes to the broker. */
  forget(): void;
};

const OF_TOPIC: Readonly<Record<string, Leadership>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'absent',
  UNKNOWN_TOPIC_ID: 'absent',
  INVALID_TOPIC_EXCEPTION: 'absent',
  TOPIC_AUTHORIZATION_FAILED: 'denied',
};

export function createPartitionLeaders(wire: Wire): PartitionLeaders {
  const known = new Map<string, Address>();

  return {
    async find(partitions) {
      const open = partitions.filter((one) => !known.has(partitionKey(one)));
      const asked = open.length > 0 ? await ask(wire, open) : new Map<string, Leadership>();
      for (const [key, leader] of asked) if (typeof leader !== 'string') known.set(key, leader);
      return new Map(
        partitions.map((one): [string, Leadership] => {
          const key = partitionKey(one);
          return [key, known.get(key) ?? asked.get(key) ?? 'absent'];
        }),
      );
    },
    forget: () => known.clear(),
  };
}

async function ask(
  wire: Wire,
  partitions: readonly TopicPartition[],
): Promise<ReadonlyMap<string, Leadership>> {
  const names = [...new Set(partitions.map(({ topic }) => topic))];
  const answer = await describedTopics(wire, names);
  const brokers = new Map(answer.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]));
  const topics = new Map(answer.topics.map((topic) => [topic.name ?? '', topic]));
  return new Map(
    partitions.map((one): [string, Leadership] => {
      const topic = topics.get(one.topic);
      const error = protocolErrorsCodesById[topic?.errorCode ?? 0];
      const fault = topic === undefined ? 'absent' : OF_TOPIC[error ?? ''];
      if (topic === undefined || fault !== undefined) return [partitionKey(one), fault ?? 'absent'];
      const state = topic.partitions.find(({ partitionIndex }) => partitionIndex === one.partition);
      if (state === undefined) return [partitionKey(one), topic.errorCode ? 'moving' : 'absent'];
      return [partitionKey(one), brokers.get(state.leaderId) ?? 'moving'];
    }),
  );
}
