/**
 * The peer: Debezium's JDBC sink in the Connect worker, set up for speed as its own documentation
 * advises. Time runs from its first commit until its last, so that every doubt is in its favour:
 * its first batch is not counted in the time, ours is.
 */
import { join } from 'node:path';
import { BusError } from '../../bus/base/errors.ts';
import { waitFor } from '../../bus/base/retry.ts';
import { writeSecretFile } from '../../bus/base/secrets.ts';
import type { ConnectorConfig } from '../../bus/connect/connect.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import type { Captured } from './capture.ts';
import { RESIDENT_TABLE } from './register.ts';
import { measure, type SideRun, type Span } from './side.ts';
import type { Site } from './site.ts';

const USER = 'bench-peer';
const DATABASE_USER = 'bench_peer';
const SECRETS_FILE = 'bench-peer.properties';
const APPLY_TIMEOUT_MS = 60 * 60_000;
const WATCH_INTERVAL_MS = 20;
const STATUS_INTERVAL_MS = 500;

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
export async function preparePeer(site: Site, { topic }: Captured): Promise<void> {
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

export async function runPeer(
  site: Site,
  captured: Captured,
  { round, settings }: { readonly round: number; readonly settings: PeerSettings },
): Promise<SideRun> {
  const name = `bench-peer-${round}`;
  const database = `bench_peer_${round}`;
  const hub = site.sql.hub;
  await hub.execute(`CREATE DATABASE ${database} CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin`);
  await (await site.open('hub', database)).execute(RESIDENT_TABLE);
  await hub.execute(`GRANT ALL ON ${database}.* TO '${DATABASE_USER}'@'127.0.0.1'`);
  const config = sinkConfig(site, { topic: captured.topic, database, settings });
  const target = { database, table: 'resident' };
  try {
    return await measure(
      { site, captured, side: 'peer', round, pid: site.pids.connect, target },
      async () => {
        const commits = watchCommits(hub, site.signal);
        try {
          await site.connect.applyConnector(name, config);
          await untilApplied(site, captured, name);
        } finally {
          await commits.stop();
        }
        return commits.span();
      },
    );
  } finally {
    await site.connect.delete(name).catch(() => {});
    await hub.execute(`DROP DATABASE ${database}`);
  }
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

/** The sink notes its offsets after its rows: once they pass every record, the last row is there. */
async function untilApplied(site: Site, { topic, ends }: Captured, name: string): Promise<void> {
  const logs = join(site.endpoints.home, 'logs');
  const failure = await waitFor(
    async () => {
      const trace = await failedTrace(site, name);
      if (trace !== undefined) return trace;
      const noted = await site.admin.groupOffsets(`connect-${name}`, [topic]);
      const at = new Map(noted.map(({ partition, offset }) => [partition, offset]));
      return [...ends].every(([partition, end]) => (at.get(partition) ?? 0n) >= end)
        ? ''
        : undefined;
    },
    {
      what: 'the peer to apply the topic',
      timeoutMs: APPLY_TIMEOUT_MS,
      intervalMs: STATUS_INTERVAL_MS,
      signal: site.signal,
    },
  );
  if (failure !== '') throw new BusError('BENCH_SIDE_FAILED', { side: 'peer', why: failure, logs });
}

async function failedTrace(site: Site, name: string): Promise<string | undefined> {
  const status = await site.connect.statusOf(name);
  const failed = status?.tasks.find(({ state }) => state === 'failed');
  if (!failed) return undefined;
  const lines = (failed.trace ?? 'no trace').split('\n');
  return lines.findLast((line) => line.startsWith('Caused by: ')) ?? lines[0] ?? '';
}

/** Notes when the server's binary log first and last grew: nothing else writes there meanwhile. */
function watchCommits(
  hub: SqlDatabase,
  signal: AbortSignal,
): { stop(): Promise<void>; span(): Span } {
  const stopped = new AbortController();
  const seen: { at: string; firstMs?: number; lastMs?: number } = { at: '' };
  const look = async () => {
    const [row] = await hub.query<{ readonly g: string }>('SELECT @@gtid_binlog_pos AS g');
    if (seen.at !== '' && row?.g !== seen.at) {
      seen.lastMs = Date.now();
      seen.firstMs ??= seen.lastMs;
    }
    seen.at = row?.g ?? '';
    return stopped.signal.aborted;
  };
  const watching = waitFor(look, {
    what: 'the end of the run',
    timeoutMs: APPLY_TIMEOUT_MS,
    intervalMs: WATCH_INTERVAL_MS,
    signal,
  });
  // Its error is thrown by `stop`; until then nobody waits for it.
  watching.catch(() => {});
  return {
    async stop() {
      stopped.abort();
      await watching;
    },
    span: () => ({ fromMs: seen.firstMs ?? 0, toMs: seen.lastMs ?? 0 }),
  };
}
