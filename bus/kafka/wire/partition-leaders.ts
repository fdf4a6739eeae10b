/**
 * Which broker leads each partition, remembered until somebody finds it wrong; and which topics
 * are absent or may not be seen, asked anew each time.
 */
import { metadataV12, protocolErrorsCodesById, ResponseError } from '@platformatic/kafka';
import { partitionKey, type TopicPartition } from '../kafka.ts';
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
  const addresses = new Map<string, Address>();

  /** One object an address, so that partitions can be grouped by it. */
  function theSame(leader: Address): Address {
    const key = `${leader.host}:${leader.port}`;
    const first = addresses.get(key) ?? leader;
    addresses.set(key, first);
    return first;
  }

  return {
    async find(partitions) {
      const open = partitions.filter((one) => !known.has(partitionKey(one)));
      const asked = open.length > 0 ? await ask(wire, open) : new Map<string, Leadership>();
      for (const [key, leader] of asked) {
        if (typeof leader !== 'string') known.set(key, theSame(leader));
      }
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

/** State of the topics, faults included: an answer that speaks of faults is thrown by the client. */
export async function describedTopics(
  wire: Wire,
  topics: readonly string[],
): Promise<metadataV12.MetadataResponse> {
  try {
    return await wire.any((one) => metadataV12.api.async(one, [...topics], false, false));
  } catch (error) {
    if (!(error instanceof ResponseError)) throw error;
    return error['response'] as metadataV12.MetadataResponse;
  }
}
