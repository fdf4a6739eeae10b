/**
 * One batch of one partition, written in one transaction: progress first (the compare-and-set is
 * the mutex that turns zombies away), then rows, derived blocks and dead letters. Says whether the
 * partition was still ours; any error means nothing was written.
 */
import type { SqlDatabase, SqlSession, SqlValue } from '../../sql/sql.ts';
import type { DerivedBlock, UnitPlan } from '../compile/compile.ts';
import { upsertStatements, type UpsertRow } from '../compile/upsert.ts';
import { storeDeadLetters, type DeadLetter } from '../store/dead-letter-store.ts';
import { appendHistory, type HistoryRow } from '../store/history-store.ts';
import { advance, haltUnit, type Advance } from '../store/offset-store.ts';
import { noteSweep } from '../store/sweep-store.ts';
import type { Cut } from './decode.ts';
import { sortedKeys, textOf, type KeyedRow } from './reduce.ts';

/** Bounds of one statement; well below the server's max_allowed_packet. */
const CHUNK = { rowsMax: 1_000, charsMax: 2_000_000 };
const KEYS_PER_STATEMENT_MAX = 1_000;

export type BatchWrite = {
  readonly plan: UnitPlan;
  readonly progress: Advance;
  /** Reduced and sorted by key. */
  readonly rows: readonly KeyedRow[];
  readonly deadLetters: readonly DeadLetter[];
  /** Not reduced; empty where the view keeps no history. */
  readonly history: readonly HistoryRow[];
  readonly generation: number;
  readonly cut?: Cut;
};

/** Answers false, and changes nothing, when the partition's progress is not as expected. */
export async function writeBatch(database: SqlDatabase, batch: BatchWrite): Promise<boolean> {
  try {
    await database.transaction(async (session) => {
      if (!(await advance(session, batch.progress))) throw new NotOurs();
      await writeRows(session, batch);
      await recordHistory(session, batch);
      await storeDeadLetters(session, batch.plan.unit, batch.deadLetters);
      if (batch.cut) await halt(session, batch, batch.cut);
    });
    return true;
  } catch (error) {
    if (error instanceof NotOurs) return false;
    throw error;
  }
}

async function recordHistory(
  session: SqlSession,
  { plan, progress, generation, history }: BatchWrite,
): Promise<void> {
  if (history.length === 0) return;
  const { unit, topic, partition } = progress;
  const columns = plan.target.valueColumns;
  await appendHistory(session, { unit, topic, partition, generation, columns }, history);
}

/** Rolls the transaction back without being an error of anything. */
class NotOurs extends Error {}

/** Writes reduced and sorted rows, and whatever follows from them: derived blocks, conflicts. */
export async function writeRows(
  session: SqlSession,
  { plan, rows }: Pick<BatchWrite, 'plan' | 'rows'>,
): Promise<void> {
  if (rows.length === 0) return;
  const { derived } = plan;
  const touchedBefore = derived ? await entitiesOf(session, derived, rows) : [];
  for (const sql of upsertStatements(plan.upsert, rows, CHUNK)) await session.execute(sql);
  if (!derived)
    return updateConflicts(
      session,
      plan,
      rows.map(({ key }) => key[0] ?? null),
    );
  const touchedNow = rows.flatMap(({ key, values }) =>
    values === null ? [] : (derived.entityOf(key, values) as SqlValue[]),
  );
  await recomputeEntities(session, plan, sortedKeys([...touchedBefore, ...touchedNow]));
}

/** Brings the mirrored block of these entities, and what is compared with it, up to date; `entities` sorted. */
export async function recomputeEntities(
  session: SqlSession,
  plan: UnitPlan,
  entities: readonly SqlValue[],
): Promise<void> {
  if (plan.derived) await recomputeBlocks(session, plan.derived, entities);
  await updateConflicts(session, plan, entities);
}

/** Opens and resolves conflicts of entities whose rows this transaction holds. */
async function updateConflicts(
  session: SqlSession,
  { conflicts }: UnitPlan,
  entities: readonly SqlValue[],
): Promise<void> {
  if (!conflicts) return;
  for (const some of chunks(entities, KEYS_PER_STATEMENT_MAX)) {
    for (const sql of conflicts.statementsFor(some)) await session.execute(sql);
  }
}

/** Entities that the mirror rows of this batch concerned until now. */
async function entitiesOf(
  session: SqlSession,
  derived: DerivedBlock,
  rows: readonly KeyedRow[],
): Promise<SqlValue[]> {
  const found: SqlValue[] = [];
  for (const some of chunks(rows, KEYS_PER_STATEMENT_MAX)) {
    const touched = await session.query<{ k: SqlValue }>(
      derived.recompute.touchedBy(some.map(({ key }) => key)),
    );
    for (const { k } of touched) found.push(k);
  }
  return found;
}

/** Locks all entities concerned before reading any block: the order that makes partitions commute. */
async function recomputeBlocks(
  session: SqlSession,
  derived: DerivedBlock,
  keys: readonly SqlValue[],
): Promise<void> {
  const parts = chunks(keys, KEYS_PER_STATEMENT_MAX);
  for (const some of parts) await session.execute(derived.recompute.lockEntities(some));
  for (const some of parts) {
    const rows = await currentBlocks(session, derived, some);
    for (const sql of upsertStatements(derived.upsert, rows, CHUNK)) await session.execute(sql);
  }
}

async function currentBlocks(
  session: SqlSession,
  derived: DerivedBlock,
  keys: readonly SqlValue[],
): Promise<UpsertRow[]> {
  const found = await session.query<Record<string, SqlValue>>(derived.recompute.blocksOf(keys));
  const byKey = new Map(found.map((row) => [textOf(row['k'] ?? null), row]));
  return keys.map((key) => {
    const row = byKey.get(textOf(key));
    const values = row ? derived.items.map((_, index) => row[`i${index}`] ?? null) : null;
    return { key: [key], values, atMs: row ? Number(row['at']) : null, version: 1n };
  });
}

async function halt(session: SqlSession, { plan, progress }: BatchWrite, cut: Cut): Promise<void> {
  await haltUnit(session, plan.unit, cut);
  if (cut.code === 'VIEW_TRUNCATED') {
    await noteSweep(session, { ...progress, offset: cut.offset, cause: 'truncate' });
  }
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const out: T[][] = [];
  for (let from = 0; from < items.length; from += size) out.push(items.slice(from, from + size));
  return out;
}
