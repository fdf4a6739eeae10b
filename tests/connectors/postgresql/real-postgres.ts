/** A department on PostgreSQL for one test file: database, capture role, publication, source.yaml. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newSecret, writeSecretFile } from '../../../bus/base/secrets.ts';
import { createConnectCluster } from '../../../bus/connect/rest/rest-cluster.ts';
import { openTarget } from '../../../bus/sql/open-database.ts';
import { postgresText } from '../../../bus/sql/postgres/postgres-literal.ts';
import { removeSources, type SourcePorts } from '../../../connectors/apply.ts';
import { contextOf } from '../../../connectors/context.ts';
import { postgresNames } from '../../../connectors/postgresql/names.ts';
import { retry } from '../../../bus/base/retry.ts';
import type { TestStack } from '../../support/env.ts';
import type { RealSource } from '../real-source.ts';

const TABLE = `CREATE TABLE person (
  id_number varchar(18) NOT NULL PRIMARY KEY,
  name varchar(100),
  born_on date,
  photo bytea
)`;

export type RealPostgres = RealSource & {
  readonly publication: string;
  readonly slot: string;
};

/**
 * Makes it all as a DBA would, for the table made by `create`, and takes it down at the end. The
 * capture role has the least rights; a test may give or take some.
 */
export async function realPostgres(
  stack: TestStack,
  {
    suffix = 'register',
    create = TABLE,
  }: { readonly suffix?: string; readonly create?: string } = {},
): Promise<RealPostgres> {
  const { database, sql } = await stack.newDatabase('registers', suffix);
  const name = `t-${stack.prefix}-${suffix}`;
  const { slot, publication } = postgresNames(name);
  const captureUser = `cdc_${database}`;
  const context = contextOf(stack.endpoints);
  const password = newSecret();
  await sql.execute(create);
  await sql.execute('ALTER TABLE person REPLICA IDENTITY FULL');
  await sql.execute(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`);
  const login = `LOGIN REPLICATION PASSWORD ${postgresText(password)}`;
  await sql.execute(`CREATE ROLE ${captureUser} ${login}`);
  await sql.execute(`GRANT CONNECT ON DATABASE ${database} TO ${captureUser}`);
  await sql.execute(`GRANT SELECT ON person TO ${captureUser}`);
  await sql.execute(`CREATE PUBLICATION ${publication} FOR TABLE person`);
  const passwordFile = join(context.secretsFolder, `${captureUser}.password`);
  await writeSecretFile(passwordFile, `${password}\n`);
  const kafka = await stack.kafka();
  const admin = await kafka.admin();
  const ports: SourcePorts = { admin, connect: await connectOf(stack), openDatabase: openTarget };
  const server = await stack.openSql('registers');
  stack.atEnd(async () => {
    await removeSources([name], { ports });
    // The task ends a moment after its connector.
    await retry(
      () =>
        server.query(
          `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = ?`,
          [slot],
        ),
      { attemptsMax: 300, delayMsMax: 500 },
    );
    await server.execute(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    await server.execute(`DROP ROLE ${captureUser}`);
    const kafkaUser = join(context.secretsFolder, 'kafka-users', `src-${name}.password`);
    const connector = join(context.connect.secretsFolder, `src-${name}.properties`);
    for (const file of [passwordFile, kafkaUser, connector]) await rm(file, { force: true });
    await admin.close();
  });
  const folder = await mkdtemp(join(tmpdir(), 'source-'));
  stack.atEnd(() => rm(folder, { recursive: true }));
  return {
    name,
    database,
    captureUser,
    publication,
    slot,
    sql,
    ports,
    kafka,
    context,
    async forUser(statement) {
      await sql.execute(statement.replaceAll('{user}', captureUser));
    },
    async file(change = (yaml) => yaml) {
      const file = join(folder, 'source.yaml');
      await writeFile(file, change(sourceYaml({ name, database, captureUser })));
      return file;
    },
  };
}

async function connectOf(stack: TestStack) {
  const { url, login } = stack.endpoints.connect;
  return createConnectCluster({ url, user: login.user, password: await stack.password(login) });
}

function sourceYaml({
  name,
  database,
  captureUser,
}: Pick<RealSource, 'name' | 'database' | 'captureUser'>): string {
  return `apiVersion: civicbus/v1
kind: Source
name: ${name}
organization: health
engine: postgresql
connection: { server: registers, database: ${database}, tls: disable }
capture: { user: ${captureUser}, passwordFile: ${captureUser}.password, pollIntervalMs: 100, heartbeatIntervalMs: 1000 }
tables:
  - name: person
    owner: register-office
    key: [id_number]
    columns:
      - { name: id_number, type: varchar(18), classification: personal }
      - { name: name, type: varchar(100), classification: personal }
      - { name: born_on, type: date, classification: personal }
      - { name: photo, type: bytea, classification: sensitive, captured: false }
`;
}
