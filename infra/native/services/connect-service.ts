/**
 * One Kafka Connect worker: exactly-once sources, its own Kafka user with the least rights,
 * REST on loopback behind a password, connectors that may set only a few client options and
 * read only the connector secrets.
 */
import { join } from 'node:path';
import type { AclRule, TopicSpec } from '../../../bus/kafka/kafka.ts';
import { writeSecretFile } from '../../../bus/base/secrets.ts';
import type { CacheLayout } from '../cache/layout.ts';
import type { Home, Secrets } from '../home.ts';
import type { ProcessSpec } from '../process/supervised-process.ts';
import { basicAuth, fetchStatus } from './http.ts';
import { javaArguments } from './jvm.ts';
import { loggingOption } from './logging.ts';
import { prefixed, type Properties, scramJaas, writeProperties } from './properties.ts';

export type ConnectSetup = {
  readonly home: Home;
  readonly cache: CacheLayout;
  readonly secrets: Secrets;
  readonly port: number;
  readonly brokerPort: number;
  /** The benchmark's peer is loaded too. */
  readonly jdbcSink: boolean;
};

export const CONNECT_GROUP = 'connect';
export const CONNECT_USER = 'connect';
export const CONNECT_REST_USER = 'ops';

/** The worker's own topics; made before it starts, because it may not create any. */
export const CONNECT_TOPICS: readonly TopicSpec[] = [
  { name: 'connect-configs', partitions: 1 },
  { name: 'connect-offsets', partitions: 5 },
  { name: 'connect-status', partitions: 2 },
].map((topic) => ({ ...topic, replication: 1, config: { 'cleanup.policy': 'compact' } }));

/** The least the worker can live with; each line was found by leaving it out. */
export const CONNECT_ACLS: readonly AclRule[] = (
  [
    ['topic', 'connect-configs', 'read'],
    ['topic', 'connect-configs', 'write'],
    ['topic', 'connect-offsets', 'read'],
    ['topic', 'connect-offsets', 'write'],
    ['topic', 'connect-status', 'read'],
    ['topic', 'connect-status', 'write'],
    ['group', CONNECT_GROUP, 'read'],
    // The transactional id with which a worker claims the config topic for itself.
    ['transactional-id', `connect-cluster-${CONNECT_GROUP}`, 'write'],
  ] as const
).map(([resource, name, operation]) => ({
  principal: `User:${CONNECT_USER}`,
  resource,
  name,
  match: 'literal',
  operation,
}));

/**
 * The optimising compiler would take half a core for the minutes in which eighteen connectors become
 * warm. Not where the worker's speed is measured: then it compiles as in service.
 */
const QUICK_COMPILER = '-XX:TieredStopAtLevel=1';

export async function prepareConnect(setup: ConnectSetup): Promise<ProcessSpec> {
  const { home, cache, secrets, port } = setup;
  const settings = home.secretFile('worker.properties');
  await writeProperties(settings, workerProperties(setup));
  const credentials = home.secretFile('connect-rest.properties');
  await writeProperties(credentials, { [CONNECT_REST_USER]: secrets['connect-ops'] });
  const jaas = home.secretFile('connect-rest.jaas');
  await writeSecretFile(jaas, restJaas(credentials));
  const logging = await loggingOption(join(home.data('connect-settings'), 'log4j2.properties'));
  const authorization = basicAuth(CONNECT_REST_USER, secrets['connect-ops']);
  return {
    name: 'connect',
    command: 'java',
    args: javaArguments({
      heapMbMax: 1024,
      options: [
        logging,
        ...(setup.jdbcSink ? [] : [QUICK_COMPILER]),
        `-Djava.security.auth.login.config=${jaas}`,
        // Else a connector's own Kafka clients could load a provider and read any file or variable.
        '-Dorg.apache.kafka.automatic.config.providers=none',
      ],
      run: ['-cp', cache.kafkaClassPath, 'org.apache.kafka.connect.cli.ConnectDistributed'],
      args: [settings],
    }),
    logFile: home.logFile('connect'),
    restart: 'always',
    // Healthy only once the worker has read its config topic and joined its group.
    health: async () =>
      (await fetchStatus(`http://127.0.0.1:${port}/health`, authorization)) === 200,
    healthTimeoutMs: 300_000,
    address: `127.0.0.1:${port}`,
  };
}

function restJaas(credentials: string): string {
  const module = 'org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule';
  return `KafkaConnect { ${module} required file="${credentials}"; };\n`;
}

function workerProperties(setup: ConnectSetup): Properties {
  const { home, cache, secrets, port, brokerPort, jdbcSink } = setup;
  const security = {
    'security.protocol': 'SASL_PLAINTEXT',
    'sasl.mechanism': 'SCRAM-SHA-512',
  };
  const login = {
    ...security,
    'sasl.jaas.config': scramJaas(CONNECT_USER, secrets['kafka-connect']),
  };
  const converter = 'org.apache.kafka.connect.json.JsonConverter';
  return {
    'bootstrap.servers': `127.0.0.1:${brokerPort}`,
    'group.id': CONNECT_GROUP,
    ...login,
    // Connectors' clients inherit nothing of the bare settings; they add their own login.
    ...prefixed('producer.', security),
    ...prefixed('consumer.', security),
    ...prefixed('admin.', security),
    'key.converter': converter,
    'value.converter': converter,
    'config.storage.topic': 'connect-configs',
    'offset.storage.topic': 'connect-offsets',
    'status.storage.topic': 'connect-status',
    'config.storage.replication.factor': 1,
    'offset.storage.replication.factor': 1,
    'status.storage.replication.factor': 1,
    'offset.flush.interval.ms': 1_000,
    'scheduled.rebalance.max.delay.ms': 3_000,
    // A worker that loses its group stops every task and starts them all again, which on a busy
    // machine makes it lose the group again: that goes on for ever. After a kill its successor
    // waits this long. The second is also how long a coordinator may be away.
    'session.timeout.ms': 30_000,
    'heartbeat.interval.ms': 10_000,
    // Past it every exactly-once task fails for good after a start on a busy machine.
    'worker.sync.timeout.ms': 30_000,
    // By default a worker that was too late leaves the group, and every connector, for five minutes.
    'worker.unsync.backoff.ms': 1_000,
    'exactly.once.source.support': 'enabled',
    'plugin.path': [cache.plugins, ...(jdbcSink ? [cache.jdbcSink] : [])].join(','),
    'plugin.discovery': 'service_load',
    'connector.client.config.override.policy': 'Allowlist',
    'connector.client.config.override.allowlist': [
      'sasl.jaas.config',
      'linger.ms',
      'batch.size',
      ...(jdbcSink ? ['max.poll.records'] : []),
    ].join(','),
    'config.providers': 'file',
    'config.providers.file.class': 'org.apache.kafka.common.config.provider.FileConfigProvider',
    'config.providers.file.param.allowed.paths': home.connectorSecrets,
    listeners: `http://127.0.0.1:${port}`,
    'rest.advertised.host.name': '127.0.0.1',
    'rest.extension.classes':
      'org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension',
  };
}
