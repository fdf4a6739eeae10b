/**
 * The two things a sweep does to rows. `disarm` takes versions away that no record can have, so
 * that what is read again is written. `clear` empties rows that were not read again, exactly as a
 * delete from the source would: through the engine's own upsert, under the version they were seen
 * with, so that a row which changed meanwhile stays.
 */
import { assert } from '../../base/assert.ts';
import type { Clock } from '../../base/clock.ts';
import { retry } from '../../base/retry.ts';
import { signalOf } from '../../base/signal.ts';
import type { ColumnValue } from '../../change/column-value.ts';
import { quoteName } from '../../sql/mysql/mysql-literal.ts';
import type { SqlDatabase, SqlSession, SqlValue } from '../../sql/sql.ts';
import { reduceByKey, sortedKeys, sortKeyOf } from '../apply/reduce.ts';
import { recomputeEntities, writeRows } from '../apply/write.ts';
import type { UnitPlan } from '../compile/compile.ts';
import { appendHistory } from '../store/history-store.ts';
import { addCleared } from '../store/sweep-store.ts';
import { unpackVersion } from '../version.ts';
import { amongKeys, type KeyScope, type RowKey } from './key-scope.ts';
import {
  belowHorizon,
  chunkSql,
  holdsSomething,
  seenRow,
  selectSeen,
  type Horizon,
  type SeenRow,
} from './stale.ts';
import { eachUnderived, type Underived } from './underived.ts';

export const CHUNK_ROWS = 500;
const TRIES_MAX = 10;

export type ClearOptions = {
  readonly database: SqlDatabase;
  readonly plan: UnitPlan;
  readonly scope: KeyScope;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
};

/** Rows written before `horizon` are emptied, in chunks; answers how many. */
export async function clear(
  options: ClearOptions & { readonly horizon: Horizon; readonly runId: string },
): Promise<number> {
  const { plan, horizon } = options;
  const where = [
    holdsSomething(plan.target),
    belowHorizon(quoteName(plan.target.version), horizon),
  ];
  let cleared = 0;
  await eachChunk(options, where, async (seen) => {
    cleared += await patiently(options, (session) =>
      clearSome(session, { ...options, where, keys: seen.map(({ key }) => key) }),
    );
  });
  return cleared;
}

/** Derives blocks anew that differ from their mirror; answers how many. Run when the mirror is whole again. */
export async function deriveAnew(
  options: ClearOptions & Pick<Underived, 'view' | 'block'>,
): Promise<number> {
  const { database, plan } = options;
  let derived = 0;
  await eachUnderived(database, options, {
    ...signalOf(options),
    visit: async (entities) => {
      derived += await patiently(options, async (session) => {
        await recomputeEntities(session, plan, sortedKeys(entities));
        return entities.length;
      });
    },
  });
  return derived;
}

/** Rows with a version that `ends` says was never written get version 0; answers how many. */
export async function disarm(
  options: ClearOptions & { readonly horizon: () => Promise<Horizon> },
): Promise<number> {
  const { plan, horizon } = options;
  const { table, keyColumns, version } = plan.target;
  const impossible = ({ generation, ends }: Horizon): string =>
    `NOT ${belowHorizon(quoteName(version), { generation, ends })}`;
  let disarmed = 0;
  // Seen first, then the log's ends are asked: what was applied meanwhile is below them.
  await eachChunk(options, [impossible(await horizon())], async (seen) => {
    const still = impossible(await horizon());
    for (const { key, version: v } of seen) {
      const { affectedRows } = await options.database.execute(
        `UPDATE ${quoteName(table)} SET ${quoteName(version)} = 0 WHERE ${amongKeys(keyColumns, [key])} AND ${quoteName(version)} = ${v} AND ${still}`,
      );
      disarmed += affectedRows;
    }
  });
  return disarmed;
}

async function eachChunk(
  { database, plan, scope, signal }: ClearOptions,
  where: readonly string[],
  visit: (rows: readonly SeenRow[]) => Promise<void>,
): Promise<void> {
  let after: RowKey | undefined;
  for (;;) {
    signal?.throwIfAborted();
    const sql = chunkSql({ plan, scope, where, after, limit: CHUNK_ROWS });
    const rows = await database.query<Record<string, SqlValue>>(sql);
    const seen = rows.map((row) => seenRow(plan, row));
    if (seen.length > 0) await visit(seen);
    if (seen.length < CHUNK_ROWS) return;
    after = seen.at(-1)?.key;
  }
}

/** Locks the rows, looks again, and empties those that are still as they were. */
async function clearSome(
  session: SqlSession,
  {
    plan,
    keys,
    where,
    clock,
    runId,
  }: ClearOptions & {
    readonly keys: readonly RowKey[];
    readonly where: readonly string[];
    readonly runId: string;
  },
): Promise<number> {
  const { table, keyColumns } = plan.target;
  const locked = await session.query<Record<string, SqlValue>>(
    `${selectSeen(plan)} FROM ${quoteName(table)} WHERE ${amongKeys(keyColumns, keys)} AND ${where.join(' AND ')} FOR UPDATE`,
  );
  const seen = locked.map((row) => seenRow(plan, row));
  if (seen.length === 0) return 0;
  const atMs = clock.now();
  const rows = reduceByKey(
    seen.map(({ key, version }) => ({ key, version, values: null, atMs, sortKey: sortKeyOf(key) })),
  );
  await writeRows(session, { plan, rows });
  if (plan.history) await noteCleared(session, { plan, seen, atMs });
  await addCleared(session, runId, seen.length);
  return seen.length;
}

/** Each cleared row has its entry, under the coordinate that it was last written from. */
async function noteCleared(
  session: SqlSession,
  {
    plan,
    seen,
    atMs,
  }: { readonly plan: UnitPlan; readonly seen: readonly SeenRow[]; readonly atMs: number },
): Promise<void> {
  const { unit, topic, target } = plan;
  // A row that never came from the log has no coordinate, and no history that could be ended.
  const written = seen
    .map((row) => ({ ...row, at: unpackVersion(row.version) }))
    .filter(({ at }) => at.generation > 0);
  const places = Map.groupBy(written, ({ at }) => `${at.generation}/${at.partition}`);
  for (const rows of places.values()) {
    const [first] = rows;
    assert(first, 'a group has a member');
    const { generation, partition } = first.at;
    await appendHistory(
      session,
      { unit, topic, partition, generation, columns: target.valueColumns },
      rows.map(({ key, at }) => ({
        offset: at.offset,
        op: 's',
        key: key as readonly ColumnValue[],
        values: null,
        position: null,
        sourceMs: atMs,
      })),
    );
  }
}

/** Repeats what a deadlock or a lost connection undid; doing it twice changes nothing. */
function patiently(
  { database, clock, ...options }: ClearOptions,
  work: (session: SqlSession) => Promise<number>,
): Promise<number> {
  return retry(() => database.transaction(work), {
    attemptsMax: TRIES_MAX,
    clock,
    ...signalOf(options),
  });
}
