/**
 * Makes the control database and its two users. Doing it twice changes nothing. The writer may add
 * events and never change or remove one; the reader sees states and deployments only. Needs an
 * administrator of the hub's server.
 */
import { ensureAccount, type Grant } from '../sql/mysql/account.ts';
import { migrate } from '../sql/mysql/migrate.ts';
import { openDatabase } from '../sql/mysql/mysql-database.ts';
import { quoteName } from '../sql/mysql/mysql-literal.ts';
import type { SqlTarget } from '../sql/sql.ts';
import { CONTROL_DATABASE, CONTROL_GRANTS, CONTROL_MIGRATIONS } from './migrations.ts';

type User = { readonly user: string; readonly password: string };

export type InstallControl = {
  readonly administrator: SqlTarget;
  /** For reconciler and commands. */
  readonly writer: User;
  /** For gateways. */
  readonly reader: User;
  /** Default: the one of the bus; tests have their own. */
  readonly database?: string;
};

/** Users of the control database `database`. */
export function controlUsers(database: string = CONTROL_DATABASE): {
  readonly writer: string;
  readonly reader: string;
} {
  return { writer: `${database}_writer`, reader: `${database}_reader` };
}

export async function installControl({
  administrator,
  writer,
  reader,
  database = CONTROL_DATABASE,
}: InstallControl): Promise<void> {
  const server = openDatabase(administrator, { connectionsMax: 1 });
  try {
    await server.execute(
      `CREATE DATABASE IF NOT EXISTS ${quoteName(database)} CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin`,
    );
    await migrate({ ...administrator, database }, CONTROL_MIGRATIONS);
    const [writes, reads] = [CONTROL_GRANTS.writer, CONTROL_GRANTS.reader];
    await ensureAccount(server, { ...writer, grants: grantsOn(database, writes) });
    await ensureAccount(server, { ...reader, grants: grantsOn(database, reads) });
  } finally {
    await server.close();
  }
}

function grantsOn(database: string, tables: Readonly<Record<string, string>>): Grant[] {
  return Object.entries(tables).map(([table, rights]) => ({ rights, on: { database, table } }));
}
