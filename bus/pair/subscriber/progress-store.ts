/**
 * Progress of a copy, kept in the copy's own database and in SQL that both engines understand. A
 * partition's offset and state move only by compare-and-set under the epoch of its last claim, in
 * the transaction of the rows; `revision` tells a member that another partition changed its state.
 */
import type { SqlSession } from '../../sql/sql.ts';
import type { Dialect } from './dialect.ts';
import { DETAIL_CHARS_MAX, PROGRESS_TABLE } from './tables.ts';

export const MODES = [
  /** Changes are applied, or gathered for the day. */
  'live',
  /** A whole copy is gathered. */
  'staging',
  /** At a control record, until every partition has come to it. */
  'waiting',
  /** Everything is passed over until a newer copy begins. */
  'discarding',
] as const;
export type Mode = (typeof MODES)[number];

export type PartitionState = {
  readonly mode: Mode;
  /** Of the newest copy that began in this partition. */
  readonly generation: number;
  /** While waiting: kind of the control record, a blank, and its JSON. */
  readonly control: string | null;
};

export type Progress = PartitionState & {
  readonly part: number;
  readonly next: bigint;
  readonly epoch: bigint;
  readonly revision: bigint;
  readonly groupGeneration: number;
  readonly owner: string | null;
  readonly lastVersion: number | null;
  readonly lastSourceMs: number | null;
  /** Why this partition does not go on; it is tried again now and then. */
  readonly faultCode: string | null;
  readonly faultDetail: string | null;
};

/** Notes why a partition stands still; its next step lifts it. */
export async function notePartitionFault(
  session: SqlSession,
  { agreementId, part }: { readonly agreementId: string; readonly part: number },
  { code, detail }: { readonly code: string; readonly detail: string },
): Promise<void> {
  await session.execute(
    `UPDATE ${PROGRESS_TABLE} SET fault_code = ?, fault_detail = ? WHERE agreement_id = ? AND part = ?`,
    [code, detail.slice(0, DETAIL_CHARS_MAX), agreementId, part],
  );
}

/** Notes partitions seen for the first time, from their beginning; known ones stay as they are. */
export async function noteFirstSight(
  session: SqlSession,
  dialect: Dialect,
  seen: { readonly agreementId: string; readonly parts: readonly number[]; readonly mode: Mode },
): Promise<void> {
  if (seen.parts.length === 0) return;
  await session.execute(
    `INSERT INTO ${PROGRESS_TABLE} (agreement_id, part, next_offset, epoch, revision, group_generation, mode, generation) VALUES ? ${dialect.onConflict(['agreement_id', 'part'], [])}`,
    [seen.parts.map((part) => [seen.agreementId, part, 0, 0, 0, 0, seen.mode, 0])],
  );
}

/** Forgets what was read of a topic that is another one now. */
export async function forgetProgress(session: SqlSession, agreementId: string): Promise<void> {
  await session.execute(`DELETE FROM ${PROGRESS_TABLE} WHERE agreement_id = ?`, [agreementId]);
}

/**
 * Takes the partitions for `owner`: waits for a running transaction of the former owner, then
 * fences it. Partitions that a later group generation holds are left alone unless `force`.
 */
export async function claimProgress(
  session: SqlSession,
  agreementId: string,
  claim: {
    readonly parts: readonly number[];
    readonly owner: string;
    readonly groupGeneration: number;
    readonly force: boolean;
  },
): Promise<void> {
  const { parts, owner, groupGeneration, force } = claim;
  if (parts.length === 0) return;
  await session.execute(
    `UPDATE ${PROGRESS_TABLE} SET epoch = epoch + 1, owner = ?, group_generation = ? ` +
      `WHERE agreement_id = ? AND part IN (?)${force ? '' : ' AND group_generation <= ?'}`,
    [owner, groupGeneration, agreementId, parts, ...(force ? [] : [groupGeneration])],
  );
}

/** All partitions of a copy, in their order. */
export async function readProgress(
  session: SqlSession,
  agreementId: string,
  { lock = false }: { readonly lock?: boolean } = {},
): Promise<Progress[]> {
  const rows = await session.query<RawProgress>(
    `SELECT part, next_offset, epoch, revision, group_generation, owner, mode, generation, control, last_version, last_source_ms, fault_code, fault_detail ` +
      `FROM ${PROGRESS_TABLE} WHERE agreement_id = ? ORDER BY part${lock ? ' FOR UPDATE' : ''}`,
    [agreementId],
  );
  return rows.map((row) => ({
    part: row.part,
    next: BigInt(row.next_offset),
    epoch: BigInt(row.epoch),
    revision: BigInt(row.revision),
    groupGeneration: row.group_generation,
    owner: row.owner,
    mode: row.mode as Mode,
    generation: row.generation,
    control: row.control,
    lastVersion: row.last_version === null ? null : Number(row.last_version),
    lastSourceMs: row.last_source_ms === null ? null : Number(row.last_source_ms),
    faultCode: row.fault_code,
    faultDetail: row.fault_detail,
  }));
}

type RawProgress = {
  readonly part: number;
  readonly next_offset: number | string;
  readonly epoch: number | string;
  readonly revision: number | string;
  readonly group_generation: number;
  readonly owner: string | null;
  readonly mode: string;
  readonly generation: number;
  readonly control: string | null;
  readonly last_version: number | string | null;
  readonly last_source_ms: number | string | null;
  readonly fault_code: string | null;
  readonly fault_detail: string | null;
};

export type Advance = {
  readonly agreementId: string;
  readonly part: number;
  readonly owner: string;
  readonly epoch: bigint;
  readonly revision: bigint;
  readonly expected: bigint;
  readonly next: bigint;
  readonly state: PartitionState;
  /** How far the records of this step come; null where they bring no rows. */
  readonly seen: { readonly version: number; readonly sourceMs: number | null } | null;
  /** False while it is only gathered. */
  readonly isApplied: boolean;
};

/** The compare-and-set: true when this member still owned the partition as it knew it. */
export async function advance(session: SqlSession, to: Advance): Promise<boolean> {
  const { mode, generation, control } = to.state;
  const [version, sourceMs] = to.isApplied
    ? ['last_version', 'last_source_ms']
    : ['pending_version', 'pending_source_ms'];
  const { affectedRows } = await session.execute(
    `UPDATE ${PROGRESS_TABLE} SET next_offset = ?, mode = ?, generation = ?, control = ?, fault_code = NULL, fault_detail = NULL, ` +
      `${version} = COALESCE(?, ${version}), ${sourceMs} = COALESCE(?, ${sourceMs}) ` +
      'WHERE agreement_id = ? AND part = ? AND owner = ? AND epoch = ? AND revision = ? AND next_offset = ?',
    [
      to.next,
      mode,
      generation,
      control,
      to.seen?.version ?? null,
      to.seen?.sourceMs ?? null,
      to.agreementId,
      to.part,
      to.owner,
      to.epoch,
      to.revision,
      to.expected,
    ],
  );
  return affectedRows === 1;
}

/** What was gathered is applied: partitions go on from where they wait. */
export async function goLive(
  session: SqlSession,
  agreementId: string,
  parts: readonly number[],
): Promise<void> {
  await session.execute(
    `UPDATE ${PROGRESS_TABLE} SET mode = 'live', control = NULL, revision = revision + 1, ` +
      'last_version = COALESCE(pending_version, last_version), last_source_ms = COALESCE(pending_source_ms, last_source_ms), ' +
      'pending_version = NULL, pending_source_ms = NULL WHERE agreement_id = ? AND part IN (?)',
    [agreementId, parts],
  );
}

/** What was gathered no longer counts: partitions pass over everything, from `next` on, until a newer copy begins. */
export async function discardFrom(
  session: SqlSession,
  agreementId: string,
  { parts, next }: { readonly parts: readonly number[]; readonly next?: bigint },
): Promise<void> {
  if (parts.length === 0) return;
  await session.execute(
    `UPDATE ${PROGRESS_TABLE} SET mode = 'discarding', control = NULL, revision = revision + 1, ` +
      `pending_version = NULL, pending_source_ms = NULL${next === undefined ? '' : ', next_offset = ?'} ` +
      'WHERE agreement_id = ? AND part IN (?)',
    [...(next === undefined ? [] : [next]), agreementId, parts],
  );
}
