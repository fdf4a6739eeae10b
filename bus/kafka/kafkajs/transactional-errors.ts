/**
 * What an error of a transaction means. kafkajs tells the broker's code and no topic: the broker
 * is asked which of them it was, so that the others can go on without it.
 */
import { BusError, isBusError } from '../../base/errors.ts';
import { protocolNames, toKafkaError } from '../client-errors.ts';
import type { Sends } from '../kafka.ts';
import { topicFaults } from '../wire/topic-faults.ts';
import type { Wire } from '../wire/wire.ts';

const FENCING = new Set([
  'INVALID_PRODUCER_EPOCH',
  'PRODUCER_FENCED',
  'INVALID_PRODUCER_ID_MAPPING',
  'INVALID_TXN_STATE',
]);

/** kafkajs does not know PRODUCER_FENCED by name. */
const FENCED_UNNAMED = 'Unknown error code 90';

/** Answers that one topic of many can cause. */
const OF_A_TOPIC = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'UNKNOWN_TOPIC_ID',
  'INVALID_TOPIC_EXCEPTION',
  'TOPIC_AUTHORIZATION_FAILED',
  'OPERATION_NOT_ATTEMPTED',
]);

/** True where the id went to another producer, or the broker ended the transaction by its time. */
export function isFencing(error: unknown): boolean {
  if (protocolNames(error).some((name) => FENCING.has(name))) return true;
  return error instanceof Error && error.message.includes(FENCED_UNNAMED);
}

export async function sendError({
  error,
  id,
  sends,
  wire,
}: {
  readonly error: unknown;
  readonly id: string;
  readonly sends: Sends;
  readonly wire: Wire;
}): Promise<BusError> {
  if (isFencing(error)) return new BusError('KAFKA_FENCED', { id }, error);
  const told = toKafkaError(error, `write a transaction of ${id}`);
  const byTopic = protocolNames(error).some((name) => OF_A_TOPIC.has(name));
  if (!byTopic && !isBusError(told, 'KAFKA_TOPIC_ABSENT')) return told;
  const topics = sends.map(({ topic }) => topic);
  // Where even asking fails, what was told first says more.
  const faults = await topicFaults(wire, topics, 'write').catch(() => new Map());
  const [topic, why] = [...faults][0] ?? [];
  return topic === undefined ? told : new BusError('KAFKA_TOPIC_REFUSED', { topic, why }, error);
}
