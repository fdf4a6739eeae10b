/** The parts of Debezium's envelope that are the same for every table of a kind of server. */

const optional = (name: string, type: string) => ({ name, type: ['null', type], default: null });

const SNAPSHOT = {
  name: 'snapshot',
  type: [
    {
      type: 'string',
      'connect.version': 1,
      'connect.parameters': {
        allowed:
          'true,first,first_in_data_collection,last_in_data_collection,last,false,incremental',
      },
      'connect.default': 'false',
      'connect.name': 'io.debezium.data.Enum',
    },
    'null',
  ],
  default: 'false',
};

/** Where a change comes from: position and time at a MariaDB server. */
export const MARIADB_SOURCE = {
  type: 'record',
  name: 'Source',
  namespace: 'io.debezium.connector.mariadb',
  fields: [
    { name: 'version', type: 'string' },
    { name: 'connector', type: 'string' },
    { name: 'name', type: 'string' },
    { name: 'ts_ms', type: 'long' },
    SNAPSHOT,
    { name: 'db', type: 'string' },
    optional('sequence', 'string'),
    optional('ts_us', 'long'),
    optional('ts_ns', 'long'),
    optional('table', 'string'),
    { name: 'server_id', type: 'long' },
    optional('gtid', 'string'),
    { name: 'file', type: 'string' },
    { name: 'pos', type: 'long' },
    { name: 'row', type: 'int' },
    optional('thread', 'long'),
    optional('query', 'string'),
  ],
  'connect.version': 1,
  'connect.name': 'io.debezium.connector.mariadb.Source',
};

/** Where a change comes from: position and time at a PostgreSQL server. */
export const POSTGRES_SOURCE = {
  type: 'record',
  name: 'Source',
  namespace: 'io.debezium.connector.postgresql',
  fields: [
    { name: 'version', type: 'string' },
    { name: 'connector', type: 'string' },
    { name: 'name', type: 'string' },
    { name: 'ts_ms', type: 'long' },
    SNAPSHOT,
    { name: 'db', type: 'string' },
    optional('sequence', 'string'),
    optional('ts_us', 'long'),
    optional('ts_ns', 'long'),
    { name: 'schema', type: 'string' },
    { name: 'table', type: 'string' },
    optional('txId', 'long'),
    optional('lsn', 'long'),
    optional('xmin', 'long'),
    optional('origin', 'string'),
    optional('origin_lsn', 'long'),
  ],
  'connect.version': 1,
  'connect.name': 'io.debezium.connector.postgresql.Source',
};

/** The transaction a change was part of, where the capture adds it. */
export const EVENT_BLOCK = {
  type: 'record',
  name: 'block',
  namespace: 'event',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'total_order', type: 'long' },
    { name: 'data_collection_order', type: 'long' },
  ],
  'connect.version': 1,
  'connect.name': 'event.block',
};
