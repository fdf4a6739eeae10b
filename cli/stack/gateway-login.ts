/**
 * The gateway's logins: its own Kafka user, a reader of the control database, and a user of the hub
 * that may SELECT from the tables of shared resources, make cuts of days, and do nothing else.
 */
import { join } from 'node:path';
import type { Resource } from '../../bus/agreement/resource.ts';
import type { Log } from '../../bus/base/log.ts';
import { readSecretFile } from '../../bus/base/secrets.ts';
import { createKafkaBus } from '../../bus/kafka/kafkajs/kafkajs-bus.ts';
import type { KafkaBus } from '../../bus/kafka/kafka.ts';
import { GATEWAY } from '../../bus/pair/access.ts';
import { ensurePassword } from '../../bus/plan/secret-files.ts';
import { userPasswordFile } from '../../bus/plan/view-access.ts';
import { literal, quoteName } from '../../bus/sql/mysql/mysql-literal.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import { CUTOFF_TABLE } from '../../bus/view/store/migrations.ts';
import type { StackAccess } from './access.ts';
import { controlPasswordFile } from './control.ts';

/** Where the keys of masks are; only the gateway reads them. */
export function maskKeysFolder({ secretsFolder }: Pick<StackAccess, 'secretsFolder'>): string {
  return join(secretsFolder, 'mask-keys');
}

const HOSTS = ['127.0.0.1', 'localhost'] as const;

/**
 * The hub as the gateway's user, which is made, with its rights, where it is not there. Tables of a
 * view that was not applied yet give no rights: a gateway that starts after it has them.
 */
export async function openGatewayHub(
  access: StackAccess,
  resources: readonly Resource[],
): Promise<SqlDatabase> {
  const password = await ensurePassword(controlPasswordFile(access, GATEWAY.user));
  const root = await access.root('hub');
  const isThere = await tablesOf(root, [...new Set(resources.map(({ rows }) => rows.database))]);
  for (const host of HOSTS) {
    const account = `${literal(GATEWAY.user)}@${literal(host)}`;
    await root.execute(`CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY ${literal(password)}`);
    await root.execute(`ALTER USER ${account} IDENTIFIED BY ${literal(password)}`);
    for (const { rows } of resources)
      if (isThere(rows.database, rows.table))
        await root.execute(
          `GRANT SELECT ON ${quoteName(rows.database)}.${quoteName(rows.table)} TO ${account}`,
        );
    for (const database of new Set(resources.map(({ rows }) => rows.database)))
      if (isThere(database, CUTOFF_TABLE))
        await root.execute(
          `GRANT SELECT, INSERT ON ${quoteName(database)}.${quoteName(CUTOFF_TABLE)} TO ${account}`,
        );
  }
  return access.open({ ...access.address('hub'), user: GATEWAY.user, password });
}

async function tablesOf(
  root: SqlDatabase,
  databases: readonly string[],
): Promise<(database: string, table: string) => boolean> {
  const rows = await root.query<{ db: string; name: string }>(
    'SELECT table_schema AS db, table_name AS name FROM information_schema.tables WHERE table_schema IN (?)',
    [databases],
  );
  const known = new Set(rows.map(({ db, name }) => `${db}.${name}`));
  return (database, table) => known.has(`${database}.${table}`);
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
