/** A user of the hub for people who look: it may read the shared views and nothing else. */
import { join } from 'node:path';
import { ensurePassword } from '../../bus/plan/secret-files.ts';
import { literal, quoteName } from '../../bus/sql/mysql/mysql-literal.ts';
import type { ViewModel } from '../../bus/view/view.ts';
import type { Login } from '../../infra/stack.ts';
import type { StackAccess } from '../stack/access.ts';

const USER = 'view_reader';

export function readerLogin(secretsFolder: string): Login {
  return { user: USER, passwordFile: join(secretsFolder, 'hub-users', `${USER}.password`) };
}

/** Safe to repeat. */
export async function ensureReader(
  views: readonly ViewModel[],
  access: StackAccess,
): Promise<void> {
  const { user, passwordFile } = readerLogin(access.secretsFolder);
  const password = literal(await ensurePassword(passwordFile));
  const hub = await access.root('hub');
  for (const host of ['127.0.0.1', 'localhost']) {
    const account = `${literal(user)}@${literal(host)}`;
    await hub.execute(`CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY ${password}`);
    await hub.execute(`ALTER USER ${account} IDENTIFIED BY ${password}`);
    for (const { database } of views) {
      await hub.execute(`GRANT SELECT ON ${quoteName(database)}.* TO ${account}`);
    }
  }
}
