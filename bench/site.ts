/** What every step of the benchmark works with: one running stack of its own, and its clients. */
import { join } from 'node:path';
import { Lifetime } from '../bus/base/lifecycle.ts';
import type { Log } from '../bus/base/log.ts';
import { newSecret, readSecretFile, writeSecretFile } from '../bus/base/secrets.ts';
import type { ConnectCluster } from '../bus/connect/connect.ts';
import { createConnectCluster } from '../bus/connect/rest/rest-cluster.ts';
import type { KafkaAdmin, KafkaBus } from '../bus/kafka/kafka.ts';
import { createKafkaBus } from '../bus/kafka/kafkajs/kafkajs-bus.ts';
import { openDatabase } from '../bus/sql/mysql/mysql-database.ts';
import type { SqlDatabase, SqlTarget } from '../bus/sql/sql.ts';
import { copyFromTheStart } from '../connectors/empty-position.ts';
import { keepSourcesRunning } from '../connectors/keep-running.ts';
import type { Login, StackEndpoints } from '../infra/stack.ts';

export type Server = 'providers' | 'hub';

export type Site = {
  readonly endpoints: StackEndpoints;
  readonly log: Log;
  /** Fires when the benchmark is to end early. */
  readonly signal: AbortSignal;
  readonly kafka: KafkaBus;
  readonly admin: KafkaAdmin;
  readonly connect: ConnectCluster;
  /** Both servers as their administrator. */
  readonly sql: Readonly<Record<Server, SqlDatabase>>;
  readonly secretsFolder: string;
  /** Pids whose use is measured beside our own. */
  readonly pids: { readonly connect: number; readonly hub: number };
  targetOf(server: Server, database?: string): Promise<SqlTarget>;
  passwordOf(login: Login): Promise<string>;
  /** A database of its own pool as the administrator, closed with the site. */
  open(server: Server, database: string): Promise<SqlDatabase>;
  /** Writes a new password into a file of the secrets folder and answers it. */
  makePassword(fileName: string): Promise<{ readonly file: string; readonly password: string }>;
  /** Tasks of sources that failed and were restarted, as beside every running stack. */
  readonly restarts: () => number;
  close(): Promise<void>;
};

export async function openSite(
  endpoints: StackEndpoints,
  { log, signal, pids }: Pick<Site, 'log' | 'signal' | 'pids'>,
): Promise<Site> {
  const lifetime = new Lifetime(log);
  const secretsFolder = join(endpoints.home, 'secrets');
  const targetOf: Site['targetOf'] = async (server, database) => {
    const { host, port, root } = endpoints.databases[server];
    const password = await readSecretFile(root.passwordFile);
    return { host, port, user: root.user, password, ...(database ? { database } : {}) };
  };
  const opened = (db: SqlDatabase) => {
    lifetime.defer('database', () => db.close());
    return db;
  };
  const kafka = await kafkaOf(endpoints, log);
  const admin = await kafka.admin();
  lifetime.defer('admin', () => admin.close());
  const connect = await connectOf(endpoints);
  let restarts = 0;
  const onRestart = () => void restarts++;
  const kept = keepSourcesRunning({
    connect,
    log,
    signal: lifetime.signal,
    recapture: (connector) => copyFromTheStart(connector, { connect, kafka }),
    onRestart,
  });
  lifetime.defer('keeper', () => kept);
  return {
    endpoints,
    log,
    signal,
    kafka,
    admin,
    connect,
    restarts: () => restarts,
    sql: {
      providers: opened(openDatabase(await targetOf('providers'))),
      hub: opened(openDatabase(await targetOf('hub'))),
    },
    secretsFolder,
    pids,
    targetOf,
    passwordOf: (login) => readSecretFile(login.passwordFile),
    open: async (server, database) => opened(openDatabase(await targetOf(server, database))),
    async makePassword(fileName) {
      const file = join(secretsFolder, fileName);
      const password = newSecret();
      await writeSecretFile(file, `${password}\n`);
      return { file, password };
    },
    close: () => lifetime.end(),
  };
}

async function kafkaOf({ kafka }: StackEndpoints, log: Log): Promise<KafkaBus> {
  const { brokers, admin } = kafka;
  const password = await readSecretFile(admin.passwordFile);
  return createKafkaBus({ brokers, user: admin.user, password, clientId: 'bench', log });
}

async function connectOf({ connect }: StackEndpoints): Promise<ConnectCluster> {
  const { url, login } = connect;
  const password = await readSecretFile(login.passwordFile);
  return createConnectCluster({ url, user: login.user, password });
}
