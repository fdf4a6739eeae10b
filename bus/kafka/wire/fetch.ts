/** One fetch request to one leader, and what its answer says of each partition. */
import { fetchV12, protocolErrorsCodesById, ResponseError } from '@platformatic/kafka';
import { BusError } from '../../base/errors.ts';
import {
  type FetchedRange,
  type FetchLimits,
  partitionKey,
  type RecordPosition,
} from '../kafka.ts';
import { committed, type FetchedPartition } from './committed.ts';
import { MOVING } from './offsets.ts';
import type { Address, Wire } from './wire.ts';

export type PartitionAnswer = FetchedPartition;

const BYTES = { min: 1, max: 16_777_216, perPartitionMax: 1_048_576 } as const;
const READ_COMMITTED = 1;
const ANY = -1;
const NO_SESSION = { id: 0, epoch: -1 } as const;

type Ask = { readonly positions: readonly RecordPosition[]; readonly limits: FetchLimits };

/** Partitions that cannot be read there are answered with an error code of their own. */
export async function fetchFrom(
  wire: Wire,
  leader: Address,
  ask: Ask,
): Promise<ReadonlyMap<string, PartitionAnswer>> {
  return byPartition(await despiteFaults(() => request(wire, leader, ask)));
}

/** As `fetchFrom`, but the fault of any partition rejects. */
export async function fetchAllFrom(
  wire: Wire,
  leader: Address,
  ask: Ask,
): Promise<ReadonlyMap<string, PartitionAnswer>> {
  return byPartition(await request(wire, leader, ask));
}

function request(wire: Wire, leader: Address, ask: Ask): Promise<fetchV12.FetchResponse> {
  const { waitMs, bytesMax = BYTES.max } = ask.limits;
  const topics = topicsOf(ask);
  const { id, epoch } = NO_SESSION;
  return wire.at(leader, (connection) =>
    fetchV12.api.async(
      connection,
      Math.ceil(waitMs),
      BYTES.min,
      bytesMax,
      READ_COMMITTED,
      id,
      epoch,
      topics,
      [],
      '',
    ),
  );
}

function byPartition({ responses }: fetchV12.FetchResponse): ReadonlyMap<string, PartitionAnswer> {
  return new Map(
    responses.flatMap(({ topicId: topic, partitions }) =>
      partitions.map((one): [string, PartitionAnswer] => [
        partitionKey({ topic, partition: one.partitionIndex }),
        one,
      ]),
    ),
  );
}

/** In the order of the positions: the broker fills its answer in the order of the question. */
function topicsOf({ positions, limits }: Ask): fetchV12.FetchRequestTopic[] {
  const { bytesPerPartitionMax = BYTES.perPartitionMax } = limits;
  return [...Map.groupBy(positions, ({ topic }) => topic)].map(([topic, members]) => ({
    topicId: topic,
    partitions: members.map(({ partition, offset }) => ({
      partition,
      currentLeaderEpoch: ANY,
      fetchOffset: offset,
      lastFetchedEpoch: ANY,
      partitionMaxBytes: bytesPerPartitionMax,
    })),
  }));
}

/** An answer with the fault of one partition is thrown by the client: the others have theirs in it. */
async function despiteFaults(
  ask: () => Promise<fetchV12.FetchResponse>,
): Promise<fetchV12.FetchResponse> {
  try {
    return await ask();
  } catch (error) {
    const answer = error instanceof ResponseError ? error['response'] : undefined;
    if (answer === undefined || (answer as fetchV12.FetchResponse).errorCode !== 0) throw error;
    return answer as fetchV12.FetchResponse;
  }
}

/** 'moved' where the leader must be looked for again. */
export function readAnswer(
  position: RecordPosition,
  answer: PartitionAnswer | undefined,
): FetchedRange | 'moved' {
  if (answer === undefined) return 'moved';
  const { topic, partition, offset } = position;
  const bounds = { logStart: answer.logStartOffset, end: answer.lastStableOffset };
  const nothing = { topic, partition, records: [], nextOffset: offset };
  const error = answer.errorCode === 0 ? undefined : protocolErrorsCodesById[answer.errorCode];
  if (answer.errorCode === 0) return { ...nothing, ...bounds, ...committed(answer, offset) };
  if (error === 'OFFSET_OUT_OF_RANGE') return { ...nothing, ...NO_BOUNDS, fault: 'out-of-range' };
  if (error === 'TOPIC_AUTHORIZATION_FAILED') return { ...nothing, ...NO_BOUNDS, fault: 'denied' };
  // The leaders are asked for again, and then it is known whether the topic is there at all.
  if (error === 'UNKNOWN_TOPIC_OR_PARTITION' || MOVING.has(error ?? '')) return 'moved';
  const why = error ?? `error ${answer.errorCode}`;
  throw new BusError('KAFKA_REFUSED', { what: `read ${partitionKey(position)}`, why });
}

const NO_BOUNDS = { logStart: 0n, end: 0n } as const;
