/**
 * Offsets: where logs start and end, and what a group has committed. The end is the last
 * stable offset, the one that a read-committed consumer can reach; the high watermark would
 * count records of open transactions, and a reader would wait for them for ever.
 */
import { listOffsetsV7, offsetFetchV8 } from '@platformatic/kafka';
import { must } from '../../base/assert.ts';
import { retry } from '../../base/retry.ts';
import { protocolNames } from '../client-errors.ts';
import type { PartitionOffsets, RecordPosition, TopicPartition } from '../kafka.ts';
import { CLIENT_LIMITS } from '../settings.ts';
import { existing, type Metadata } from './topics.ts';
import { type Address, groupCoordinator, metadata, type Wire } from './wire.ts';

const READ_UNCOMMITTED = 0;
const READ_COMMITTED = 1;
const CLIENT_REPLICA = -1;
const ANY_EPOCH = -1;
const TIMESTAMP = { latest: -1n, earliest: -2n } as const;

/** Leadership or coordination moved, or is not settled yet after a start. */
export const MOVING = new Set([
  'NOT_LEADER_OR_FOLLOWER',
  'LEADER_NOT_AVAILABLE',
  'OFFSET_NOT_AVAILABLE',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
]);

const PATIENCE = {
  attemptsMax: CLIENT_LIMITS.retries,
  delayMs: CLIENT_LIMITS.retryMsFirst,
  delayMsMax: CLIENT_LIMITS.retryMsMax,
  mayRetry: (error: unknown) => protocolNames(error).some((name) => MOVING.has(name)),
};

/** Rejects with UNKNOWN_TOPIC_OR_PARTITION when one of the topics is absent. */
export function offsets(wire: Wire, topics: readonly string[]): Promise<PartitionOffsets[]> {
  if (topics.length === 0) return Promise.resolve([]);
  return retry(async () => {
    const leaders = byLeader(await metadata(wire, topics));
    const [starts, ends] = await Promise.all([
      listOffsets(wire, leaders, TIMESTAMP.earliest),
      listOffsets(wire, leaders, TIMESTAMP.latest),
    ]);
    return starts.map(({ topic, partition, offset }, index) => {
      const end = must(ends[index], 'one end per start');
      return { topic, partition, start: offset, end: end.offset };
    });
  }, PATIENCE);
}

/** High watermarks. Rejects with UNKNOWN_TOPIC_OR_PARTITION when one of the topics is absent. */
export function writtenEnds(wire: Wire, topics: readonly string[]): Promise<RecordPosition[]> {
  if (topics.length === 0) return Promise.resolve([]);
  return retry(
    async () =>
      listOffsets(wire, byLeader(await metadata(wire, topics)), TIMESTAMP.latest, READ_UNCOMMITTED),
    PATIENCE,
  );
}

export type Leader = Address & { readonly partitions: readonly TopicPartition[] };

export function byLeader({ brokers, topics }: Metadata): readonly Leader[] {
  const all = topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex, leaderId }) => ({
      topic: name ?? '',
      partition: partitionIndex,
      leaderId,
    })),
  );
  return brokers.map(({ nodeId, host, port }) => ({
    host,
    port,
    partitions: all.filter(({ leaderId }) => leaderId === nodeId),
  }));
}

/** Sorted by topic and partition, so that two answers can be laid side by side. */
async function listOffsets(
  wire: Wire,
  leaders: readonly Leader[],
  timestamp: bigint,
  isolation = READ_COMMITTED,
) {
  const answers = await Promise.all(
    leaders
      .filter(({ partitions }) => partitions.length > 0)
      .map((leader) =>
        wire.at(leader, (connection) =>
          listOffsetsV7.api.async(
            connection,
            CLIENT_REPLICA,
            isolation,
            requestsFor(leader.partitions, timestamp),
          ),
        ),
      ),
  );
  return answers
    .flatMap(({ topics }) => topics)
    .flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, offset }) => ({
        topic: name,
        partition: partitionIndex,
        offset,
      })),
    )
    .sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1));
}

function requestsFor(partitions: readonly TopicPartition[], timestamp: bigint) {
  const grouped = Map.groupBy(partitions, ({ topic }) => topic);
  return [...grouped].map(([name, members]) => ({
    name,
    partitions: members.map(({ partition }) => ({
      partitionIndex: partition,
      currentLeaderEpoch: ANY_EPOCH,
      timestamp,
    })),
  }));
}

/** Partitions without a commit, and topics that do not exist, are left out. */
export function groupOffsets(wire: Wire, group: string, topics: readonly string[]) {
  return retry(async () => {
    if (topics.length === 0) return [];
    const state = await existing(wire, topics);
    const coordinator = await groupCoordinator(wire, group);
    const asked = state.topics.map(({ name, partitions }) => ({
      name: name ?? '',
      partitionIndexes: partitions.map(({ partitionIndex }) => partitionIndex),
    }));
    if (asked.length === 0) return [];
    const { groups } = await wire.at(coordinator, (connection) =>
      offsetFetchV8.api.async(
        connection,
        [{ groupId: group, memberId: null, memberEpoch: -1, topics: asked }],
        true,
      ),
    );
    return groups
      .flatMap(({ topics: answered }) => answered)
      .flatMap(({ name, partitions }) =>
        partitions
          .filter(({ committedOffset }) => committedOffset >= 0n)
          .map(({ partitionIndex, committedOffset }) => ({
            topic: name,
            partition: partitionIndex,
            offset: committedOffset,
          })),
      );
  }, PATIENCE);
}
