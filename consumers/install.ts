/**
 * Makes the place a view lives in: database, the engine's tables, the view's tables, the reader
 * view and the consumer's own database user. Doing it twice changes nothing. DDL needs an
 * administrator; the consumer itself later runs with `ENGINE_GRANTS` only.
 */
import { BusError } from '../bus/base/errors.ts';
import { ensureAccount, type Grant } from '../bus/sql/mysql/account.ts';
import { migrate } from '../bus/sql/mysql/migrate.ts';
import { openDatabase } from '../bus/sql/mysql/mysql-database.ts';
import { quoteName } from '../bus/sql/mysql/mysql-literal.ts';
import type { SqlTarget } from '../bus/sql/sql.ts';
import { viewDdl, type NamedStatement } from '../bus/view/compile/ddl.ts';
import { tableDifferences } from '../bus/view/store/inspect.ts';
import { ENGINE_GRANTS, ENGINE_MIGRATIONS, HISTORY_TABLE } from '../bus/view/store/migrations.ts';
import { readerViews, type ViewModel } from '../bus/view/view.ts';

export type InstallOptions = {
  /** An administrator of the target server. */
  readonly administrator: SqlTarget;
  /** The consumer's user, made with this password. */
  readonly consumer: { readonly user: string; readonly password: string };
};

/** The database user a view's consumer connects as. */
export function viewDatabaseUser(view: ViewModel): string {
  return `view_${view.name.replaceAll('-', '_')}`;
}

/** Installs `view`; throws VIEW_TABLES_DIFFER when tables of an older declaration are there. */
export async function installView(
  view: ViewModel,
  { administrator, consumer }: InstallOptions,
): Promise<void> {
  await installTables(view, administrator);
  await using server = closing(openDatabase(administrator, { connectionsMax: 1 }));
  await ensureAccount(server.db, { ...consumer, grants: consumerGrants(view) });
}

/** Brings the engine's own tables up to date where the view was installed before, whatever its declaration was. */
export async function migrateView(view: ViewModel, administrator: SqlTarget): Promise<void> {
  await migrate({ ...administrator, database: view.database }, ENGINE_MIGRATIONS);
}

/** Everything of `installView` but the consumer's user. */
export async function installTables(view: ViewModel, administrator: SqlTarget): Promise<void> {
  await using server = closing(openDatabase(administrator, { connectionsMax: 1 }));
  await server.db.execute(
    `CREATE DATABASE IF NOT EXISTS ${quoteName(view.database)} CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin`,
  );
  const target = { ...administrator, database: view.database };
  await migrate(target, ENGINE_MIGRATIONS);
  await using hub = closing(openDatabase(target, { connectionsMax: 1 }));
  const ddl = viewDdl(view);
  const readers = new Set(readerViews(view));
  const isTable = ({ name }: NamedStatement): boolean => !readers.has(name);
  for (const { sql } of ddl.filter(isTable)) await hub.db.execute(sql);
  const [difference] = await tableDifferences(hub.db, view);
  if (difference !== undefined)
    throw new BusError('VIEW_TABLES_DIFFER', { view: view.name, difference });
  // The readers' views name every column: made before the check they would fail without saying why.
  for (const { sql } of ddl.filter((made) => !isTable(made))) await hub.db.execute(sql);
}

function consumerGrants({ database }: ViewModel): Grant[] {
  return [
    { rights: ENGINE_GRANTS, on: { database } },
    // Only what is older than the declared retention is ever deleted, and only there.
    { rights: 'DELETE', on: { database, table: HISTORY_TABLE } },
  ];
}

function closing<T extends { close(): Promise<void> }>(
  db: T,
): AsyncDisposable & { readonly db: T } {
  return { db, [Symbol.asyncDispose]: () => db.close() };
}
