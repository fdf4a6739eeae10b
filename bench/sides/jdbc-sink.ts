/**
 * The peer of `apply` and `latency`: Debezium's JDBC sink in the Connect worker, set up for speed
 * as its own documentation advises, with a Kafka user and a database user of its own.
 */
import { join } from 'node:path';
import { writeSecretFile } from '../../bus/base/secrets.ts';
import type { ConnectorConfig } from '../../bus/connect/connect.ts';
import { RESIDENT_TABLE } from '../register/register.ts';
import type { Site } from '../site.ts';

const USER = 'bench-peer';
const DATABASE_USER = 'bench_peer';
const SECRETS_FILE = 'bench-peer.properties';

export type PeerSettings = {
  readonly tasks: number;
  readonly batchRows: number;
  /** Query part of the JDBC address. */
  readonly urlOptions: string;
};

/**
 * The fastest of what was tried: batches as large as the peer's documentation advises, in the
 * driver's own bulk messages. Four tasks were slower than one: each merges fewer changes of a row.
 */
export const PEER_SETTINGS: PeerSettings = {
  tasks: 1,
  batchRows: 1_000,
  urlOptions: 'rewriteBatchedStatements=true&useBulkStmts=true',
};

/** The peer's Kafka user, database user and secrets; once per stack. */
export async function preparePeer(site: Site, topic: string): Promise<void> {
  const kafka = await site.makePassword('bench-peer-kafka.password');
  const database = await site.makePassword('bench-peer-database.password');
  await site.admin.setUsers([{ name: USER, password: kafka.password }]);
  const rule = { principal: `User:${USER}`, operation: 'read' } as const;
  await site.admin.createAcls([
    { ...rule, resource: 'topic', name: topic, match: 'literal' },
    { ...rule, resource: 'group', name: 'connect-bench-peer-', match: 'prefixed' },
  ]);
  await site.sql.hub.execute(`CREATE USER '${DATABASE_USER}'@'127.0.0.1' IDENTIFIED BY ?`, [
    database.password,
  ]);
  await writeSecretFile(
    join(site.endpoints.connect.secretsFolder, SECRETS_FILE),
    [
      `kafkaPassword=${kafka.password}`,
      `databasePassword=${database.password}`,
      `registryPassword=${await site.passwordOf(site.endpoints.registry.reader)}`,
      '',
    ].join('\n'),
  );
}

/** An empty database of the peer, with the register's own table. */
export async function makePeerDatabase(site: Site, database: string): Promise<void> {
  const { hub } = site.sql;
  await hub.execute(`CREATE DATABASE ${database} CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin`);
  await (await site.open('hub', database)).execute(RESIDENT_TABLE);
  await hub.execute(`GRANT ALL ON ${database}.* TO '${DATABASE_USER}'@'127.0.0.1'`);
}

export function sinkConfig(
  { endpoints }: Pick<Site, 'endpoints'>,
  of: { readonly topic: string; readonly database: string; readonly settings: PeerSettings },
): ConnectorConfig {
  const { host, port } = endpoints.databases.hub;
  const { tasks, batchRows, urlOptions } = of.settings;
  const file = join(endpoints.connect.secretsFolder, SECRETS_FILE);
  const secret = (key: string) => `\${file:${file}:${key}}`;
  return {
    'connector.class': 'io.debezium.connector.jdbc.JdbcSinkConnector',
    'tasks.max': String(tasks),
    topics: of.topic,
    'connection.url': `jdbc:mariadb://${host}:${port}/${of.database}?${urlOptions}`,
    'connection.username': DATABASE_USER,
    'connection.password': secret('databasePassword'),
    'insert.mode': 'upsert',
    'delete.enabled': 'true',
    'primary.key.mode': 'record_key',
    'schema.evolution': 'none',
    'collection.name.format': 'resident',
    'use.reduction.buffer': 'true',
    'batch.size': String(batchRows),
    'consumer.override.max.poll.records': String(batchRows),
    'consumer.override.sasl.jaas.config': `org.apache.kafka.common.security.scram.ScramLoginModule required username="${USER}" password="${secret('kafkaPassword')}";`,
    ...avroConverter('key', endpoints.registry, secret('registryPassword')),
    ...avroConverter('value', endpoints.registry, secret('registryPassword')),
  };
}

function avroConverter(
  part: 'key' | 'value',
  { nativeUrl, reader }: Site['endpoints']['registry'],
  password: string,
): ConnectorConfig {
  const prefix = `${part}.converter.apicurio`;
  return {
    [`${part}.converter`]: 'io.apicurio.registry.utils.converter.AvroConverter',
    [`${prefix}.registry.url`]: nativeUrl,
    [`${prefix}.registry.as-confluent`]: 'true',
    [`${prefix}.registry.use-id`]: 'contentId',
    [`${prefix}.registry.headers.enabled`]: 'false',
    [`${prefix}.auth.username`]: reader.user,
    [`${prefix}.auth.password`]: password,
  };
}

/** The last cause that a failed task of connector `name` gave; undefined while none failed. */
export async function failedTrace(site: Site, name: string): Promise<string | undefined> {
  const status = await site.connect.statusOf(name);
  const failed = status?.tasks.find(({ state }) => state === 'failed');
  if (!failed) return undefined;
  const lines = (failed.trace ?? 'no trace').split('\n');
  return lines.findLast((line) => line.startsWith('Caused by: ')) ?? lines[0] ?? '';
}
