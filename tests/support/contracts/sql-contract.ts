/**
 * What every adapter of the SQL port promises, whatever server is behind it. `dialect` holds the few
 * words in which the servers differ; what only one of them has is tested beside its adapter.
 */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { BusError, isBusError, type ErrorCode } from '../../../bus/base/errors.ts';
import type { DatabaseOptions } from '../../../bus/sql/mysql/mysql-database.ts';
import type { SqlDatabase, SqlSession, SqlTarget, SqlValue } from '../../../bus/sql/sql.ts';

export type SqlDialect = {
  /** A database of its own, as an administrator; the contract makes its tables there. */
  readonly target: SqlTarget;
  readonly open: (target: SqlTarget, options: DatabaseOptions) => SqlDatabase;
  readonly atEnd: (close: () => unknown) => void;
  /** Answers this connection's number as `id`. */
  readonly connectionId: string;
  /** Ends the connection of that number. */
  readonly kill: (id: number) => string;
  /** Sleeps half a minute. */
  readonly sleep: string;
  /** Sleeps one second and a half. */
  readonly shortSleep: string;
  /** Makes this session wait for a lock no longer than a second. */
  readonly shortLockWait: string;
  readonly binaryType: string;
};

/** What nobody may find in a log: 18 characters as in an identity number. */
const SECRET = '44010619900101123X';

export function sqlContract(dialect: SqlDialect): void {
  const { target } = dialect;
  const open = (
    other: Partial<SqlTarget> = {},
    connectionsMax = 2,
    more: DatabaseOptions = {},
  ): SqlDatabase => {
    const opened = dialect.open({ ...target, ...other }, { connectionsMax, ...more });
    dialect.atEnd(() => opened.close());
    return opened;
  };
  const sql = open({}, 4);
  const killed = async (session: SqlSession): Promise<void> => {
    const [me] = await session.query<{ id: number }>(dialect.connectionId);
    const sleeping = session.query(dialect.sleep);
    await Promise.all([sql.execute(dialect.kill(me?.id ?? 0)), sleeping]);
  };

  test('the table of the contract is made', async () => {
    await sql.execute(
      'CREATE TABLE t (id VARCHAR(18) PRIMARY KEY, n INT, d DATE, must INT NOT NULL DEFAULT 0, amount DECIMAL(4,1))',
    );
    expect(await sql.query('SELECT * FROM t')).toEqual([]);
  });

  describe('what the server refuses has a code and holds no value', () => {
    test.each<[ErrorCode, string, string]>([
      ['SQL_DUPLICATE', `INSERT INTO t (id) VALUES ('${SECRET}'), ('${SECRET}')`, 'a key twice'],
      ['SQL_BAD_VALUE', `INSERT INTO t (id) VALUES ('${SECRET}${SECRET}')`, 'too long'],
      ['SQL_BAD_VALUE', `INSERT INTO t (id, n) VALUES ('1', '${SECRET}')`, 'no number'],
      ['SQL_BAD_VALUE', `INSERT INTO t (id, n) VALUES ('1', 99999999999)`, 'out of range'],
      ['SQL_BAD_VALUE', `INSERT INTO t (id, d) VALUES ('1', '${SECRET}')`, 'no date'],
      ['SQL_BAD_VALUE', `INSERT INTO t (id, d) VALUES ('1', '0000-00-00')`, 'a zero date'],
      ['SQL_BAD_VALUE', `INSERT INTO t (id, d) VALUES ('1', '2020-02-30')`, 'no day'],
      ['SQL_BAD_VALUE', `INSERT INTO t (id, must) VALUES ('1', NULL)`, 'NULL where none may be'],
      ['SQL_BAD_VALUE', `INSERT INTO t (id, amount) VALUES ('1', 99999)`, 'too many digits'],
      ['SQL_FAILED', `SELECT '${SECRET}' FROM nowhere`, 'no such table'],
      ['SQL_FAILED', `SELECT '${SECRET}' FRM t`, 'not SQL'],
    ])('%s: %s (%s)', async (code, statement) => {
      const error = await failure(sql.execute(statement));
      expect(error.code).toBe(code);
      expect(inspect(error, { depth: 10 })).not.toContain('4401');
      expect(await sql.query('SELECT * FROM t')).toEqual([]);
    });

    test('a bound value is in no error either', async () => {
      const error = await failure(
        sql.execute('INSERT INTO t (id) VALUES (?), (?)', [SECRET, SECRET]),
      );
      expect(error.code).toBe('SQL_DUPLICATE');
      expect(inspect(error, { depth: 10 })).not.toContain('4401');
    });

    test('nor is a password that was refused', async () => {
      const error = await failure(open({ password: 'not-the-password' }).query('SELECT 1'));
      expect(error).toMatchObject({ code: 'SQL_ACCESS_DENIED', reaction: 'stop' });
      expect(error.message).toContain(target.user);
      expect(inspect(error, { depth: 10 })).not.toContain('not-the-password');
    });
  });

  describe('transactions', () => {
    test('one of two that wait for each other gives way with SQL_DEADLOCK, the other commits', async () => {
      await sql.execute("INSERT INTO t (id, n) VALUES ('a', 0), ('b', 0)");
      const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const update = (session: SqlSession, id: string) =>
        session.execute('UPDATE t SET n = n + 1 WHERE id = ?', [id]);
      const results = await Promise.allSettled([
        sql.transaction(async (session) => {
          await update(session, 'a');
          first.resolve();
          await second.promise;
          await update(session, 'b');
        }),
        sql.transaction(async (session) => {
          await update(session, 'b');
          second.resolve();
          await first.promise;
          await update(session, 'a');
        }),
      ]);
      const failed = results.flatMap((r) => (r.status === 'rejected' ? [r.reason as unknown] : []));
      expect(failed).toEqual([
        expect.objectContaining({ code: 'SQL_DEADLOCK', reaction: 'retry' }),
      ]);
      expect(await sql.query('SELECT n FROM t ORDER BY id')).toEqual([{ n: 1 }, { n: 1 }]);
      await sql.execute('DELETE FROM t');
    });

    test('one that waits too long says SQL_LOCK_TIMEOUT and has changed nothing', async () => {
      await sql.execute("INSERT INTO t (id, n) VALUES ('a', 1), ('b', 1)");
      const error = await sql.transaction(async (holder) => {
        await holder.execute("UPDATE t SET n = 2 WHERE id = 'b'");
        return failure(
          open().transaction(async (session) => {
            await session.execute(dialect.shortLockWait);
            await session.execute("UPDATE t SET n = 3 WHERE id = 'a'");
            await session.execute("UPDATE t SET n = 3 WHERE id = 'b'");
          }),
        );
      });
      expect(error).toMatchObject({ code: 'SQL_LOCK_TIMEOUT', reaction: 'retry' });
      expect(await sql.query('SELECT n FROM t ORDER BY id')).toEqual([{ n: 1 }, { n: 2 }]);
      await sql.execute('DELETE FROM t');
    });

    test('an error of the work itself rolls back and is thrown on as it is', async () => {
      const mine = new Error('mine');
      const work = sql.transaction(async (session) => {
        await session.execute("INSERT INTO t (id) VALUES ('a')");
        throw mine;
      });
      await expect(work).rejects.toBe(mine);
      expect(await sql.query('SELECT * FROM t')).toEqual([]);
    });

    test('an isolation asked for holds for that one transaction', async () => {
      const look = (isolation: 'READ COMMITTED' | 'REPEATABLE READ', id: string) =>
        sql.transaction(async (session) => {
          const count = 'SELECT COUNT(*) AS n FROM t';
          const [before] = await session.query<{ n: number }>(count);
          await sql.execute('INSERT INTO t (id) VALUES (?)', [id]);
          const [after] = await session.query<{ n: number }>(count);
          return (after?.n ?? 0) - (before?.n ?? 0);
        }, isolation);
      expect(await look('REPEATABLE READ', 'r')).toBe(0);
      expect(await look('READ COMMITTED', 'c')).toBe(1);
      await sql.execute('DELETE FROM t');
    });

    test('a pool of one connection survives whatever happens on it', async () => {
      const one = open({}, 1);
      for (let i = 0; i < 5; i++) {
        await failure(one.transaction((session) => session.execute('SELECT FRM')));
        await failure(one.query('SELECT * FROM nowhere'));
        await failure(one.transaction(killed));
      }
      expect(await one.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });
  });

  describe('a connection that breaks', () => {
    test.each<[string, Partial<SqlTarget>]>([
      ['nobody listens there', { host: '127.0.0.1', port: 1 }],
      ['there is no such host', { host: 'no.such.host.invalid' }],
    ])('%s', async (_, where) => {
      const error = await failure(open(where).query('SELECT 1'));
      expect(error).toMatchObject({ code: 'SQL_CONNECTION_LOST', reaction: 'retry' });
      expect(error.message).toContain(`${where.host}:${where.port ?? target.port}`);
    });

    test('killed in the middle of a statement: lost, and the next statement has a new one', async () => {
      const pool = open({}, 1);
      const running = pool.transaction(async (session) => {
        await session.execute("INSERT INTO t (id) VALUES ('a')");
        await killed(session);
      });
      expect(await failure(running)).toMatchObject({ code: 'SQL_CONNECTION_LOST' });
      expect(await pool.query('SELECT * FROM t')).toEqual([]);
    });

    test('killed while idle in the pool: at most one statement notices', async () => {
      const pool = open({}, 1);
      const [me] = await pool.query<{ id: number }>(dialect.connectionId);
      await sql.execute(dialect.kill(me?.id ?? 0));
      const first = await pool.query('SELECT 1 AS one').catch((error: unknown) => error);
      expect([
        [{ one: 1 }],
        expect.objectContaining({ code: 'SQL_CONNECTION_LOST' }),
      ]).toContainEqual(first);
      expect(await pool.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });

    test('standing still within a transaction: the server ends it, and who waits for its rows goes on', async () => {
      const frozen = open({}, 1, { idleTransactionSeconds: 1 });
      await sql.execute("INSERT INTO t (id, n) VALUES ('frozen', 1)");
      const woken = frozen.transaction(async (session) => {
        await session.execute("UPDATE t SET n = 2 WHERE id = 'frozen'");
        // Waits for the row, and gets it although nobody ended the transaction that holds it.
        await sql.execute("UPDATE t SET n = n + 10 WHERE id = 'frozen'");
        await session.execute("UPDATE t SET n = 99 WHERE id = 'frozen'");
      });
      expect((await failure(woken)).code).toBe('SQL_CONNECTION_LOST');
      expect(await sql.query("SELECT n FROM t WHERE id = 'frozen'")).toEqual([{ n: 11 }]);
      expect(await frozen.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
      await sql.execute("DELETE FROM t WHERE id = 'frozen'");
    });

    test('a transaction that works for longer than it may stand still is left alone', async () => {
      const busy = open({}, 1, { idleTransactionSeconds: 1 });
      const [row] = await busy.transaction(async (session) => {
        await session.query(dialect.shortSleep);
        return session.query<{ one: number }>('SELECT 1 AS one');
      });
      expect(row).toEqual({ one: 1 });
    });

    test.each<['after' | 'before', number, string]>([
      ['after', 1, 'the server committed, nobody heard of it'],
      ['before', 0, 'the server never saw it'],
    ])(
      'cut %s COMMIT reaches the server: SQL_COMMIT_UNKNOWN, and %i row is there (%s)',
      async (when, rows) => {
        const proxy = await cuttingProxy(target, when);
        dialect.atEnd(() => proxy.close());
        const pool = open({ host: '127.0.0.1', port: proxy.port }, 1);
        const error = await failure(
          pool.transaction((session) => session.execute("INSERT INTO t (id) VALUES ('a')")),
        );
        expect(error).toMatchObject({ code: 'SQL_COMMIT_UNKNOWN', reaction: 'retry' });
        await expect.poll(() => sql.query('SELECT id FROM t')).toHaveLength(rows);
        expect(await pool.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
        await sql.execute('DELETE FROM t');
      },
    );
  });

  describe('values', () => {
    const everyByte = Buffer.from(Array.from({ length: 256 }, (_, i) => i));

    test.each<[string, SqlValue, unknown, string]>([
      ['bigint', '9223372036854775807', '9223372036854775807', 'the greatest, as text'],
      ['bigint', '-9223372036854775808', '-9223372036854775808', 'the smallest'],
      ['bigint', 9223372036854775807n, '9223372036854775807', 'given as a bigint'],
      ['bigint', '9007199254740993', '9007199254740993', 'the first that a number cannot hold'],
      ['bigint', 9007199254740991n, 9007199254740991, 'the last that it can'],
      ['bigint', -1, -1, 'a small one is a number'],
      ['decimal(12,2)', '0.10', '0.10', 'trailing zeros'],
      [
        'decimal(38,10)',
        '-1234567890123456789012345678.0123456789',
        '-1234567890123456789012345678.0123456789',
        'every digit',
      ],
      ['double precision', 0.1, 0.1, 'no shorter, no longer'],
      ['double precision', 1.7976931348623157e308, 1.7976931348623157e308, 'the greatest'],
      ['date', '1000-01-01', '1000-01-01', 'long before any time zone'],
      ['date', '9999-12-31', '9999-12-31', 'the last day'],
      ['varchar(20)', null, null, 'NULL'],
      ['varchar(20)', '', '', 'empty is not NULL'],
      ['varchar(20)', ' a ', ' a ', 'spaces on both sides'],
      ['varchar(20)', '𠮷𫚖㐂😀', '𠮷𫚖㐂😀', 'outside the basic plane'],
      ['varchar(20)', '? ?? :a @b %s $1', '? ?? :a @b %s $1', 'placeholders'],
      ['varchar(20)', '-- /* */ # ;', '-- /* */ # ;', 'comments'],
      ['varchar(20)', '\' \\ " ` \n \u2028', '\' \\ " ` \n \u2028', 'quotes and their like'],
      [dialect.binaryType, everyByte, everyByte, 'every byte'],
      [dialect.binaryType, Buffer.alloc(0), Buffer.alloc(0), 'no byte'],
    ])('%s keeps %s: %s (%s)', async (type, value, expected) => {
      const read = await sql.transaction(async (session) => {
        await session.execute(`CREATE TEMPORARY TABLE one (v ${type})`);
        await session.execute('INSERT INTO one VALUES (?)', [value]);
        const [row] = await session.query<{ v: SqlValue }>('SELECT v FROM one');
        await session.execute('DROP TABLE one');
        return row?.v;
      });
      expect(read).toEqual(expected);
    });

    test('a list stands for several placeholders, and a list of rows for several rows', async () => {
      await sql.execute('INSERT INTO t (id, n) VALUES ?', [
        [
          ['a', 1],
          ['b', 2],
          ['c?', 3],
        ],
      ]);
      const text =
        "SELECT id, '?' AS mark FROM t WHERE id IN (?) AND n < ? -- really?\nORDER BY id";
      expect(await sql.query(text, [['a', 'c?'], 9])).toEqual([
        { id: 'a', mark: '?' },
        { id: 'c?', mark: '?' },
      ]);
      await sql.execute('DELETE FROM t');
    });

    test('rows matched are counted, changed or not: a compare-and-set relies on it', async () => {
      await sql.execute("INSERT INTO t (id, n) VALUES ('a', 5)");
      const set = 'UPDATE t SET n = 5 WHERE id = ?';
      expect(await sql.execute(set, ['a'])).toEqual({ affectedRows: 1 });
      expect(await sql.execute(set, ['b'])).toEqual({ affectedRows: 0 });
      await sql.execute('DELETE FROM t');
    });

    test.each<[string, unknown]>([
      ['undefined', undefined],
      ['an object', { admin: 1 }],
      ['an object inside a list', [['a', { b: 1 }]]],
      ['a Date, whose zone nobody knows', new Date(0)],
      ['a Uint8Array', new Uint8Array(2)],
    ])('%s is a bug, found before anything is sent', async (_, value) => {
      const refused = await sql.query('SELECT ?', [value]).catch((error: unknown) => error);
      expect(isBusError(refused, 'BUS_BUG')).toBe(true);
    });
  });
}

async function failure(work: Promise<unknown>): Promise<BusError> {
  const error = await work.then(
    () => new Error('nothing failed'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof BusError) return error;
  throw new Error('expected a BusError', { cause: error });
}

type Proxy = { readonly port: number; close(): void };

/** Passes everything on, and cuts the connection at its first COMMIT: before or after the server has it. */
async function cuttingProxy(target: SqlTarget, when: 'before' | 'after'): Promise<Proxy> {
  let cut = false;
  const server: Server = createServer((client: Socket) => {
    const upstream = connect(target.port, target.host);
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    let silent = false;
    client.on('data', (data) => {
      // PostgreSQL ends its texts with a zero byte.
      const commits = !cut && data.toString('latin1').replace(/\0$/, '').endsWith('COMMIT');
      if (commits) cut = true;
      if (commits && when === 'before') return end();
      silent ||= commits;
      upstream.write(data);
    });
    upstream.on('data', (data) => (silent ? end() : client.write(data)));
    for (const socket of [client, upstream]) socket.on('close', end).on('error', end);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}
