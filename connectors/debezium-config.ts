/**
 * The Debezium configuration of a source. Every setting whose default loses or changes data is
 * set, in groups that say why; what only PostgreSQL knows is in postgresql/config.ts. It holds no
 * secret: passwords are references into the source's file, which only the Connect worker reads.
 */
import { join } from 'node:path';
import type { ConnectorConfig } from '../bus/connect/connect.ts';
import type { SourceContext } from './context.ts';
import { exactly } from './exactly.ts';
import { hubConfig } from './hub/config.ts';
import { sourceNames, viewOfCapture } from './names.ts';
import { postgresConfig } from './postgresql/config.ts';
import { serverIdOf } from './server-id.ts';
import { capturedColumns, type Source, tableSpaceOf } from './source.ts';

export type DatabaseAddress = { readonly host: string; readonly port: number };

export function debeziumConfig({
  source,
  context,
  address,
}: {
  readonly source: Source;
  readonly context: SourceContext;
  readonly address: DatabaseAddress;
}): ConnectorConfig {
  const names = sourceNames(source.name);
  const file = join(context.connect.secretsFolder, names.secretsFile);
  const secret = (key: SecretKey) => `\${file:${file}:${key}}`;
  const jaas = `org.apache.kafka.common.security.scram.ScramLoginModule required username="${names.user}" password="${secret('kafkaPassword')}";`;
  const isPostgres = source.engine === 'postgresql';
  return {
    ...(isPostgres ? postgresConfig(source) : mariadb(source)),
    'tasks.max': '1',
    ...database({ source, address, password: secret('databasePassword') }),
    ...whatIsCaptured(source),
    ...NOTHING_LOST,
    ...values(),
    ...pace(source),
    ...exactlyOnce(names.offsetsTopic),
    ...clientLogins(jaas),
    // PostgreSQL’s log says what its columns are; MariaDB’s has to be read with the tables’ history.
    ...(isPostgres ? {} : schemaHistory({ source, context, jaas })),
    ...signals({ source, context, jaas }),
    ...notifications(names.notificationTopic),
    ...avroConverter('key', context, secret('registryPassword')),
    ...avroConverter('value', context, secret('registryPassword')),
    ...(viewOfCapture(source.name) === undefined ? {} : hubConfig(source)),
  };
}

/** Keys of a source's secrets file. */
export type SecretKey = 'kafkaPassword' | 'databasePassword' | 'registryPassword';

function mariadb(source: Source): ConnectorConfig {
  const { connection } = source;
  return {
    'connector.class': 'io.debezium.connector.mariadb.MariaDbConnector',
    'database.server.id': String(serverIdOf(source)),
    'database.ssl.mode': connection.tls,
    'database.include.list': exactly(connection.database),
    // The statement text would carry values of columns that are not captured.
    'include.query': 'false',
    'include.schema.changes': 'true',
    // Holds the global read lock only while table definitions are read.
    'snapshot.locking.mode': 'minimal',
    'inconsistent.schema.handling.mode': 'fail',
    'bigint.unsigned.handling.mode': 'precise',
    // On a quiet server heartbeats follow this one (at 0.8 of it), not the interval. Who connects at
    // the very end of a MariaDB binary log gets none until the next event, and so connects again
    // after twice this time, all night long: often enough costs a processor.
    'connect.keep.alive.interval.ms': '10000',
  };
}

function database({
  source,
  address,
  password,
}: {
  readonly source: Source;
  readonly address: DatabaseAddress;
  readonly password: string;
}): ConnectorConfig {
  return {
    'topic.prefix': sourceNames(source.name).topicPrefix,
    'database.hostname': address.host,
    'database.port': String(address.port),
    'database.user': source.capture.user,
    'database.password': password,
  };
}

/** Columns are named one by one: a column that is added upstream stays inside until it is declared. */
function whatIsCaptured(source: Source): ConnectorConfig {
  const name = tableSpaceOf(source);
  return {
    'table.include.list': source.tables.map((table) => exactly(name, table.name)).join(','),
    'column.include.list': source.tables
      .flatMap((table) =>
        capturedColumns(table).map((column) => exactly(name, table.name, column.name)),
      )
      .join(','),
    // Lengths and signs come along, so that a widened column is seen as such. Never of a key: its
    // schema's id is part of every key's bytes, and other bytes may go to another partition.
    'column.propagate.source.type': source.tables
      .flatMap((table) =>
        capturedColumns(table)
          .filter((column) => !table.key.includes(column.name))
          .map((column) => exactly(name, table.name, column.name)),
      )
      .join(','),
    'snapshot.mode': source.capture.snapshot,
  };
}

/** Defaults that would drop or blank data are turned off; a connector rather stops than guesses. */
const NOTHING_LOST: ConnectorConfig = {
  'event.converting.failure.handling.mode': 'fail',
  'event.processing.failure.handling.mode': 'fail',
  'skipped.operations': 'none',
  'tombstones.on.delete': 'true',
  'errors.tolerance': 'none',
};

function values(): ConnectorConfig {
  return {
    // Text keeps every digit and the declared scale, and filters compare what people see.
    'decimal.handling.mode': 'string',
    'time.precision.mode': 'adaptive_time_microseconds',
    'schema.name.adjustment.mode': 'avro',
    'field.name.adjustment.mode': 'avro',
  };
}

function pace(source: Source): ConnectorConfig {
  return {
    'poll.interval.ms': String(source.capture.pollIntervalMs),
    'max.batch.size': '8192',
    'max.queue.size': '32768',
    'heartbeat.interval.ms': String(source.capture.heartbeatIntervalMs),
    'producer.override.linger.ms': '0',
    'errors.retry.delay.max.ms': '3000',
  };
}

/** An offsets topic of its own: in the shared one, a source could move another's position. */
function exactlyOnce(offsetsTopic: string): ConnectorConfig {
  return {
    'exactly.once.support': 'required',
    'transaction.boundary': 'poll',
    'offsets.storage.topic': offsetsTopic,
  };
}

function clientLogins(jaas: string): ConnectorConfig {
  return {
    'producer.override.sasl.jaas.config': jaas,
    'consumer.override.sasl.jaas.config': jaas,
    'admin.override.sasl.jaas.config': jaas,
  };
}

type OwnClients = {
  readonly source: Source;
  readonly context: SourceContext;
  readonly jaas: string;
};

/** Debezium's own clients inherit nothing from the worker: each gets its whole login. */
function ownClient(prefix: string, { context, jaas }: OwnClients): ConnectorConfig {
  return {
    [`${prefix}.security.protocol`]: context.kafka.securityProtocol,
    [`${prefix}.sasl.mechanism`]: 'SCRAM-SHA-512',
    [`${prefix}.sasl.jaas.config`]: jaas,
  };
}

function schemaHistory(clients: OwnClients): ConnectorConfig {
  return {
    'schema.history.internal.kafka.bootstrap.servers': clients.context.kafka.bootstrapServers,
    'schema.history.internal.kafka.topic': sourceNames(clients.source.name).historyTopic,
    // All tables of the database, so that one created later can be declared without a new copy of the rest.
    'schema.history.internal.store.only.captured.tables.ddl': 'false',
    'schema.history.internal.store.only.captured.databases.ddl': 'true',
    'schema.history.internal.skip.unparseable.ddl': 'false',
    ...ownClient('schema.history.internal.producer', clients),
    ...ownClient('schema.history.internal.consumer', clients),
  };
}

/** Signals come over Kafka, so that the department's database is never written to. */
function signals(clients: OwnClients): ConnectorConfig {
  const names = sourceNames(clients.source.name);
  return {
    'read.only': 'true',
    'signal.enabled.channels': 'kafka',
    'signal.kafka.topic': names.signalTopic,
    'signal.kafka.bootstrap.servers': clients.context.kafka.bootstrapServers,
    'signal.kafka.groupId': names.signalGroup,
    // Each poll brings the client one step further; at the default of 0.1 s every 5 s the first
    // signal after a start waited for more than a minute.
    'signal.poll.interval.ms': '1000',
    'signal.kafka.poll.timeout.ms': '1000',
    // With "latest", a signal sent before the first poll is lost.
    'signal.consumer.auto.offset.reset': 'earliest',
    ...ownClient('signal.consumer', clients),
    'incremental.snapshot.chunk.size': '4096',
  };
}

/** In line with the rows, so that a snapshot's end is written after all of its rows. */
function notifications(topic: string): ConnectorConfig {
  return {
    // Ours. Debezium's own has Connect store an empty position for a source that has none yet,
    // behind which a task that ends in its first copy does not find back to it.
    'notification.enabled.channels': 'positioned-sink',
    'notification.sink.topic.name': topic,
  };
}

/** Avro in Confluent framing: magic byte 0 and a four-byte schema id. */
function avroConverter(
  side: 'key' | 'value',
  { registry }: SourceContext,
  password: string,
): ConnectorConfig {
  const prefix = `${side}.converter.apicurio`;
  return {
    [`${side}.converter`]: 'io.apicurio.registry.utils.converter.AvroConverter',
    [`${prefix}.registry.url`]: registry.nativeUrl,
    [`${prefix}.registry.auto-register`]: 'true',
    [`${prefix}.registry.as-confluent`]: 'true',
    [`${prefix}.registry.use-id`]: 'contentId',
    [`${prefix}.registry.headers.enabled`]: 'false',
    // The default resolver renders the whole schema as JSON for every record: half of all capture time.
    [`${prefix}.registry.schema-resolver`]: 'civicbus.RememberingSchemaResolver',
    [`${prefix}.auth.username`]: registry.user,
    [`${prefix}.auth.password`]: password,
  };
}
