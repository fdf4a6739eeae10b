/**
 * A database user with its password and rights, the same from each host it may come from. Doing it
 * twice changes nothing but the password; rights are only ever added. Names and password travel as
 * values beside the statements, so that no statement's text shows a password.
 */
import type { SqlSession } from '../sql.ts';
import { quoteName } from './mysql-literal.ts';

/** Both names of the loopback address; a server takes them for different hosts. */
export const LOOPBACK_HOSTS = ['127.0.0.1', 'localhost'] as const;

export type Grant = {
  /** As in the statement, e.g. "SELECT, INSERT". */
  readonly rights: string;
  /** The whole server, one table, or without one every table of the database. */
  readonly on: '*.*' | { readonly database: string; readonly table?: string };
};

export type Account = {
  readonly user: string;
  readonly password: string;
  /** From where it may log in; default LOOPBACK_HOSTS. */
  readonly hosts?: readonly string[];
  readonly grants: readonly Grant[];
};

/** Needs an administrator's session. Throws SQL errors; a repeated call completes what one cut off left. */
export async function ensureAccount(
  administrator: SqlSession,
  { user, password, hosts = LOOPBACK_HOSTS, grants }: Account,
): Promise<void> {
  // All names are checked before anything is sent.
  const wanted = grants.map(({ rights, on }) => `GRANT ${rights} ON ${placeOf(on)} TO ?@?`);
  for (const host of hosts) {
    // Never CREATE OR REPLACE: for a moment the user would have no rights and what runs would stop.
    await administrator.execute('CREATE USER IF NOT EXISTS ?@? IDENTIFIED BY ?', [
      user,
      host,
      password,
    ]);
    await administrator.execute('ALTER USER ?@? IDENTIFIED BY ?', [user, host, password]);
    for (const statement of wanted) await administrator.execute(statement, [user, host]);
  }
}

function placeOf(on: Grant['on']): string {
  if (on === '*.*') return on;
  return `${quoteName(on.database)}.${on.table === undefined ? '*' : quoteName(on.table)}`;
}
