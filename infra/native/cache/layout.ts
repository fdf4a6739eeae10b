/** Where things lie inside a filled cache folder. */
import { join } from 'node:path';

export type CacheLayout = {
  readonly folder: string;
  /** Class path of broker, storage tool and Connect worker. */
  readonly kafkaClassPath: string;
  /** plugin.path of the worker: connectors and the Avro converter. */
  readonly plugins: string;
  /** Plugin folder of the benchmark's peer, which no worker of the bus loads. */
  readonly jdbcSink: string;
  readonly registry: string;
  /** Base folder of the database server (bin/, share/, scripts/). */
  readonly mariadb: string;
  /** Base folder of the PostgreSQL server (bin/, lib/, share/); it brings no client programs. */
  readonly postgres: string;
};

export function cacheLayout(folder: string): CacheLayout {
  return {
    folder,
    kafkaClassPath: join(folder, 'kafka', '*'),
    plugins: join(folder, 'plugins'),
    jdbcSink: join(folder, 'jdbc-sink'),
    registry: join(folder, 'registry'),
    mariadb: join(folder, 'mariadb'),
    postgres: join(folder, 'postgres'),
  };
}
