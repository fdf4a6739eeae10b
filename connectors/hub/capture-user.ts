/**
 * The user as which a view's tables are captured on the hub, with the least rights: SELECT on each
 * captured table and no other, and what reading a binary log takes. Made by the hub's own
 * administrator, so that no DBA is needed; the preflight checks it like a department's.
 */
import { literal, quoteName } from '../../bus/sql/mysql/mysql-literal.ts';
import type { SqlSession } from '../../bus/sql/sql.ts';
import { CAPTURE_GRANTS, CAPTURE_HOSTS } from '../../producers/capture-grants.ts';
import type { Source } from '../source.ts';

/** Makes the user of `source` with `password`, or gives it that one. Doing it twice changes nothing. */
export async function ensureCaptureUser(
  administrator: SqlSession,
  { connection, capture, tables }: Source,
  password: string,
): Promise<void> {
  for (const host of CAPTURE_HOSTS) {
    const account = `${literal(capture.user)}@${literal(host)}`;
    await administrator.execute(
      `CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY ${literal(password)}`,
    );
    await administrator.execute(`ALTER USER ${account} IDENTIFIED BY ${literal(password)}`);
    await administrator.execute(`GRANT ${CAPTURE_GRANTS.global.join(', ')} ON *.* TO ${account}`);
    for (const { name } of tables) {
      const table = `${quoteName(connection.database)}.${quoteName(name)}`;
      await administrator.execute(
        `GRANT ${CAPTURE_GRANTS.table.join(', ')} ON ${table} TO ${account}`,
      );
    }
  }
}
