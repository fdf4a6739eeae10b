/** A user of the hub for people who look: it may read the shared views and nothing else. */
import { join } from 'node:path';
import { ensurePassword } from '../../bus/plan/secret-files.ts';
import { ensureAccount } from '../../bus/sql/mysql/account.ts';
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
  await ensureAccount(await access.root('hub'), {
    user,
    password: await ensurePassword(passwordFile),
    grants: views.map(({ database }) => ({ rights: 'SELECT', on: { database } })),
  });
}
