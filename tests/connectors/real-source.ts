/** A department of its own for one test file: database, capture user, password and source.yaml. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '../../bus/base/retry.ts';
import { newSecret, writeSecretFile } from '../../bus/base/secrets.ts';
import { createConnectCluster } from '../../bus/connect/rest/rest-cluster.ts';
import type { KafkaBus } from '../../bus/kafka/kafka.ts';
import { createConfluentRegistry } from '../../bus/registry/confluent/confluent-registry.ts';
import { openDatabase } from '../../bus/sql/mysql/mysql-database.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import { removeSources, type SourcePorts } from '../../connectors/apply.ts';
import { contextOf, type SourceContext } from '../../connectors/context.ts';
import { LOOPBACK_HOSTS } from '../../bus/sql/mysql/account.ts';
import { CAPTURE_GRANTS } from '../../producers/capture-grants.ts';
import type { TestStack } from '../support/env.ts';

export type RealSource = {
  readonly name: string;
  readonly database: string;
  readonly captureUser: string;
  /** The department's own connection, as root. */
  readonly sql: SqlDatabase;
  readonly ports: SourcePorts;
  readonly kafka: KafkaBus;
  readonly context: SourceContext;
  /** Writes source.yaml, `change`d, and answers its file. */
  file(change?: (yaml: string) => string): Promise<string>;
  /** Runs `statement` for the capture user at each host; `{user}` stands for it. */
  forUser(statement: string): Promise<void>;
};

const CAPTURED_TIMEOUT_MS = 160_000;

const TABLE = `CREATE TABLE person (
  id_number VARCHAR(18) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL PRIMARY KEY,
  name VARCHAR(100) NULL,
  born_on DATE NULL,
  photo VARBINARY(64) NULL
)`;

/** Makes it all, with the rights of CAPTURE_GRANTS on `person`, and takes it down at the end. */
export async function realSource(stack: TestStack, suffix = 'register'): Promise<RealSource> {
  const { database, sql } = await stack.newDatabase('providers', suffix);
  const name = `t-${stack.prefix}-${suffix}`;
  const captureUser = `cdc_${database}`;
  const context = contextOf(stack.endpoints);
  const password = newSecret();
  const kafka = await stack.kafka();
  const { url, login } = stack.endpoints.connect;
  const connect = createConnectCluster({
    url,
    user: login.user,
    password: await stack.password(login),
  });
  const admin = await kafka.admin();
  const { developer, ...registryAt } = stack.endpoints.registry;
  const registry = createConfluentRegistry({
    url: registryAt.url,
    nativeUrl: registryAt.nativeUrl,
    user: developer.user,
    password: await stack.password(developer),
  });
  const ports: SourcePorts = { admin, connect, registry, openDatabase };
  const forUser = async (statement: string) => {
    for (const host of LOOPBACK_HOSTS) {
      await sql.execute(statement.replaceAll('{user}', `'${captureUser}'@'${host}'`));
    }
  };
  await sql.execute(TABLE);
  await forUser(`CREATE USER {user} IDENTIFIED BY '${password}'`);
  await forUser(`GRANT ${CAPTURE_GRANTS.global.join(', ')} ON *.* TO {user}`);
  await forUser(`GRANT ${CAPTURE_GRANTS.table.join(', ')} ON ${database}.person TO {user}`);
  await writeSecretFile(join(context.secretsFolder, `${captureUser}.password`), `${password}\n`);
  stack.atEnd(async () => {
    await removeSources([name], { ports });
    await forUser('DROP USER {user}');
    for (const file of secretFilesOf({ name, captureUser, context }))
      await rm(file, { force: true });
    await admin.close();
  });
  const folder = await mkdtemp(join(tmpdir(), 'source-'));
  return {
    name,
    database,
    captureUser,
    sql,
    ports,
    kafka,
    context,
    forUser,
    async file(change = (yaml) => yaml) {
      const file = join(folder, 'source.yaml');
      await writeFile(file, change(sourceYaml({ name, database, captureUser })));
      return file;
    },
  };
}

/** Waits for what only a running capture can bring about; a failure tells what its connector does. */
export async function untilCaptured<T>(
  { name, ports }: Pick<RealSource, 'name' | 'ports'>,
  what: string,
  probe: () => Promise<T | undefined>,
  { intervalMs = 200 }: { readonly intervalMs?: number } = {},
): Promise<T> {
  try {
    return await waitFor(probe, { what, timeoutMs: CAPTURED_TIMEOUT_MS, intervalMs });
  } catch (error) {
    const status = await ports.connect.statusOf(`src-${name}`);
    throw new Error(`${what}: the connector is ${JSON.stringify(status)}`, { cause: error });
  }
}

function secretFilesOf({
  name,
  captureUser,
  context,
}: Pick<RealSource, 'name' | 'captureUser' | 'context'>): string[] {
  return [
    join(context.secretsFolder, `${captureUser}.password`),
    join(context.secretsFolder, 'kafka-users', `src-${name}.password`),
    join(context.connect.secretsFolder, `src-${name}.properties`),
  ];
}

function sourceYaml({
  name,
  database,
  captureUser,
}: Pick<RealSource, 'name' | 'database' | 'captureUser'>): string {
  return `apiVersion: civicbus/v1
kind: Source
name: ${name}
organization: police
engine: mariadb
connection: { server: providers, database: ${database}, tls: disable }
capture: { user: ${captureUser}, passwordFile: ${captureUser}.password, pollIntervalMs: 100 }
tables:
  - name: person
    owner: register-office
    key: [id_number]
    columns:
      - { name: id_number, type: varchar(18), classification: personal }
      - { name: name, type: varchar(100), classification: personal }
      - { name: born_on, type: date, classification: personal }
      - { name: photo, type: varbinary(64), classification: sensitive, captured: false }
`;
}
