/** The two users of a view's consumer, one on the broker and one on the hub, and their password files. */
import { join } from 'node:path';
import { userPasswordFile } from '../../bus/plan/view-access.ts';
import { viewGroup, type ViewModel } from '../../bus/view/view.ts';
import { viewDatabaseUser } from '../../consumers/install.ts';
import type { Login } from '../../infra/stack.ts';

export type ViewLogins = { readonly kafka: Login; readonly hub: Login };

export function viewLogins(view: ViewModel, secretsFolder: string): ViewLogins {
  const kafkaUser = viewGroup(view.name);
  const hubUser = viewDatabaseUser(view);
  return {
    kafka: { user: kafkaUser, passwordFile: userPasswordFile(secretsFolder, kafkaUser) },
    hub: { user: hubUser, passwordFile: join(secretsFolder, 'hub-users', `${hubUser}.password`) },
  };
}
