/**
 * Which of the named topics cannot be used, and why. A producer's errors do not say: kafkajs
 * tells the first code it met and no topic, and the broker answers "not attempted" for the
 * innocent ones of a refused transaction.
 */
import { metadataV12, protocolErrors, ResponseError } from '@platformatic/kafka';
import type { Wire } from './wire.ts';

export type TopicFault = 'absent' | 'denied';

/** The bit of each operation in the broker's answer. */
const OPERATION_BIT = { read: 3, write: 4 } as const;
const CODES = {
  denied: protocolErrors['TOPIC_AUTHORIZATION_FAILED']?.code,
  absent: [
    protocolErrors['UNKNOWN_TOPIC_OR_PARTITION']?.code,
    protocolErrors['UNKNOWN_TOPIC_ID']?.code,
    protocolErrors['INVALID_TOPIC_EXCEPTION']?.code,
  ],
} as const;

type Topic = metadataV12.MetadataResponse['topics'][number];

/** Topics without a fault are left out; a topic that may not even be seen counts as denied. */
export async function topicFaults(
  wire: Wire,
  topics: readonly string[],
  operation: keyof typeof OPERATION_BIT,
): Promise<ReadonlyMap<string, TopicFault>> {
  if (topics.length === 0) return new Map();
  const answer = await describedTopics(wire, topics, { withRights: true });
  return new Map(
    answer.topics.flatMap((topic): [string, TopicFault][] => {
      const fault = faultOf(topic, operation);
      return fault === undefined ? [] : [[topic.name ?? '', fault]];
    }),
  );
}

function faultOf(topic: Topic, operation: keyof typeof OPERATION_BIT): TopicFault | undefined {
  if (topic.errorCode === CODES.denied) return 'denied';
  if (CODES.absent.includes(topic.errorCode)) return 'absent';
  const allowed = (topic.topicAuthorizedOperations >> OPERATION_BIT[operation]) & 1;
  return topic.errorCode === 0 && allowed === 0 ? 'denied' : undefined;
}

/** An answer that speaks of faults is thrown by the client: here it is the answer. */
export async function describedTopics(
  wire: Wire,
  topics: readonly string[],
  { withRights = false }: { readonly withRights?: boolean } = {},
): Promise<metadataV12.MetadataResponse> {
  try {
    return await wire.any((one) => metadataV12.api.async(one, [...topics], false, withRights));
  } catch (error) {
    if (!(error instanceof ResponseError)) throw error;
    return error['response'] as metadataV12.MetadataResponse;
  }
}
