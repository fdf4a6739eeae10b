/**
 * The part of a source's Debezium configuration that only the PostgreSQL connector knows: how the
 * log is read, and how the server learns what has been read so that it may throw it away.
 */
import type { ConnectorConfig } from '../../bus/connect/connect.ts';
import { type Source, tableSpaceOf } from '../source.ts';
import { postgresNames } from './names.ts';

/** Written into the log by each heartbeat, and kept out of every topic. */
const BEAT = 'hb';

/** The JDBC driver's words for what a source calls its protection. */
const SSL_MODE: Readonly<Record<Source['connection']['tls'], string>> = {
  disable: 'disable',
  trust: 'require',
  'verify-ca': 'verify-ca',
  'verify-full': 'verify-full',
};

export function postgresConfig(source: Source): ConnectorConfig {
  const { slot, publication } = postgresNames(source.name);
  return {
    'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
    'database.dbname': source.connection.database,
    'database.sslmode': SSL_MODE[source.connection.tls],
    'schema.include.list': tableSpaceOf(source),
    'plugin.name': 'pgoutput',
    'slot.name': slot,
    'slot.drop.on.stop': 'false',
    // A server that is away is asked again soon and for a long time.
    'slot.max.retries': '60',
    'slot.retry.delay.ms': '2000',
    'publication.name': publication,
    // Making one would need the rights of the tables' owner.
    'publication.autocreate.mode': 'disabled',
    ...slotFollows(),
    'snapshot.locking.mode': 'none',
    'include.unknown.datatypes': 'false',
  };
}

/**
 * The slot moves on only with what is stored in the offsets topic. Let the driver move it by itself
 * and the next start finds its position gone from the server. A server that is quiet here and busy
 * next door would keep all of its log: the beat is a record of our own to move on with.
 */
function slotFollows(): ConnectorConfig {
  return {
    'lsn.flush.mode': 'connector',
    'heartbeat.action.query': `select pg_logical_emit_message(true, '${BEAT}', 'x')`,
    'message.prefix.exclude.list': BEAT,
  };
}
