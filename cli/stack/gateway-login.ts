/**
 * The gateway's logins: its own Kafka user, a reader of the control database, and a user of the hub
 * that may SELECT from the tables of shared resources, make cuts of days, and do nothing else.
 */
import { join } from 'node:path';
import type { Log } from '../../bus/base/log.ts';
import { readSecretFile } from '../../bus/base/secrets.ts';
import { createKafkaBus } from '../../bus/kafka/kafkajs/kafkajs-bus.ts';
import type { KafkaBus } from '../../bus/kafka/kafka.ts';
import { GATEWAY } from '../../bus/pair/access.ts';
import { hubRights, type HubRightsOptions } from '../../bus/pair/gateway/hub-rights.ts';
import type { HubTables } from '../../bus/pair/gateway/known-views.ts';
import { ensurePassword } from '../../bus/plan/secret-files.ts';
import { userPasswordFile } from '../../bus/plan/view-access.ts';
import { ensureAccount } from '../../bus/sql/mysql/account.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import type { StackAccess } from './access.ts';
import { controlPasswordFile } from './control.ts';

/** Where the keys of masks are; only the gateway reads them. */
export function maskKeysFolder({ secretsFolder }: Pick<StackAccess, 'secretsFolder'>): string {
  return join(secretsFolder, 'mask-keys');
}

/** The hub as the gateway's user, which is made where it is not there; it has no right yet (see gatewayTables). */
export async function openGatewayHub(access: StackAccess): Promise<SqlDatabase> {
  const password = await ensurePassword(controlPasswordFile(access, GATEWAY.user));
  const root = await access.root('hub');
  await ensureAccount(root, { user: GATEWAY.user, password, grants: [] });
  return access.open({ ...access.address('hub'), user: GATEWAY.user, password });
}

/** Gives the gateway's user its rights on tables of shared resources, once each is needed. */
export function gatewayTables(
  access: StackAccess,
  declared: Pick<HubRightsOptions, 'resources' | 'readResources'>,
): HubTables {
  return hubRights({
    ...declared,
    user: GATEWAY.user,
    administrator: () => access.root('hub'),
  });
}

export async function openGatewayKafka(
  { endpoints, secretsFolder }: StackAccess,
  log: Log,
): Promise<KafkaBus> {
  return createKafkaBus({
    brokers: endpoints.kafka.brokers,
    user: GATEWAY.user,
    password: await readSecretFile(userPasswordFile(secretsFolder, GATEWAY.user)),
    clientId: GATEWAY.user,
    log,
  });
}
