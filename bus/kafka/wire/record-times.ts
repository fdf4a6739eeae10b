/**
 * When records were written: one record read at each given offset. For lag in time, which no
 * offset arithmetic gives. Reads committed records only; keys and values are not looked at.
 */
import { partitionKey, type RecordPosition, type RecordTime } from '../kafka.ts';
import { committed } from './committed.ts';
import { fetchAllFrom, type PartitionAnswer } from './fetch.ts';
import { byLeader } from './offsets.ts';
import { metadata, type Wire } from './wire.ts';

const LIMITS = { waitMs: 0, bytesMax: 8_388_608, bytesPerPartitionMax: 65_536 } as const;

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
      const { topic, partition, offset } = position;
      const answer = answers.get(partitionKey(position));
      if (answer === undefined) return [];
      const { records, nextOffset } = committed(answer, offset);
      const first = records[0];
      if (first) {
        found.push({ topic, partition, offset: first.offset, timestampMs: first.timestampMs });
        return [];
      }
      return nextOffset > offset ? [{ ...position, offset: nextOffset }] : [];
    });
  }
  return found;
}

async function fetchAll(
  wire: Wire,
  positions: readonly RecordPosition[],
): Promise<ReadonlyMap<string, PartitionAnswer>> {
  const wanted = new Map(positions.map((position) => [partitionKey(position), position]));
  const topics = [...new Set(positions.map(({ topic }) => topic))];
  const leaders = byLeader(await metadata(wire, topics));
  const answers = await Promise.all(
    leaders.map(async (leader) => {
      const led = leader.partitions.flatMap((one) => wanted.get(partitionKey(one)) ?? []);
      if (led.length === 0) return [];
      return [...(await fetchAllFrom(wire, leader, { positions: led, limits: LIMITS }))];
    }),
  );
  return new Map(answers.flat());
}
