/**
 * The SQL port over `pg`, for PostgreSQL. Every connection starts with the same session settings,
 * so that no server default decides what a value becomes. After an error a transaction refuses
 * everything but its end: whoever catches one inside `transaction` still loses the transaction.
 */
import pg from 'pg';
import { BusError, isBusError } from '../../base/errors.ts';
import { DEFAULT_IDLE_TRANSACTION_S, type DatabaseOptions } from '../mysql/mysql-database.ts';
import type { Isolation, SqlDatabase, SqlSession, SqlTarget, WriteResult } from '../sql.ts';
import { postgresError } from './postgres-errors.ts';
import { bind, parserOf } from './postgres-values.ts';

const DEFAULT_CONNECTIONS_MAX = 8;
const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;
const DEFAULT_DATABASE = 'postgres';
/** As long as MariaDB waits for a row lock by default; PostgreSQL would wait for ever. */
const LOCK_TIMEOUT_MS = 50_000;
const SESSION_SETTINGS: Readonly<Record<string, string>> = {
  TimeZone: 'UTC',
  DateStyle: 'ISO',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  client_min_messages: 'error',
  lock_timeout: `${LOCK_TIMEOUT_MS}ms`,
};

/** Opens a pool; nothing is sent before the first statement. */
export function openPostgres(target: SqlTarget, options: DatabaseOptions = {}): SqlDatabase {
  const isolation = options.isolation ?? 'READ COMMITTED';
  const idleSeconds = options.idleTransactionSeconds ?? DEFAULT_IDLE_TRANSACTION_S;
  const session = {
    ...SESSION_SETTINGS,
    idle_in_transaction_session_timeout: `${idleSeconds}s`,
  };
  const settings = Object.entries(session).map(([name, value]) => `-c ${name}=${value}`);
  const level = isolation.toLowerCase().replace(' ', '\\ ');
  const pool = new pg.Pool({
    host: target.host,
    port: target.port,
    user: target.user,
    password: target.password,
    database: target.database ?? DEFAULT_DATABASE,
    options: [...settings, `-c default_transaction_isolation=${level}`].join(' '),
    application_name: 'civicbus',
    max: options.connectionsMax ?? DEFAULT_CONNECTIONS_MAX,
    connectionTimeoutMillis: options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
    keepAlive: true,
    types: { getTypeParser: parserOf as typeof pg.types.getTypeParser },
  });
  // An idle connection that breaks has left the pool already; its next user gets another.
  pool.on('error', () => {});
  return new PostgresDatabase(pool, target, isolation);
}

class PostgresDatabase implements SqlDatabase {
  readonly #pool: pg.Pool;
  readonly #target: SqlTarget;
  readonly #isolation: Isolation;
  #closed: Promise<void> | undefined;

  constructor(pool: pg.Pool, target: SqlTarget, isolation: Isolation) {
    this.#pool = pool;
    this.#target = target;
    this.#isolation = isolation;
  }

  query<T>(sql: string, values?: readonly unknown[]): Promise<T[]> {
    return this.#withConnection((session) => session.query<T>(sql, values));
  }

  execute(sql: string, values?: readonly unknown[]): Promise<WriteResult> {
    return this.#withConnection((session) => session.execute(sql, values));
  }

  async transaction<T>(
    work: (session: SqlSession) => Promise<T>,
    isolation: Isolation = this.#isolation,
  ): Promise<T> {
    return this.#withConnection(async (session) => {
      await session.execute(`BEGIN ISOLATION LEVEL ${isolation}`);
      let result: T;
      try {
        result = await work(session);
      } catch (error) {
        await session.rollBack();
        throw error;
      }
      await session.commit();
      return result;
    });
  }

  close(): Promise<void> {
    this.#closed ??= this.#pool.end().catch(() => {});
    return this.#closed;
  }

  async #withConnection<T>(work: (session: PostgresSession) => Promise<T>): Promise<T> {
    const client = await this.#connect();
    const session = new PostgresSession(client, this.#target);
    // Without a listener a connection that breaks between two statements would end the process.
    const onError = (): void => session.giveUp();
    client.on('error', onError);
    try {
      return await work(session);
    } finally {
      client.off('error', onError);
      client.release(session.isLost);
    }
  }

  async #connect(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw postgresError(error, this.#target);
    }
  }
}

class PostgresSession implements SqlSession {
  readonly #client: pg.PoolClient;
  readonly #target: SqlTarget;
  #lost = false;

  constructor(client: pg.PoolClient, target: SqlTarget) {
    this.#client = client;
    this.#target = target;
  }

  /** The connection must not be used again. */
  get isLost(): boolean {
    return this.#lost;
  }

  giveUp(): void {
    this.#lost = true;
  }

  async query<T>(sql: string, values?: readonly unknown[]): Promise<T[]> {
    return (await this.#run(sql, values)).rows as T[];
  }

  async execute(sql: string, values?: readonly unknown[]): Promise<WriteResult> {
    return { affectedRows: (await this.#run(sql, values)).rowCount ?? 0 };
  }

  async commit(): Promise<void> {
    let command: string;
    try {
      ({ command } = await this.#run('COMMIT'));
    } catch (error) {
      this.#lost = true;
      if (isBusError(error, 'SQL_CONNECTION_LOST')) {
        throw new BusError('SQL_COMMIT_UNKNOWN', error.details, error);
      }
      throw error;
    }
    // A transaction in which something failed answers COMMIT with "ROLLBACK" and no error.
    if (command === 'COMMIT') return;
    throw postgresError({ code: '25P02' }, this.#target);
  }

  async rollBack(): Promise<void> {
    try {
      await this.#run('ROLLBACK');
    } catch {
      // The server rolls back by itself once the connection is gone.
      this.#lost = true;
    }
  }

  async #run(sql: string, given: readonly unknown[] = []): Promise<pg.QueryResult> {
    const { text, values } = bind(sql, given);
    try {
      return await this.#client.query(text, values.length === 0 ? undefined : [...values]);
    } catch (error) {
      const known = postgresError(error, this.#target);
      if (known.code === 'SQL_CONNECTION_LOST') this.#lost = true;
      throw known;
    }
  }
}
