/**
 * The user as which a view's tables are captured on the hub, with the least rights: SELECT on each
 * captured table and no other, and what reading a binary log takes. Made by the hub's own
 * administrator, so that no DBA is needed; the preflight checks it like a department's.
 */
import { ensureAccount } from '../../bus/sql/mysql/account.ts';
import type { SqlSession } from '../../bus/sql/sql.ts';
import { captureGrants } from '../../producers/capture-grants.ts';
import type { Source } from '../source.ts';

/** Makes the user of `source` with `password`, or gives it that one. Doing it twice changes nothing. */
export async function ensureCaptureUser(
  administrator: SqlSession,
  { connection, capture, tables }: Source,
  password: string,
): Promise<void> {
  const { database } = connection;
  await ensureAccount(administrator, {
    user: capture.user,
    password,
    grants: captureGrants(tables.map(({ name }) => ({ database, table: name }))),
  });
}
