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

export type Rights = {
  readonly user: string;
  /** From where it may log in; default LOOPBACK_HOSTS. */
  readonly hosts?: readonly string[];
  readonly grants: readonly Grant[];
};

export type Account = Rights & { readonly password: string };

/** Needs an administrator's session. Throws SQL errors; a repeated call completes what one cut off left. */
export async function ensureAccount(
  administrator: SqlSession,
  { password, ...rights }: Account,
): Promise<void> {
  const { user, hosts = LOOPBACK_HOSTS } = rights;
  // All names are checked before anything is sent.
  const statements = statementsOf(rights);
  for (const host of hosts) {
    // Never CREATE OR REPLACE: for a moment the user would have no rights and what runs would stop.
    await administrator.execute('CREATE USER IF NOT EXISTS ?@? IDENTIFIED BY ?', [
      user,
      host,
      password,
    ]);
    await administrator.execute('ALTER USER ?@? IDENTIFIED BY ?', [user, host, password]);
    for (const statement of statements) await administrator.execute(statement, [user, host]);
  }
}

/** Rights for a user that is there. */
export async function grantRights(administrator: SqlSession, rights: Rights): Promise<void> {
  for (const host of rights.hosts ?? LOOPBACK_HOSTS)
    for (const statement of statementsOf(rights))
      await administrator.execute(statement, [rights.user, host]);
}

function statementsOf({ grants }: Rights): readonly string[] {
  return grants.map(({ rights, on }) => `GRANT ${rights} ON ${placeOf(on)} TO ?@?`);
}

function placeOf(on: Grant['on']): string {
  if (on === '*.*') return on;
  return `${quoteName(on.database)}.${on.table === undefined ? '*' : quoteName(on.table)}`;
}
