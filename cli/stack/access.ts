/**
 * The connections of one command to a running stack. Each is opened at its first use and closed
 * with the command. Logs in as the administrator of each service; running views use users of
 * their own (see view-logins.ts).
 */
import { join } from 'node:path';
import { must } from '../../bus/base/assert.ts';
import type { Lifetime } from '../../bus/base/lifecycle.ts';
import type { Log } from '../../bus/base/log.ts';
import { readSecretFile } from '../../bus/base/secrets.ts';
import type { ConnectCluster } from '../../bus/connect/connect.ts';
import { createConnectCluster } from '../../bus/connect/rest/rest-cluster.ts';
import { createKafkaBus } from '../../bus/kafka/kafkajs/kafkajs-bus.ts';
import type { KafkaAdmin, KafkaBus } from '../../bus/kafka/kafka.ts';
import { createConfluentRegistry } from '../../bus/registry/confluent/confluent-registry.ts';
import type { SchemaRegistry } from '../../bus/registry/registry.ts';
import { openTarget } from '../../bus/sql/open-database.ts';
import type { SqlDatabase, SqlTarget } from '../../bus/sql/sql.ts';
import type { DatabaseEndpoint, Login, StackEndpoints } from '../../infra/stack.ts';

export type ServerName = keyof StackEndpoints['databases'] | keyof StackEndpoints['postgres'];

export type ServerAddress = Required<Pick<SqlTarget, 'engine' | 'host' | 'port'>>;

export type StackAccess = {
  readonly endpoints: StackEndpoints;
  /** Holds the passwords that `apply` and `npm start` make, one file each, mode 0600. */
  readonly secretsFolder: string;
  admin(): Promise<KafkaAdmin>;
  connect(): Promise<ConnectCluster>;
  registry(): Promise<SchemaRegistry>;
  /** As one who may register schemas. */
  registryWriter(): Promise<SchemaRegistry>;
  /** A Kafka client as `login`. */
  kafkaAs(login: Login): Promise<KafkaBus>;
  /** The administrator's own target on a server, for what needs an address and a password. */
  rootTarget(server: ServerName): Promise<SqlTarget>;
  /** A pool of the administrator's, one per server. */
  root(server: ServerName): Promise<SqlDatabase>;
  /** The administrator's pool on the hub with `database` as its default, one per database. */
  hub(database: string): Promise<SqlDatabase>;
  /** The administrator's pool on the registers' PostgreSQL server, which is to one database each. */
  registers(database: string): Promise<SqlDatabase>;
  /** A pool as another user or with another default database; closed with the command. */
  open(target: SqlTarget): SqlDatabase;
  /** Engine, host and port of a server. */
  address(server: ServerName): ServerAddress;
};

const CLIENT_ID = 'civicbus-cli';
const POOL = { connectionsMax: 4, connectTimeoutMs: 5_000 };

export function createStackAccess(
  endpoints: StackEndpoints,
  { lifetime, log }: { readonly lifetime: Lifetime; readonly log: Log },
): StackAccess {
  const open = (target: SqlTarget) => {
    const database = openTarget(target, POOL);
    lifetime.defer('database', () => database.close());
    return database;
  };
  const kafkaAs = async ({ user, passwordFile }: Login) =>
    createKafkaBus({
      brokers: endpoints.kafka.brokers,
      user,
      password: await readSecretFile(passwordFile),
      clientId: CLIENT_ID,
      log,
    });
  const registryAs = async ({ user, passwordFile }: Login) => {
    const { url, nativeUrl } = endpoints.registry;
    return createConfluentRegistry({
      url,
      nativeUrl,
      user,
      password: await readSecretFile(passwordFile),
    });
  };
  return {
    endpoints,
    ...databaseAccess(endpoints, open),
    secretsFolder: join(endpoints.home, 'secrets'),
    kafkaAs,
    admin: once(async () => {
      const admin = await (await kafkaAs(endpoints.kafka.admin)).admin();
      lifetime.defer('kafka admin', () => admin.close());
      return admin;
    }),
    connect: once(async () => {
      const { url, login } = endpoints.connect;
      const password = await readSecretFile(login.passwordFile);
      return createConnectCluster({ url, user: login.user, password });
    }),
    registry: once(() => registryAs(endpoints.registry.reader)),
    registryWriter: once(() => registryAs(endpoints.registry.developer)),
    open,
  };
}

type DatabaseAccess = Pick<StackAccess, 'address' | 'rootTarget' | 'root' | 'hub' | 'registers'>;

function databaseAccess(
  endpoints: StackEndpoints,
  open: (target: SqlTarget) => SqlDatabase,
): DatabaseAccess {
  const endpointOf = (server: ServerName): DatabaseEndpoint =>
    server === 'registers' ? endpoints.postgres.registers : endpoints.databases[server];
  const address = (server: ServerName): ServerAddress => {
    const { host, port } = must(endpointOf(server), 'a known server');
    return { engine: server === 'registers' ? 'postgresql' : 'mariadb', host, port };
  };
  const rootTarget = async (server: ServerName): Promise<SqlTarget> => {
    const { user, passwordFile } = endpointOf(server).root;
    return { ...address(server), user, password: await readSecretFile(passwordFile) };
  };
  const pools = new Map<string, () => Promise<SqlDatabase>>();
  const pool = (server: ServerName, database?: string): Promise<SqlDatabase> => {
    const key = `${server}.${database ?? ''}`;
    const within = database === undefined ? {} : { database };
    const opener =
      pools.get(key) ?? once(async () => open({ ...(await rootTarget(server)), ...within }));
    pools.set(key, opener);
    return opener();
  };
  return {
    address,
    rootTarget,
    root: (server) => pool(server),
    hub: (database) => pool('hub', database),
    registers: (database) => pool('registers', database),
  };
}

/** Opens at the first call; a failed opening is tried again at the next one. */
function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => {
    opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
}
