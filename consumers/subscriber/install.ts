/**
 * A place for a subscriber's copy: a database and a user who may do everything in it and nothing
 * elsewhere. For demos and tests; at a real subscriber its DBA does this (docs/deploy-a-consumer.md
 * has the statements). Doing it twice changes nothing but the password.
 */
import { ensureAccount } from '../../bus/sql/mysql/account.ts';
import { openTarget } from '../../bus/sql/open-database.ts';
import { quoteName } from '../../bus/sql/mysql/mysql-literal.ts';
import { postgresText, quotePostgresName } from '../../bus/sql/postgres/postgres-literal.ts';
import type { SqlDatabase, SqlTarget } from '../../bus/sql/sql.ts';

export type SubscriberPlace = {
  readonly database: string;
  readonly user: string;
  readonly password: string;
};

/** `administrator` may create databases and users on the subscriber's server. */
export async function installSubscriberDatabase(
  administrator: SqlTarget,
  place: SubscriberPlace,
): Promise<void> {
  const server = openTarget(administrator, { connectionsMax: 1 });
  try {
    if (administrator.engine === 'postgresql') await onPostgres(server, place);
    else await onMariadb(server, place);
  } finally {
    await server.close();
  }
}

async function onMariadb(server: SqlDatabase, place: SubscriberPlace): Promise<void> {
  const { database, user, password } = place;
  await server.execute(
    `CREATE DATABASE IF NOT EXISTS ${quoteName(database)} CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin`,
  );
  const rights = 'SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX';
  await ensureAccount(server, {
    user,
    password,
    grants: [{ rights, on: { database } }],
  });
}

async function onPostgres(server: SqlDatabase, place: SubscriberPlace): Promise<void> {
  const { database, user, password } = place;
  const [name, role] = [quotePostgresName(database), quotePostgresName(user)];
  const isRole = await server.query('SELECT 1 FROM pg_roles WHERE rolname = ?', [user]);
  const verb = isRole.length > 0 ? 'ALTER' : 'CREATE';
  await server.execute(`${verb} ROLE ${role} LOGIN PASSWORD ${postgresText(password)}`);
  const isDatabase = await server.query('SELECT 1 FROM pg_database WHERE datname = ?', [database]);
  if (isDatabase.length === 0)
    await server.execute(
      `CREATE DATABASE ${name} OWNER ${role} TEMPLATE template0 ENCODING 'UTF8'`,
    );
}
