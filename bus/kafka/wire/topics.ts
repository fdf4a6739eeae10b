/** Topics: which exist, with their ids; creating, deleting and setting them. */
import {
  ConfigResourceTypes,
  ConfigSources,
  createTopicsV7,
  deleteTopicsV6,
  describeConfigsV4,
  IncrementalAlterConfigOperationTypes,
  incrementalAlterConfigsV1,
  type metadataV12,
  ResponseError,
} from '@platformatic/kafka';
import { retry, waitFor } from '../../base/retry.ts';
import { protocolNames } from '../client-errors.ts';
import type { KafkaAdmin, TopicSpec, TopicState } from '../kafka.ts';
import { CLIENT_LIMITS } from '../settings.ts';
import { metadata, type Wire } from './wire.ts';

export type Metadata = metadataV12.MetadataResponse;

const TOPIC_TIMEOUT_MS = 15_000;
const UNKNOWN_TOPIC = 'UNKNOWN_TOPIC_OR_PARTITION';

/** A just created topic has no leader for a moment; a just deleted one is still listed. */
const UNSETTLED = new Set(['LEADER_NOT_AVAILABLE', 'NOT_LEADER_OR_FOLLOWER']);

/** Metadata of those named topics that exist. Rejects where a topic may not be seen. */
export function existing(wire: Wire, names: readonly string[]): Promise<Metadata> {
  return retry(
    async () => {
      try {
        return await metadata(wire, names);
      } catch (error) {
        const answer = answerWithout(error, UNKNOWN_TOPIC);
        if (answer === undefined) throw error;
        return answer;
      }
    },
    {
      attemptsMax: CLIENT_LIMITS.retries,
      delayMs: CLIENT_LIMITS.retryMsFirst,
      mayRetry: (error) => protocolNames(error).some((name) => UNSETTLED.has(name)),
    },
  );
}

/** The answer inside an error that says of some topics no more than `expected`. */
function answerWithout(error: unknown, expected: string): Metadata | undefined {
  if (!(error instanceof ResponseError)) return undefined;
  if (protocolNames(error).some((name) => name !== expected)) return undefined;
  const response = error['response'] as Metadata;
  return { ...response, topics: response.topics.filter((topic) => topic.errorCode === 0) };
}

export async function listTopics(wire: Wire): Promise<string[]> {
  const { topics } = await metadata(wire, null);
  return topics.flatMap(({ name, isInternal }) =>
    typeof name !== 'string' || isInternal ? [] : [name],
  );
}

export async function describeTopics(wire: Wire, names: readonly string[]): Promise<TopicState[]> {
  if (names.length === 0) return [];
  const { topics } = await existing(wire, names);
  return topics.map(({ name, topicId, partitions }) => ({
    name: name ?? '',
    topicId,
    partitions: partitions.length,
  }));
}

export async function createTopics(wire: Wire, specs: readonly TopicSpec[]): Promise<string[]> {
  const names = specs.map(({ name }) => name);
  const there = new Set((await describeTopics(wire, names)).map(({ name }) => name));
  const absent = specs.filter(({ name }) => !there.has(name));
  if (absent.length === 0) return [];
  const requests = absent.map(({ name, partitions, replication, config = {} }) => ({
    name,
    numPartitions: partitions,
    replicationFactor: replication,
    assignments: [],
    configs: Object.entries(config).map(([key, value]) => ({ name: key, value })),
  }));
  try {
    await wire.any((one) => createTopicsV7.api.async(one, requests, TOPIC_TIMEOUT_MS, false));
  } catch (error) {
    // Somebody else created one of them in between; the others were created all the same.
    if (protocolNames(error).some((name) => name !== 'TOPIC_ALREADY_EXISTS')) throw error;
  }
  await untilKnown(
    names,
    async () => (await describeTopics(wire, names)).length === new Set(names).size,
  );
  return absent.map(({ name }) => name);
}

/** The controller answers before every broker knows: callers must not meet the state of before. */
async function untilKnown(names: readonly string[], done: () => Promise<boolean>): Promise<void> {
  await waitFor(done, {
    what: `the brokers to know the change of ${names.join(', ')}`,
    timeoutMs: TOPIC_TIMEOUT_MS,
    intervalMs: CLIENT_LIMITS.retryMsFirst,
  });
}

/** Deletes those that exist; they are gone when this resolves. */
export async function deleteTopics(wire: Wire, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const topics = names.map((name) => ({ name, topicId: null }));
  try {
    await wire.any((one) => deleteTopicsV6.api.async(one, topics, TOPIC_TIMEOUT_MS));
  } catch (error) {
    const found = protocolNames(error);
    if (found.length === 0 || found.some((name) => name !== UNKNOWN_TOPIC)) throw error;
  }
  await untilKnown(names, async () => (await describeTopics(wire, names)).length === 0);
}

export async function topicConfigs(
  wire: Wire,
  names: readonly string[],
): Promise<Map<string, Readonly<Record<string, string>>>> {
  if (names.length === 0) return new Map();
  const resources = names.map((resourceName) => ({
    resourceType: ConfigResourceTypes.TOPIC,
    resourceName,
    configurationKeys: null,
  }));
  const { results } = await wire.any((one) =>
    describeConfigsV4.api.async(one, resources, false, false),
  );
  return new Map(
    results.map(({ resourceName, configs }) => [
      resourceName,
      Object.fromEntries(
        configs
          .filter(({ configSource }) => configSource === ConfigSources.DYNAMIC_TOPIC_CONFIG)
          .map(({ name, value }) => [name, value ?? '']),
      ),
    ]),
  );
}

export async function setTopicConfigs(
  wire: Wire,
  changes: Parameters<KafkaAdmin['setTopicConfigs']>[0],
): Promise<void> {
  if (changes.length === 0) return;
  const resources = changes.map(({ name, config }) => ({
    resourceType: ConfigResourceTypes.TOPIC,
    resourceName: name,
    configs: Object.entries(config).map(([key, value]) => ({
      name: key,
      value,
      configOperation: IncrementalAlterConfigOperationTypes.SET,
    })),
  }));
  await wire.any((one) => incrementalAlterConfigsV1.api.async(one, resources, false));
  const names = changes.map(({ name }) => name);
  await untilKnown(names, async () => {
    const seen = await topicConfigs(wire, names);
    return changes.every(({ name, config }) =>
      Object.entries(config).every(([key, value]) => seen.get(name)?.[key] === value),
    );
  });
}
