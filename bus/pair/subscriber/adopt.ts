/**
 * Fits the tables to what a record's version of the agreement delivers. The first one makes them. A
 * later version may bring columns (empty until its copy is in place) and take some away (which go
 * with that copy); another type or key is refused, and nothing is altered then.
 */
import { BusError } from '../../base/errors.ts';
import { sqlTypeOf } from '../../change/column-type.ts';
import type { SqlDatabase, SqlSession } from '../../sql/sql.ts';
import type { Dialect } from './dialect.ts';
import {
  columnNames,
  keyNames,
  layoutText,
  parseLayout,
  sameColumns,
  type Layout,
} from './layout.ts';
import { readSubscription, updateSubscription, type Subscription } from './subscription-store.ts';
import { createCopy, renewStage, requireCopy } from './tables.ts';

export type AdoptOptions = {
  readonly database: SqlDatabase;
  readonly dialect: Dialect;
  readonly agreementId: string;
  readonly table: string;
};

/** Throws SUBSCRIBER_TABLE_DIFFERS. Members that do it at the same time wait for each other. */
export async function adoptLayout(
  { database, dialect, agreementId, table }: AdoptOptions,
  { layout, generation }: { readonly layout: Layout; readonly generation: number },
): Promise<void> {
  await database.transaction(async (session) => {
    const subscription = await readSubscription(session, agreementId, { lock: true });
    const known = subscription.layout === null ? undefined : parseLayout(subscription.layout);
    if (known?.contentHash === layout.contentHash)
      return requireCopy(database, { dialect, table, layout }, droppedIn(subscription));
    // A record from before the newest copy: its rows still fit the columns they were agreed for.
    if (known && generation < subscription.newestGeneration) return;
    const copy = { dialect, table, layout };
    if (!known) {
      // On connections of their own: DDL would commit this transaction, which only holds the lock.
      await createCopy(database, copy);
      await requireCopy(database, copy);
    } else if (!sameColumns(known, layout)) {
      requireSuccessor(table, known, layout);
      await addColumns(database, copy, known);
      await renewStage(database, copy);
      await requireCopy(database, copy, gone(subscription, known, layout));
    }
    await updateSubscription(session, agreementId, {
      layout: layoutText(layout),
      dropped_columns: known ? listOrNull(gone(subscription, known, layout)) : null,
    });
  });
}

/** Drops the columns that only a former version delivered, once no row of that version is left. */
export async function dropFormerColumns({
  database,
  dialect,
  agreementId,
  table,
}: AdoptOptions): Promise<void> {
  await database.transaction(async (session) => {
    const subscription = await readSubscription(session, agreementId, { lock: true });
    const { droppedColumns, generation, newestGeneration } = subscription;
    if (droppedColumns === null || generation < newestGeneration) return;
    const found = await dialect.inspect(database, table);
    const there = new Set(found?.columns.map(({ name }) => name));
    for (const name of droppedIn(subscription)) {
      if (!there.has(name)) continue;
      await database.execute(
        `ALTER TABLE ${dialect.quote(table)} DROP COLUMN ${dialect.quote(name)}`,
      );
    }
    await updateSubscription(session, agreementId, { dropped_columns: null });
  });
}

function requireSuccessor(table: string, known: Layout, layout: Layout): void {
  const before = new Map(known.columns.map(({ name, type }) => [name, sqlTypeOf(type)]));
  const differences = layout.columns.flatMap(({ name, type }) => {
    const had = before.get(name);
    const now = sqlTypeOf(type);
    return had === undefined || had === now ? [] : [`column ${name} was ${had} and is ${now} now`];
  });
  const [keyBefore, keyNow] = [keyNames(known).join(', '), keyNames(layout).join(', ')];
  if (keyBefore !== keyNow) differences.push(`its key was (${keyBefore}) and is (${keyNow}) now`);
  if (differences.length === 0) return;
  throw new BusError('SUBSCRIBER_TABLE_DIFFERS', { table, differences: differences.join('; ') });
}

async function addColumns(
  session: SqlSession,
  { dialect, table, layout }: { dialect: Dialect; table: string; layout: Layout },
  known: Layout,
): Promise<void> {
  const before = new Set(columnNames(known));
  const { quote } = dialect;
  for (const { name, type } of layout.columns) {
    if (before.has(name)) continue;
    await session.execute(
      `ALTER TABLE ${quote(table)} ADD COLUMN IF NOT EXISTS ${quote(name)} ${dialect.columnType(type)} NULL`,
    );
  }
}

/** Columns that stand in the table and are no longer delivered. */
function gone(subscription: Subscription, known: Layout, layout: Layout): string[] {
  const earlier = droppedIn(subscription);
  const now = new Set(columnNames(layout));
  return [...new Set([...earlier, ...columnNames(known)])].filter((name) => !now.has(name));
}

function droppedIn({ droppedColumns }: Subscription): readonly string[] {
  return JSON.parse(droppedColumns ?? '[]') as string[];
}

function listOrNull(names: readonly string[]): string | null {
  return names.length === 0 ? null : JSON.stringify(names);
}
