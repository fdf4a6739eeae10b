import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { BusError, type ErrorCode } from '../../../../bus/base/errors.ts';
import { newSecret } from '../../../../bus/base/secrets.ts';
import { openDatabase } from '../../../../bus/sql/mysql/mysql-database.ts';
import type { SqlDatabase, SqlSession, SqlTarget } from '../../../../bus/sql/sql.ts';
import { testStack } from '../../../support/env.ts';

const stack = await testStack('sqlerrors');
const { database, sql } = await stack.newDatabase('hub', 'v');
const { host, port, root } = stack.endpoints.databases.hub;
const target: SqlTarget = {
  host,
  port,
  user: root.user,
  password: await stack.password(root),
  database,
};

await sql.execute(
  "CREATE TABLE t (id VARCHAR(18) PRIMARY KEY, n INT, d DATE, e ENUM('a','b'), must INT NOT NULL DEFAULT 0, amount DECIMAL(4,1))",
);

/** What nobody may find in a log: 18 characters as in an identity number. */
const SECRET = '44010619900101123X';

function open(other: Partial<SqlTarget> = {}, connectionsMax = 2): SqlDatabase {
  const opened = openDatabase({ ...target, ...other }, { connectionsMax, connectTimeoutMs: 5_000 });
  stack.atEnd(() => opened.close());
  return opened;
}

async function failure(work: Promise<unknown>): Promise<BusError> {
  const error = await work.then(
    () => new Error('nothing failed'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof BusError) return error;
  throw new Error('expected a BusError', { cause: error });
}

describe('what the server refuses has a code and holds no value', () => {
  test.each<[ErrorCode, string, string]>([
    ['SQL_DUPLICATE', `INSERT INTO t (id) VALUES ('${SECRET}'), ('${SECRET}')`, 'a key twice'],
    ['SQL_BAD_VALUE', `INSERT INTO t (id) VALUES ('${SECRET}${SECRET}')`, 'too long'],
    ['SQL_BAD_VALUE', `INSERT INTO t (id, n) VALUES ('1', '${SECRET}')`, 'no number'],
    ['SQL_BAD_VALUE', `INSERT INTO t (id, n) VALUES ('1', 99999999999)`, 'out of range'],
    ['SQL_BAD_VALUE', `INSERT INTO t (id, d) VALUES ('1', '${SECRET}')`, 'no date'],
    ['SQL_BAD_VALUE', `INSERT INTO t (id, d) VALUES ('1', '0000-00-00')`, 'a zero date'],
    ['SQL_BAD_VALUE', `INSERT INTO t (id, d) VALUES ('1', '2020-02-30')`, 'no day'],
    ['SQL_BAD_VALUE', `INSERT INTO t (id, e) VALUES ('1', '${SECRET}')`, 'not of the list'],
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
});

describe('rights', () => {
  test('a wrong password, a foreign database and a missing right are the same kind of error', async () => {
    const user = `u_${stack.prefix}`;
    const password = newSecret();
    await sql.execute(`CREATE USER '${user}'@'127.0.0.1' IDENTIFIED BY '${password}'`);
    stack.atEnd(() => sql.execute(`DROP USER '${user}'@'127.0.0.1'`));
    const wrong = await failure(open({ user, password: 'wrong' }).query('SELECT 1'));
    const foreign = await failure(open({ user, password }).query('SELECT 1'));
    await sql.execute(`GRANT SELECT ON ${database}.* TO '${user}'@'127.0.0.1'`);
    const missing = await failure(open({ user, password }).execute('DELETE FROM t'));

    for (const error of [wrong, foreign, missing]) {
      expect(error).toMatchObject({ code: 'SQL_ACCESS_DENIED', reaction: 'stop' });
      expect(error.message).toContain(user);
      expect(inspect(error, { depth: 10 })).not.toContain(password);
    }
  });
});

describe('transactions that meet', () => {
  test('one of two that wait for each other gives way with SQL_DEADLOCK, the other commits', async () => {
    await sql.execute("INSERT INTO t (id) VALUES ('a'), ('b')");
    const first = Promise.withResolvers<void>();
    const second = Promise.withResolvers<void>();
    const update = (session: SqlSession, id: string) =>
      session.execute('UPDATE t SET n = COALESCE(n, 0) + 1 WHERE id = ?', [id]);
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
    expect(failed).toEqual([expect.objectContaining({ code: 'SQL_DEADLOCK', reaction: 'retry' })]);
    expect(await sql.query('SELECT n FROM t ORDER BY id')).toEqual([{ n: 1 }, { n: 1 }]);
    await sql.execute('DELETE FROM t');
  });

  test('one that waits too long says SQL_LOCK_TIMEOUT and has changed nothing', async () => {
    await sql.execute("INSERT INTO t (id, n) VALUES ('a', 1), ('b', 1)");
    const error = await sql.transaction(async (holder) => {
      await holder.execute("UPDATE t SET n = 2 WHERE id = 'b'");
      return failure(
        open().transaction(async (session) => {
          await session.execute('SET SESSION innodb_lock_wait_timeout = 1');
          await session.execute("UPDATE t SET n = 3 WHERE id = 'a'");
          await session.execute("UPDATE t SET n = 3 WHERE id = 'b'");
        }),
      );
    });

    expect(error).toMatchObject({ code: 'SQL_LOCK_TIMEOUT', reaction: 'retry' });
    expect(await sql.query('SELECT n FROM t ORDER BY id')).toEqual([{ n: 1 }, { n: 2 }]);
    await sql.execute('DELETE FROM t');
  });

  test('one whose work throws is rolled back, and its error comes through as it was', async () => {
    const mine = new Error('mine');
    const thrown = await sql
      .transaction(async (session) => {
        await session.execute("INSERT INTO t (id) VALUES ('a')");
        throw mine;
      })
      .catch((error: unknown) => error);

    expect(thrown).toBe(mine);
    expect(await sql.query('SELECT * FROM t')).toEqual([]);
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
  test('nobody listens there', async () => {
    const error = await failure(open({ port: 1 }).query('SELECT 1'));
    expect(error).toMatchObject({ code: 'SQL_CONNECTION_LOST', reaction: 'retry' });
    expect(error.message).toContain('127.0.0.1:1');
  });

  test('no such host', async () => {
    const error = await failure(open({ host: 'no.such.host.invalid' }).query('SELECT 1'));
    expect(error.code).toBe('SQL_CONNECTION_LOST');
  });

  test('killed in the middle of a statement: lost, and the next statement has a new one', async () => {
    const pool = open({}, 1);
    const running = failure(
      pool.transaction(async (session) => {
        const [me] = await session.query<{ id: number }>('SELECT CONNECTION_ID() AS id');
        await session.execute("INSERT INTO t (id) VALUES ('a')");
        const sleeping = session.query('SELECT SLEEP(30)');
        await sql.execute(`KILL ${me?.id ?? 0}`);
        await sleeping;
      }),
    );

    expect(await running).toMatchObject({ code: 'SQL_CONNECTION_LOST' });
    expect(await pool.query('SELECT * FROM t')).toEqual([]);
  });

  test('killed while idle in the pool: at most one statement notices', async () => {
    const pool = open({}, 1);
    const [me] = await pool.query<{ id: number }>('SELECT CONNECTION_ID() AS id');
    await sql.execute(`KILL ${me?.id ?? 0}`);
    const first = await pool.query('SELECT 1 AS one').catch((error: unknown) => error);

    expect([[{ one: 1 }], expect.objectContaining({ code: 'SQL_CONNECTION_LOST' })]).toContainEqual(
      first,
    );
    expect(await pool.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test.each<['after' | 'before', number, string]>([
    ['after', 1, 'the server committed, nobody heard of it'],
    ['before', 0, 'the server never saw it'],
  ])(
    'cut %s COMMIT reaches the server: SQL_COMMIT_UNKNOWN, and %i row is there (%s)',
    async (when, rows) => {
      const proxy = await cuttingProxy(when);
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

async function killed(session: SqlSession): Promise<void> {
  const [me] = await session.query<{ id: number }>('SELECT CONNECTION_ID() AS id');
  await sql.execute(`KILL ${me?.id ?? 0}`);
  await session.query('SELECT SLEEP(30)');
}

/** Passes everything on, and cuts the connection at its first COMMIT: before or after the server has it. */
async function cuttingProxy(when: 'before' | 'after'): Promise<{ readonly port: number }> {
  let cut = false;
  const server: Server = createServer((client: Socket) => {
    const upstream = connect(port, host);
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    let silent = false;
    client.on('data', (data) => {
      const commits = !cut && data.toString('latin1').endsWith('COMMIT');
      if (commits) cut = true;
      if (commits && when === 'before') return end();
      silent ||= commits;
      upstream.write(data);
    });
    upstream.on('data', (data) => (silent ? end() : client.write(data)));
    for (const socket of [client, upstream]) socket.on('close', end).on('error', end);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stack.atEnd(() => server.close());
  return { port: (server.address() as AddressInfo).port };
}

test('a transaction of a process that stands still is ended by the server, and who waits goes on', async () => {
  const frozen = openDatabase(target, { idleTransactionSeconds: 1 });
  stack.atEnd(() => frozen.close());
  await sql.execute("REPLACE INTO t (id, n) VALUES ('frozen', 1)");
  const woken = frozen.transaction(async (session) => {
    await session.execute("UPDATE t SET n = 2 WHERE id = 'frozen'");
    // Waits for the row, and gets it although nobody ended the transaction that holds it.
    await sql.execute("UPDATE t SET n = n + 10 WHERE id = 'frozen'");
    await session.execute("UPDATE t SET n = 99 WHERE id = 'frozen'");
  });
  expect((await failure(woken)).code).toBe('SQL_CONNECTION_LOST');
  expect(await sql.query("SELECT n FROM t WHERE id = 'frozen'")).toEqual([{ n: 11 }]);
});
