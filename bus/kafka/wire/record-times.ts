/**
 * When records were written: one record read at each given offset. For lag in time, which no
 * offset arithmetic gives. Reads committed records only; keys and values are not looked at.
 */
import { fetchV12 } from '@platformatic/kafka';
import { partitionKey, type RecordPosition, type RecordTime } from '../kafka.ts';
import { byLeader, type Leader } from './offsets.ts';
import { metadata, type Wire } from './wire.ts';

const FETCH = { waitMs: 0, bytesMin: 0, bytesMax: 8_388_608, bytesPerPartition: 65_536 } as const;
const READ_COMMITTED = 1;
const ANY = -1;
const NO_SESSION = { id: 0, epoch: -1 } as const;
const CONTROL = 0x20;
const TRANSACTIONAL = 0x10;

type Partition = fetchV12.FetchResponsePartition;
type Batch = NonNullable<Partition['records']>[number];

/** Positions with nothing readable at or after them are left out. */
export async function recordTimes(
  wire: Wire,
  positions: readonly RecordPosition[],
): Promise<readonly RecordTime[]> {
  const found: RecordTime[] = [];
  let open = positions;
  // Each round passes what is only markers and aborted records, so it ends with the log.
  while (open.length > 0) {
    const answers = await fetchAll(wire, open);
    open = open.flatMap((position) => {
      const answer = answers.get(partitionKey(position));
      const time = answer && firstRecord(answer, position);
      if (time) found.push(time);
      const next = answer && nextOffset(answer);
      return time || next === undefined || next <= position.offset
        ? []
        : [{ ...position, offset: next }];
    });
  }
  return found;
}

async function fetchAll(
  wire: Wire,
  positions: readonly RecordPosition[],
): Promise<ReadonlyMap<string, Partition>> {
  const wanted = new Map(positions.map((position) => [partitionKey(position), position]));
  const topics = [...new Set(positions.map(({ topic }) => topic))];
  const leaders = byLeader(await metadata(wire, topics));
  const answers = await Promise.all(leaders.map((leader) => fetchFrom(wire, leader, wanted)));
  return new Map(answers.flat());
}

async function fetchFrom(
  wire: Wire,
  leader: Leader,
  wanted: ReadonlyMap<string, RecordPosition>,
): Promise<[string, Partition][]> {
  const asked = leader.partitions.flatMap((one) => wanted.get(partitionKey(one)) ?? []);
  if (asked.length === 0) return [];
  const topics = [...Map.groupBy(asked, ({ topic }) => topic)].map(([topic, members]) => ({
    topicId: topic,
    partitions: members.map(({ partition, offset }) => ({
      partition,
      currentLeaderEpoch: ANY,
      fetchOffset: offset,
      lastFetchedEpoch: ANY,
      partitionMaxBytes: FETCH.bytesPerPartition,
    })),
  }));
  const { waitMs, bytesMin, bytesMax } = FETCH;
  const { id, epoch } = NO_SESSION;
  const answer = await wire.at(leader, (connection) =>
    fetchV12.api.async(
      connection,
      waitMs,
      bytesMin,
      bytesMax,
      READ_COMMITTED,
      id,
      epoch,
      topics,
      [],
      '',
    ),
  );
  return answer.responses.flatMap(({ topicId, partitions }) =>
    partitions.map((partition): [string, Partition] => [
      partitionKey({ topic: topicId, partition: partition.partitionIndex }),
      partition,
    ]),
  );
}

function firstRecord(answer: Partition, position: RecordPosition): RecordTime | undefined {
  const { topic, partition } = position;
  for (const batch of answer.records ?? []) {
    if (isControl(batch) || isAborted(batch, answer)) continue;
    for (const { offsetDelta, timestampDelta } of batch.records) {
      const offset = batch.firstOffset + BigInt(offsetDelta);
      if (offset < position.offset) continue;
      const timestampMs = Number(batch.firstTimestamp + timestampDelta);
      return { topic, partition, offset, timestampMs };
    }
  }
  return undefined;
}

function isControl({ attributes }: Batch): boolean {
  return (attributes & CONTROL) !== 0;
}

function isAborted(batch: Batch, { abortedTransactions }: Partition): boolean {
  if ((batch.attributes & TRANSACTIONAL) === 0) return false;
  return (abortedTransactions ?? []).some(
    ({ producerId, firstOffset }) =>
      producerId === batch.producerId && firstOffset <= batch.firstOffset,
  );
}

function nextOffset({ records }: Partition): bigint | undefined {
  const last = records?.at(-1);
  return last && last.firstOffset + BigInt(last.lastOffsetDelta) + 1n;
}
