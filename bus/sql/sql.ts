/**
 * The SQL port: what the bus asks of a MariaDB, MySQL or PostgreSQL server. Adapters map every driver
 * error to a code (SQL_DEADLOCK, SQL_LOCK_TIMEOUT, SQL_CONNECTION_LOST, SQL_COMMIT_UNKNOWN,
 * SQL_DUPLICATE, SQL_ACCESS_DENIED, SQL_DISK_FULL, SQL_BAD_VALUE, SQL_FAILED), so that callers
 * never read a driver's text. Integers beyond 2^53, decimals and temporal values travel as strings
 * in both directions; binary values as Buffer; no JavaScript Date ever crosses this port.
 */

export type SqlValue = string | number | bigint | boolean | null | Buffer;
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** Which server it is; `mariadb` also stands for MySQL, whose protocol is the same. */
export type SqlEngine = 'mariadb' | 'postgresql';

export type SqlTarget = {
  /** Default `mariadb`. */
  readonly engine?: SqlEngine;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** The database that unqualified names mean; none when absent (on PostgreSQL its maintenance database). */
  readonly database?: string;
};

export type WriteResult = {
  /** Rows matched by the statement's WHERE, or touched by an insert (drivers count upserts 1 or 2). */
  readonly affectedRows: number;
};

export interface SqlSession {
  /** Runs a statement that answers rows. `?` placeholders, a list for several of them; values never become SQL text here. */
  query<T = SqlRow>(sql: string, values?: readonly unknown[]): Promise<T[]>;
  /** Runs a statement that changes something. */
  execute(sql: string, values?: readonly unknown[]): Promise<WriteResult>;
}

export type Isolation = 'READ COMMITTED' | 'REPEATABLE READ';

export interface SqlDatabase extends SqlSession {
  /**
   * Runs `work` in one transaction on a connection of its own and commits. Any error rolls
   * back and is thrown on. When COMMIT was sent and its answer never came, the error is
   * SQL_COMMIT_UNKNOWN: the caller must find out by reading. Never retries.
   */
  transaction<T>(work: (session: SqlSession) => Promise<T>, isolation?: Isolation): Promise<T>;

  /** Ends all connections; running statements are given `graceMs` and then cut. */
  close(): Promise<void>;
}
