/** The Connect contract on the real worker, with a connector of the kind that civicbus runs. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeSecretFile } from '../../../bus/base/secrets.ts';
import type { ConnectorConfig } from '../../../bus/connect/connect.ts';
import { createConnectCluster } from '../../../bus/connect/rest/rest-cluster.ts';
import { connectContract } from '../../support/contracts/connect-contract.ts';
import { testStack } from '../../support/env.ts';

const CLASS = 'io.debezium.connector.mariadb.MariaDbConnector';
const stack = await testStack('connectrest');
const { connect, kafka, databases } = stack.endpoints;
const { database } = await stack.newDatabase('providers', 'source');
const secrets = join(connect.secretsFolder, `${stack.prefix}.properties`);
const settings = {
  url: connect.url,
  user: connect.login.user,
  password: await stack.password(connect.login),
};

const databasePassword = await stack.password(databases.providers.root);
const kafkaPassword = await stack.password(kafka.admin);
await writeSecretFile(secrets, `database=${databasePassword}\nkafka=${kafkaPassword}\n`);
stack.atEnd(() => rm(secrets, { force: true }));

const topics = ['history', 'heartbeat'].map((kind) => `${stack.prefix}.${kind}`);
const admin = await (await stack.kafka()).admin();
await admin.createTopics(topics.map((name) => ({ name, partitions: 1, replication: 1 })));
stack.atEnd(async () => {
  const mine = (await admin.listTopics()).filter((name) => name.includes(stack.prefix));
  await admin.deleteTopics(mine);
  await admin.close();
});

connectContract('REST and a real worker', async () => ({
  cluster: createConnectCluster(settings),
  prefix: stack.prefix,
  config: valid(),
  change: ['max.batch.size', '1024'],
  invalid: { 'connector.class': CLASS, 'max.batch.size': 'many' },
}));

test('a wrong password is refused', async () => {
  const stranger = createConnectCluster({ ...settings, password: 'not it' });
  await expect(stranger.list()).rejects.toMatchObject({ code: 'CONNECT_UNAUTHORIZED' });
});

test('a setting that the worker forbids is refused with its reason', async () => {
  const cluster = createConnectCluster(settings);
  const config = { ...valid(), 'producer.override.bootstrap.servers': '127.0.0.1:1' };
  await expect(cluster.applyConnector(`${stack.prefix}-forbidden`, config)).rejects.toMatchObject({
    code: 'CONNECT_REFUSED',
    details: { status: 400, why: expect.stringContaining('bootstrap.servers') as string },
  });
});

function valid(): ConnectorConfig {
  const secret = (key: string) => `\${file:${secrets}:${key}}`;
  const jaas = `org.apache.kafka.common.security.scram.ScramLoginModule required username="${kafka.admin.user}" password="${secret('kafka')}";`;
  const login = (prefix: string) => ({
    [`${prefix}.security.protocol`]: 'SASL_PLAINTEXT',
    [`${prefix}.sasl.mechanism`]: 'SCRAM-SHA-512',
    [`${prefix}.sasl.jaas.config`]: jaas,
  });
  const history = 'schema.history.internal';
  return {
    'connector.class': CLASS,
    'tasks.max': '1',
    'topic.prefix': stack.prefix,
    'database.hostname': databases.providers.host,
    'database.port': String(databases.providers.port),
    'database.user': databases.providers.root.user,
    'database.password': secret('database'),
    'database.server.id': String(1_000_000 + (process.pid % 100_000)),
    'database.ssl.mode': 'disable',
    'database.include.list': database,
    'snapshot.mode': 'no_data',
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'producer.override.sasl.jaas.config': jaas,
    'consumer.override.sasl.jaas.config': jaas,
    'admin.override.sasl.jaas.config': jaas,
    [`${history}.kafka.bootstrap.servers`]: kafka.brokers.join(','),
    [`${history}.kafka.topic`]: `${stack.prefix}.history`,
    ...login(`${history}.producer`),
    ...login(`${history}.consumer`),
  };
}
