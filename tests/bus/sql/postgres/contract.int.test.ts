import { describe, expect, test } from 'vitest';
import { openPostgres } from '../../../../bus/sql/postgres/postgres-database.ts';
import type { SqlValue } from '../../../../bus/sql/sql.ts';
import { sqlContract } from '../../../support/contracts/sql-contract.ts';
import { testStack } from '../../../support/env.ts';

const stack = await testStack('sqlpg');
const { database, sql } = await stack.newDatabase('registers', 'c');
const { host, port, root } = stack.endpoints.postgres.registers;

sqlContract({
  target: { host, port, user: root.user, password: await stack.password(root), database },
  open: (target, options) => openPostgres(target, { connectTimeoutMs: 5_000, ...options }),
  atEnd: (close) => stack.atEnd(close),
  connectionId: 'SELECT pg_backend_pid() AS id',
  kill: (id) => `SELECT pg_terminate_backend(${id})`,
  sleep: 'SELECT pg_sleep(30)',
  shortSleep: 'SELECT pg_sleep(1.5)',
  shortLockWait: "SET LOCAL lock_timeout = '1s'",
  binaryType: 'bytea',
});

describe('what only PostgreSQL does', () => {
  test('a transaction whose error was swallowed is not taken for committed', async () => {
    await sql.execute('CREATE TABLE kept (id int PRIMARY KEY)');
    const work = sql.transaction(async (session) => {
      await session.execute('INSERT INTO kept VALUES (1)');
      await session.execute('INSERT INTO kept VALUES (1)').catch(() => undefined);
    });
    await expect(work).rejects.toMatchObject({ code: 'SQL_FAILED' });
    expect(await sql.query('SELECT * FROM kept')).toEqual([]);
  });

  test.each<[string, SqlValue, SqlValue, string]>([
    [
      'timestamp',
      '2020-03-29 02:30:00.000001',
      '2020-03-29 02:30:00.000001',
      'summer time skips it',
    ],
    ['timestamptz', '2020-03-29 02:30:00+02', '2020-03-29 00:30:00+00', 'in UTC'],
    ['time', '23:59:59.999999', '23:59:59.999999', 'the last microsecond'],
    ['boolean', true, true, 'a boolean is one'],
    ['numeric', 'NaN', 'NaN', 'no number at all'],
    ['int[]', '{1,NULL}', '{1,NULL}', 'the server’s text'],
    ['jsonb', '{"b": 1, "a": []}', '{"a": [], "b": 1}', 'the server’s text'],
  ])('%s keeps %s (%s, %s)', async (type, value, expected) => {
    expect(await sql.query(`SELECT CAST(? AS ${type}) AS v`, [value])).toEqual([{ v: expected }]);
  });

  test.each([
    ["SELECT 'a?b' AS v, ? AS w", 'in a text'],
    ["SELECT E'a\\'?b' AS v, ? AS w", 'in a text with escapes'],
    ['SELECT 1 AS "a?b", ? AS w', 'in a name'],
    ['SELECT $$a?b$$ AS v, ? AS w', 'between dollars'],
    ['SELECT $x$a?$$b$x$ AS v, ? AS w', 'between tagged dollars'],
    ['SELECT /* ? */ 1 AS v, ? AS w -- ?', 'in comments'],
  ])('%s: a question mark %s is no placeholder', async (text) => {
    const [row] = await sql.query<{ w: string }>(text, ['given']);
    expect(row?.w).toBe('given');
  });

  test('placeholders and values must be equally many', async () => {
    await expect(sql.query('SELECT ?, ?', ['a'])).rejects.toMatchObject({ code: 'BUS_BUG' });
    await expect(sql.query('SELECT ?', ['a', 'b'])).rejects.toMatchObject({ code: 'BUS_BUG' });
  });
});
