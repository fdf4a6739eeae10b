/**
 * The SQL port over mysql2, for MariaDB and MySQL. Text protocol throughout: mysql2's prepared
 * statements bind JavaScript numbers as DOUBLE, which would damage large integers. Every connection
 * starts with the same session settings, so that no server default decides what a value becomes.
 */
import mysql, {
  type Pool,
  type PoolConnection,
  type ResultSetHeader,
  type RowDataPacket,
} from 'mysql2/promise';
import { assert } from '../../base/assert.ts';
import { BusError, isBusError } from '../../base/errors.ts';
import type { Isolation, SqlDatabase, SqlSession, SqlTarget, WriteResult } from '../sql.ts';
import { sqlError } from './mysql-errors.ts';

const DEFAULT_CONNECTIONS_MAX = 8;
const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;
/** Of `idleTransactionSeconds`, for every engine that can. */
export const DEFAULT_IDLE_TRANSACTION_S = 30;
const SESSION_SQL_MODE =
  'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION';

export type DatabaseOptions = {
  /** Connections held at most. */
  readonly connectionsMax?: number;
  readonly connectTimeoutMs?: number;
  /** Of transactions that do not ask for another; default READ COMMITTED. */
  readonly isolation?: Isolation;
  /**
   * A transaction in which nothing was asked for so long is ended by the server, with its connection
   * (MariaDB and PostgreSQL; MySQL cannot); default 30 s. A process that stands still would else keep
   * its locks for hours, on PostgreSQL for ever.
   */
  readonly idleTransactionSeconds?: number;
};

/** Opens a pool; nothing is sent before the first statement. */
export function openDatabase(target: SqlTarget, options: DatabaseOptions = {}): SqlDatabase {
  const isolation = options.isolation ?? 'READ COMMITTED';
  const pool = mysql.createPool({
    host: target.host,
    port: target.port,
    user: target.user,
    password: target.password,
    ...(target.database === undefined ? {} : { database: target.database }),
    charset: 'utf8mb4',
    timezone: 'Z',
    dateStrings: true,
    jsonStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: false,
    connectionLimit: options.connectionsMax ?? DEFAULT_CONNECTIONS_MAX,
    connectTimeout: options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
    enableKeepAlive: true,
  });
  const idleSeconds = options.idleTransactionSeconds ?? DEFAULT_IDLE_TRANSACTION_S;
  return new MysqlDatabase(pool, target, { isolation, idleSeconds });
}

class MysqlDatabase implements SqlDatabase {
  readonly #pool: Pool;
  readonly #target: SqlTarget;
  readonly #isolation: Isolation;
  readonly #idleSeconds: number;
  readonly #prepared = new WeakSet<object>();

  constructor(
    pool: Pool,
    target: SqlTarget,
    { isolation, idleSeconds }: { readonly isolation: Isolation; readonly idleSeconds: number },
  ) {
    this.#pool = pool;
    this.#target = target;
    this.#isolation = isolation;
    this.#idleSeconds = idleSeconds;
  }

  query<T>(sql: string, values?: readonly unknown[]): Promise<T[]> {
    return this.#withConnection((session) => session.query<T>(sql, values));
  }

  execute(sql: string, values?: readonly unknown[]): Promise<WriteResult> {
    return this.#withConnection((session) => session.execute(sql, values));
  }

  async transaction<T>(
    work: (session: SqlSession) => Promise<T>,
    isolation?: Isolation,
  ): Promise<T> {
    return this.#withConnection(async (session, connection) => {
      if (isolation !== undefined && isolation !== this.#isolation) {
        await session.execute(`SET TRANSACTION ISOLATION LEVEL ${isolation}`);
      }
      // Otherwise the moment would be that of the first reading.
      const moment = isolation === 'REPEATABLE READ' ? ' WITH CONSISTENT SNAPSHOT' : '';
      await session.execute(`START TRANSACTION${moment}`);
      let result: T;
      try {
        result = await work(session);
      } catch (error) {
        await rollBack(session, connection);
        throw error;
      }
      await this.#commit(session, connection);
      return result;
    });
  }

  async close(): Promise<void> {
    await this.#pool.end().catch(() => {});
  }

  async #commit(session: SqlSession, connection: PoolConnection): Promise<void> {
    try {
      await session.execute('COMMIT');
    } catch (error) {
      connection.destroy();
      if (isBusError(error, 'SQL_CONNECTION_LOST')) {
        throw new BusError('SQL_COMMIT_UNKNOWN', error.details, error);
      }
      throw error;
    }
  }

  async #withConnection<T>(
    work: (session: SqlSession, connection: PoolConnection) => Promise<T>,
  ): Promise<T> {
    const connection = await this.#connect();
    try {
      return await work(new MysqlSession(connection, this.#target), connection);
    } catch (error) {
      if (isBusError(error, 'SQL_CONNECTION_LOST', 'SQL_COMMIT_UNKNOWN')) connection.destroy();
      throw error;
    } finally {
      connection.release();
    }
  }

  async #connect(): Promise<PoolConnection> {
    try {
      const connection = await this.#pool.getConnection();
      if (!this.#prepared.has(connection.connection)) {
        await connection.query(
          `SET SESSION sql_mode='${SESSION_SQL_MODE}', time_zone='+00:00', tx_isolation='${this.#isolation.replace(' ', '-')}' /*M!100300 , idle_transaction_timeout=${this.#idleSeconds} */`,
        );
        this.#prepared.add(connection.connection);
      }
      return connection;
    } catch (error) {
      throw sqlError(error, this.#target);
    }
  }
}

class MysqlSession implements SqlSession {
  readonly #connection: PoolConnection;
  readonly #target: SqlTarget;

  constructor(connection: PoolConnection, target: SqlTarget) {
    this.#connection = connection;
    this.#target = target;
  }

  async query<T>(sql: string, values?: readonly unknown[]): Promise<T[]> {
    const rows = await this.#run(sql, values);
    assert(Array.isArray(rows), 'query() was given a statement that answers no rows');
    return rows as unknown as T[];
  }

  async execute(sql: string, values?: readonly unknown[]): Promise<WriteResult> {
    const result = (await this.#run(sql, values)) as ResultSetHeader;
    return { affectedRows: result.affectedRows ?? 0 };
  }

  async #run(
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<RowDataPacket[] | ResultSetHeader> {
    try {
      const [answer] = await this.#connection.query<RowDataPacket[] | ResultSetHeader>(
        sql,
        // With an empty list the driver would still search the whole text for placeholders.
        values.length === 0 ? null : values.map(checkedValue),
      );
      return answer;
    } catch (error) {
      throw sqlError(error, this.#target);
    }
  }
}

/** Objects would be spread into `key = value` lists by the driver: a hole, so they are a bug here. */
function checkedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(checkedValue);
  if (typeof value === 'bigint') return value.toString();
  assert(
    value === null || typeof value !== 'object' || Buffer.isBuffer(value),
    `a SQL value of type ${Object.prototype.toString.call(value)}`,
  );
  assert(value !== undefined, 'an undefined SQL value');
  return value;
}

async function rollBack(session: SqlSession, connection: PoolConnection): Promise<void> {
  try {
    await session.execute('ROLLBACK');
  } catch {
    // The server rolls back by itself once the connection is gone.
    connection.destroy();
  }
}
