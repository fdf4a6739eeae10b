/** What only MariaDB has; the rest is in the contract of all adapters (contract.int.test.ts). */
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { BusError } from '../../../../bus/base/errors.ts';
import { newSecret } from '../../../../bus/base/secrets.ts';
import { openDatabase } from '../../../../bus/sql/mysql/mysql-database.ts';
import type { SqlDatabase, SqlTarget } from '../../../../bus/sql/sql.ts';
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

test('a value that is not of an enumeration has a code and stands in no error', async () => {
  const error = await failure(sql.execute(`INSERT INTO t (id, e) VALUES ('1', '${SECRET}')`));
  expect(error.code).toBe('SQL_BAD_VALUE');
  expect(inspect(error, { depth: 10 })).not.toContain('4401');
  expect(await sql.query('SELECT * FROM t')).toEqual([]);
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
