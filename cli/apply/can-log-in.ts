/** Whether a user of ours on the hub has the password of its file: the only proof is to log in. */
import { isBusError } from '../../bus/base/errors.ts';
import { readSecretFile } from '../../bus/base/secrets.ts';
import { isFile } from '../../bus/plan/secret-files.ts';
import type { Login } from '../../infra/stack.ts';
import type { StackAccess } from '../stack/access.ts';

export async function canLogIn(
  { user, passwordFile }: Login,
  access: StackAccess,
): Promise<boolean> {
  if (!(await isFile(passwordFile))) return false;
  const password = await readSecretFile(passwordFile);
  const database = access.open({ ...access.address('hub'), user, password });
  try {
    await database.query('SELECT 1');
    return true;
  } catch (error) {
    if (isBusError(error, 'SQL_ACCESS_DENIED')) return false;
    throw error;
  }
}
