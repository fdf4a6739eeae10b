/**
 * A subscriber as an organization has it: a subscriber.yaml with its secrets beside it, and a
 * database whose user may do nothing elsewhere.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ensureOrgKeys, orgKeyFile } from '../../../bus/agreement/signature/keys.ts';
import { newSecret, writeSecretFile } from '../../../bus/base/secrets.ts';
import { dialectOf } from '../../../bus/pair/subscriber/dialect.ts';
import { installSubscriberDatabase } from '../../../consumers/subscriber/install.ts';
import type { DatabaseRole, TestStack } from '../env.ts';
import { copyRows } from './copy-rig.ts';
import type { RealPair } from './real-pair.ts';
import { dropUser } from '../drop-user.ts';

const SUBSCRIBER = 'BJ-DSJ';

let serial = 0;

/** Everything a subscriber has: a file, four secrets, a database of its own. */
export async function subscriberOf(
  pair: RealPair,
  {
    stack,
    folder,
    role,
  }: {
    readonly stack: TestStack;
    readonly folder: string;
    readonly role: Extract<DatabaseRole, 'subscribers' | 'registers'>;
  },
) {
  await ensureOrgKeys(folder, [SUBSCRIBER]);
  const engine = role === 'registers' ? 'postgresql' : 'mariadb';
  const server =
    role === 'registers' ? stack.endpoints.postgres[role] : stack.endpoints.databases[role];
  const { host, port, root } = server;
  const database = `${stack.prefix}_x${++serial}`;
  const administrator = {
    engine,
    host,
    port,
    user: root.user,
    password: await stack.password(root),
  } as const;
  const asRoot = await stack.openSql(role);
  const user = `u_${database}`;
  const password = newSecret();
  await installSubscriberDatabase(administrator, { database, user, password });
  stack.atEnd(async () => {
    if (role === 'registers') {
      await asRoot.execute(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
      await asRoot.execute(`DROP ROLE IF EXISTS ${user}`);
    } else {
      await asRoot.execute(`DROP DATABASE IF EXISTS ${database}`);
      await dropUser(asRoot, user);
    }
  });
  await writeSecretFile(join(folder, `${engine}.kafka`), pair.as.password);
  await writeSecretFile(join(folder, `${engine}.database`), password);
  const { registry, kafka } = stack.endpoints;
  const file = join(folder, `${engine}.yaml`);
  await writeFile(
    file,
    stringify({
      kind: 'Subscriber',
      agreement: pair.agreementId,
      delivery: 'realtime',
      kafka: { brokers: [...kafka.brokers], passwordFile: `${engine}.kafka` },
      registry: {
        url: registry.url,
        user: registry.reader.user,
        passwordFile: registry.reader.passwordFile,
      },
      database: {
        engine,
        host,
        port,
        user,
        passwordFile: `${engine}.database`,
        name: database,
        table: 'sale',
      },
      signing: { keyFile: orgKeyFile(folder, SUBSCRIBER) },
    }),
  );
  const own = await stack.openSql(role, { database, as: { user, password } });
  return { file, own, rows: () => copyRows(own, dialectOf(engine), 'sale') };
}
