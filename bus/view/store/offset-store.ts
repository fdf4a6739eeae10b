/**
 * Progress of a view, kept in the rows' own database. Offsets move only by compare-and-set under
 * the epoch of the last claim, so that rows and progress commit together or not at all, and a
 * member that lost its partition cannot commit.
 */
import type { TopicPartition } from '../../kafka/kafka.ts';
import type { SqlSession } from '../../sql/sql.ts';

export type OffsetRow = TopicPartition & {
  readonly unit: string;
  readonly generation: number;
  readonly clusterId: string;
  readonly topicId: string;
  readonly partitions: number;
  readonly nextOffset: bigint;
  readonly epoch: bigint;
  readonly groupGeneration: number;
  readonly owner: string | null;
  readonly lastRecordTs: number | null;
  readonly haltCode: string | null;
  readonly haltDetail: string | null;
};

export type UnitPartition = TopicPartition & { readonly unit: string };

export type FirstSight = UnitPartition & {
  readonly clusterId: string;
  readonly topicId: string;
  readonly partitions: number;
  /** Which life of the topic; default 1. */
  readonly generation?: number;
  /** Where reading begins; default 0. */
  readonly nextOffset?: bigint;
};

/** Notes partitions seen for the first time; known ones stay as they are. */
export async function noteFirstSight(
  session: SqlSession,
  seen: readonly FirstSight[],
): Promise<void> {
  if (seen.length === 0) return;
  await session.execute(
    'INSERT INTO civicbus_offset (unit, topic, `partition`, generation, cluster_id, topic_id, partitions, next_offset) VALUES ? ' +
      'ON DUPLICATE KEY UPDATE unit = VALUES(unit)',
    [
      seen.map(({ generation = 1, nextOffset = 0n, ...s }) => [
        s.unit,
        s.topic,
        s.partition,
        generation,
        s.clusterId,
        s.topicId,
        s.partitions,
        nextOffset,
      ]),
    ],
  );
}

/**
 * Takes the partitions for `owner`: waits for a running transaction of the former owner, then
 * fences it. Partitions that a later group generation holds are left alone unless `force`.
 */
export async function claimPartitions(
  session: SqlSession,
  claims: readonly UnitPartition[],
  {
    owner,
    groupGeneration,
    force,
  }: { readonly owner: string; readonly groupGeneration: number; readonly force: boolean },
): Promise<void> {
  if (claims.length === 0) return;
  await session.execute(
    'UPDATE civicbus_offset SET epoch = epoch + 1, owner = ?, group_generation = ? ' +
      `WHERE (unit, topic, \`partition\`) IN (?)${force ? '' : ' AND group_generation <= ?'}`,
    [owner, groupGeneration, tuples(claims), ...(force ? [] : [groupGeneration])],
  );
}

export async function readOffsets(
  session: SqlSession,
  wanted: readonly UnitPartition[],
): Promise<OffsetRow[]> {
  if (wanted.length === 0) return [];
  const rows = await session.query<RawOffsetRow>(
    `${SELECT_OFFSETS} WHERE (unit, topic, \`partition\`) IN (?)`,
    [tuples(wanted)],
  );
  return rows.map(offsetRow);
}

/** All offset rows of the units, by unit, topic and partition. */
export async function listOffsets(
  session: SqlSession,
  units: readonly string[],
): Promise<OffsetRow[]> {
  const rows = await session.query<RawOffsetRow>(
    `${SELECT_OFFSETS} WHERE unit IN (?) ORDER BY unit, topic, \`partition\``,
    [units],
  );
  return rows.map(offsetRow);
}

/** The offset rows of a unit, held by this transaction until it ends. */
export async function lockOffsets(session: SqlSession, unit: string): Promise<OffsetRow[]> {
  const rows = await session.query<RawOffsetRow>(
    `${SELECT_OFFSETS} WHERE unit = ? ORDER BY topic, \`partition\` FOR UPDATE`,
    [unit],
  );
  return rows.map(offsetRow);
}

export type Advance = UnitPartition & {
  readonly epoch: bigint;
  readonly expected: bigint;
  readonly next: bigint;
  readonly lastRecordTs: number | null;
};

/** The compare-and-set: true when this member still owned the partition at `expected` and its unit runs. */
export async function advance(session: SqlSession, to: Advance): Promise<boolean> {
  const { affectedRows } = await session.execute(
    'UPDATE civicbus_offset SET next_offset = ?, last_record_ts = COALESCE(?, last_record_ts) ' +
      'WHERE unit = ? AND topic = ? AND `partition` = ? AND epoch = ? AND next_offset = ? AND halt_code IS NULL',
    [to.next, to.lastRecordTs, to.unit, to.topic, to.partition, to.epoch, to.expected],
  );
  return affectedRows === 1;
}

/** Marks every partition of a unit as halted, first cause first. */
export async function haltUnit(
  session: SqlSession,
  unit: string,
  { code, detail }: { readonly code: string; readonly detail: string },
): Promise<void> {
  await session.execute(
    'UPDATE civicbus_offset SET halt_code = ?, halt_detail = ?, halted_at = UTC_TIMESTAMP(3) WHERE unit = ? AND halt_code IS NULL',
    [code, detail.slice(0, 500), unit],
  );
}

/** Lets a halted unit go on; answers how many partitions were halted. */
export async function clearHalt(session: SqlSession, unit: string): Promise<number> {
  const { affectedRows } = await session.execute(
    'UPDATE civicbus_offset SET halt_code = NULL, halt_detail = NULL, halted_at = NULL WHERE unit = ? AND halt_code IS NOT NULL',
    [unit],
  );
  return affectedRows;
}

const SELECT_OFFSETS =
  'SELECT unit, topic, `partition` AS part, generation, cluster_id, topic_id, partitions, CAST(next_offset AS CHAR) AS next_offset, ' +
  'CAST(epoch AS CHAR) AS epoch, group_generation, owner, last_record_ts, halt_code, halt_detail FROM civicbus_offset';

type RawOffsetRow = {
  readonly unit: string;
  readonly topic: string;
  readonly part: number;
  readonly generation: number;
  readonly cluster_id: string;
  readonly topic_id: string;
  readonly partitions: number;
  readonly next_offset: string;
  readonly epoch: string;
  readonly group_generation: number;
  readonly owner: string | null;
  readonly last_record_ts: number | null;
  readonly halt_code: string | null;
  readonly halt_detail: string | null;
};

function offsetRow(row: RawOffsetRow): OffsetRow {
  return {
    unit: row.unit,
    topic: row.topic,
    partition: row.part,
    generation: row.generation,
    clusterId: row.cluster_id,
    topicId: row.topic_id,
    partitions: row.partitions,
    nextOffset: BigInt(row.next_offset),
    epoch: BigInt(row.epoch),
    groupGeneration: row.group_generation,
    owner: row.owner,
    lastRecordTs: row.last_record_ts,
    haltCode: row.halt_code,
    haltDetail: row.halt_detail,
  };
}

function tuples(of: readonly UnitPartition[]): (string | number)[][] {
  return of.map(({ unit, topic, partition }) => [unit, topic, partition]);
}
