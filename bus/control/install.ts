/**
 * Makes the control database and its two users. Doing it twice changes nothing. The writer may add
 * events and never change or remove one; the reader sees states and deployments only. Needs an
 * administrator of the hub's server.
 */
import { migrate } from '../sql/mysql/migrate.ts';
import { openDatabase } from '../sql/mysql/mysql-database.ts';
import { literal, quoteName } from '../sql/mysql/mysql-literal.ts';
import type { SqlDatabase, SqlTarget } from '../sql/sql.ts';
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
    await grant(server, { ...writer, database, tables: CONTROL_GRANTS.writer });
    await grant(server, { ...reader, database, tables: CONTROL_GRANTS.reader });
  } finally {
    await server.close();
  }
}

async function grant(
  server: SqlDatabase,
  {
    user,
    password,
    database,
    tables,
  }: User & { readonly database: string; readonly tables: Readonly<Record<string, string>> },
): Promise<void> {
  for (const host of ['127.0.0.1', 'localhost']) {
    const account = `${literal(user)}@${literal(host)}`;
    await server.execute(`CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY ${literal(password)}`);
    await server.execute(`ALTER USER ${account} IDENTIFIED BY ${literal(password)}`);
    for (const [table, rights] of Object.entries(tables)) {
      await server.execute(
        `GRANT ${rights} ON ${quoteName(database)}.${quoteName(table)} TO ${account}`,
      );
    }
  }
}
