/**
 * What an integration test needs of the running stack: addresses, and clients for a role that
 * are closed when the file ends. Names begin with a prefix that no other file and no other run
 * has, because the stack may be shared.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, inject } from 'vitest';
import { silentLog } from '../../bus/base/log.ts';
import { readSecretFile } from '../../bus/base/secrets.ts';
import { createKafkaBus } from '../../bus/kafka/kafkajs/kafkajs-bus.ts';
import type { KafkaBus } from '../../bus/kafka/kafka.ts';
import type { DatabaseOptions } from '../../bus/sql/mysql/mysql-database.ts';
import { openTarget } from '../../bus/sql/open-database.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import type { Login, StackEndpoints } from '../../infra/stack.ts';
import { readEndpoints } from './endpoints.ts';

export type DatabaseRole = keyof StackEndpoints['databases'] | keyof StackEndpoints['postgres'];
export type Credentials = { readonly user: string; readonly password: string };

export type TestStack = {
  readonly endpoints: StackEndpoints;
  /** Unique to this file and run; lower-case letters and digits, usable in every kind of name. */
  readonly prefix: string;
  password(login: Login): Promise<string>;
  /** A pool of `role`'s server, as root unless `as` is given; without a database when none is named. */
  openSql(
    role: DatabaseRole,
    options?: {
      readonly database?: string;
      readonly as?: Credentials;
      readonly limits?: DatabaseOptions;
    },
  ): Promise<SqlDatabase>;
  /** The administrator in one database of the PostgreSQL server. */
  registersIn(database: string): Promise<SqlDatabase>;
  /** Makes `<prefix>_<name>` on `role`'s server, dropped at the end, and opens it as root. */
  newDatabase(
    role: DatabaseRole,
    name: string,
  ): Promise<{ readonly database: string; readonly sql: SqlDatabase }>;
  /** The broker as the super user, unless `as` is given. */
  kafka(as?: Credentials): Promise<KafkaBus>;
  /** Runs at the end of the file, before the clients opened here close; the newest first. */
  atEnd(close: () => unknown): void;
};

/** Call once at the top of a test file, outside of any test. */
export async function testStack(name: string): Promise<TestStack> {
  const endpoints = await readEndpoints(inject('endpointsFile'));
  const prefix = `${name.replaceAll(/[^a-z0-9]/g, '')}${randomBytes(3).toString('hex')}`;
  const closers: (() => unknown)[] = [];
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });
  const password = (login: Login) => readSecretFile(login.passwordFile);

  const openSql: TestStack['openSql'] = async (role, { database, as, limits } = {}) => {
    const isPostgres = role === 'registers';
    const { host, port, root } = isPostgres ? endpoints.postgres[role] : endpoints.databases[role];
    const login = as ?? { user: root.user, password: await password(root) };
    const within = database === undefined ? {} : { database };
    const engine = isPostgres ? 'postgresql' : 'mariadb';
    const sql = openTarget({ engine, host, port, ...login, ...within }, limits);
    closers.push(() => sql.close());
    return sql;
  };

  // One for all databases of a file: each would keep a connection of its own.
  const servers = new Map<DatabaseRole, Promise<SqlDatabase>>();
  const serverOf = (role: DatabaseRole): Promise<SqlDatabase> => {
    const server = servers.get(role) ?? openSql(role);
    servers.set(role, server);
    return server;
  };

  return {
    endpoints,
    prefix,
    password,
    openSql,
    registersIn: (database) => openSql('registers', { database }),
    async newDatabase(role, suffix) {
      const database = `${prefix}_${suffix}`;
      const server = await serverOf(role);
      if (role === 'registers') {
        await server.execute(`CREATE DATABASE ${database} TEMPLATE template0 ENCODING 'UTF8'`);
        closers.push(() => server.execute(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`));
        return { database, sql: await openSql(role, { database }) };
      }
      await server.execute(`CREATE DATABASE \`${database}\` CHARACTER SET utf8mb4`);
      closers.push(() => server.execute(`DROP DATABASE IF EXISTS \`${database}\``));
      return { database, sql: await openSql(role, { database }) };
    },
    async kafka(as) {
      const { brokers, admin } = endpoints.kafka;
      const login = as ?? { user: admin.user, password: await password(admin) };
      return createKafkaBus({ brokers, ...login, clientId: `test-${prefix}`, log: silentLog });
    },
    atEnd: (close) => void closers.push(close),
  };
}
