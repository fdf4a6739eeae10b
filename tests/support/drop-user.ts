/** Takes away what ensureAccount made, for all hosts it may come from; none of it need be there. */
import { LOOPBACK_HOSTS } from '../../bus/sql/mysql/account.ts';
import type { SqlSession } from '../../bus/sql/sql.ts';

/** Needs an administrator's session. */
export async function dropUser(administrator: SqlSession, user: string): Promise<void> {
  for (const host of LOOPBACK_HOSTS)
    await administrator.execute('DROP USER IF EXISTS ?@?', [user, host]);
}
