/**
 * The exchange of a view's tables for those of its shadow, in one RENAME: readers and consumers
 * see all of the old or all of the new. What belongs to the view and not to one filling of it
 * stays or is carried over: its history, and since when conflicts are open.
 */
import { quoteName } from '../../sql/mysql/mysql-literal.ts';
import type { SqlSession } from '../../sql/sql.ts';
import { viewDdl } from '../compile/ddl.ts';
import { CUTOFF_TABLE, HISTORY_TABLE } from '../store/migrations.ts';
import { readerViews, type ViewModel } from '../view.ts';

/** Where the new filling is made, and where the old one waits to be dropped. */
export function shadowOf(view: ViewModel): ViewModel {
  return { ...view, database: `${view.database}__next` };
}

export function oldDatabase(view: ViewModel): string {
  return `${view.database}__old`;
}

const LOCK_WAIT_S = 20;

/** Tables of the place itself; they are not filled by consuming. */
const STAYING: ReadonlySet<string> = new Set([HISTORY_TABLE, CUTOFF_TABLE, 'civicbus_migration']);

/** The one RENAME: every filled table of the view out, every one of the shadow in. */
export async function swapTables(server: SqlSession, view: ViewModel): Promise<void> {
  const next = shadowOf(view).database;
  const old = oldDatabase(view);
  const [leaving, coming] = await Promise.all([
    tablesOf(server, view.database),
    tablesOf(server, next),
  ]);
  const steps = [
    ...leaving.map((table) => `${placed(view.database, table)} TO ${placed(old, table)}`),
    ...coming.map((table) => `${placed(next, table)} TO ${placed(view.database, table)}`),
  ];
  await server.execute(`CREATE DATABASE IF NOT EXISTS ${quoteName(old)}`);
  // Everybody who reads later waits behind this statement: it gives up rather than make them wait for one slow reader.
  await server.execute(
    `SET STATEMENT lock_wait_timeout = ${LOCK_WAIT_S} FOR RENAME TABLE ${steps.join(', ')}`,
  );
}

/** True when the exchange was made and what follows it was not. */
export async function isSwapped(server: SqlSession, view: ViewModel): Promise<boolean> {
  return (await tablesOf(server, oldDatabase(view))).length > 0;
}

/** Readers' views as the declaration is now; those of blocks that are gone go too. */
export async function renewReaders(database: SqlSession, view: ViewModel): Promise<void> {
  const readers = new Set(readerViews(view));
  for (const { name, sql } of viewDdl(view)) if (readers.has(name)) await database.execute(sql);
  const found = await database.query<{ name: string }>(
    'SELECT table_name AS name FROM information_schema.views WHERE table_schema = ?',
    [view.database],
  );
  for (const { name } of found)
    if (!readers.has(name)) await database.execute(`DROP VIEW IF EXISTS ${quoteName(name)}`);
}

/** Conflicts keep their beginning, and the resolved ones their record. */
export async function carryConflicts(server: SqlSession, view: ViewModel): Promise<void> {
  const now = placed(view.database, 'civicbus_conflict');
  const before = placed(oldDatabase(view), 'civicbus_conflict');
  await server.execute(
    `UPDATE ${now} AS c JOIN ${before} AS o USING (item, reporter, entity) SET c.since_ms = o.since_ms ` +
      'WHERE c.resolved_ms IS NULL AND o.resolved_ms IS NULL',
  );
  await server.execute(
    `INSERT IGNORE INTO ${now} SELECT * FROM ${before} WHERE resolved_ms IS NOT NULL`,
  );
}

/** From where on a partition's history is the shadow's: what the view applied before it has already. */
export type HistoryFrom = {
  readonly unit: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
};

/** Changes that only the shadow has applied; run after the view stands still. */
export async function carryHistory(
  server: SqlSession,
  view: ViewModel,
  places: readonly HistoryFrom[],
): Promise<void> {
  if (!view.history) return;
  const to = placed(view.database, HISTORY_TABLE);
  const from = placed(shadowOf(view).database, HISTORY_TABLE);
  for (const { unit, topic, partition, offset } of places) {
    await server.execute(
      `INSERT IGNORE INTO ${to} SELECT * FROM ${from} WHERE unit = ? AND topic = ? AND \`partition\` = ? AND \`offset\` >= ?`,
      [unit, topic, partition, offset],
    );
  }
}

export async function dropDatabases(server: SqlSession, names: readonly string[]): Promise<void> {
  for (const name of names) await server.execute(`DROP DATABASE IF EXISTS ${quoteName(name)}`);
}

async function tablesOf(server: SqlSession, database: string): Promise<string[]> {
  const rows = await server.query<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ? AND table_type = 'BASE TABLE' ORDER BY table_name",
    [database],
  );
  return rows.map(({ name }) => name).filter((name) => !STAYING.has(name));
}

function placed(database: string, table: string): string {
  return `${quoteName(database)}.${quoteName(table)}`;
}
