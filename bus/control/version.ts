/** The control version: grows by one with everything that is decided or deployed, and is the lock of all writers. */
import { must } from '../base/assert.ts';
import type { SqlSession } from '../sql/sql.ts';

/** Locks the version until the transaction ends, adds `by`, and answers what it was before. */
export async function bumpVersion(session: SqlSession, by = 1): Promise<bigint> {
  const [row] = await session.query<{ version: number | string }>(
    'SELECT version FROM control_version WHERE one = 1 FOR UPDATE',
  );
  await session.execute('UPDATE control_version SET version = version + ? WHERE one = 1', [by]);
  return BigInt(must(row, 'the control version is there').version);
}
