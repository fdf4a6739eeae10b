import { expect, test } from 'vitest';
import { newSecret } from '../../../../bus/base/secrets.ts';
import { ensureAccount } from '../../../../bus/sql/mysql/account.ts';
import { openDatabase } from '../../../../bus/sql/mysql/mysql-database.ts';
import { testStack } from '../../../support/env.ts';
import { dropUser } from '../../../support/drop-user.ts';

const stack = await testStack('account');
const { database, sql } = await stack.newDatabase('hub', 'v');
const { host, port } = stack.endpoints.databases.hub;

test('an account made twice has the later password and all rights it was ever given, and no others', async () => {
  // What a statement put together from texts would stumble over.
  const [user, first, second] = [`u?_${stack.prefix}`, newSecret(), `it's \\ "?" ${newSecret()}`];
  stack.atEnd(async () => {
    await dropUser(sql, user);
  });
  await sql.execute('CREATE TABLE a (n INT)');
  await sql.execute('CREATE TABLE b (n INT)');
  const grant = (table: string) => [{ rights: 'SELECT, INSERT', on: { database, table } }];
  await ensureAccount(sql, { user, password: first, grants: grant('a') });
  await ensureAccount(sql, { user, password: second, grants: grant('b') });
  const open = (password: string) => {
    const opened = openDatabase({ host, port, user, password, database });
    stack.atEnd(() => opened.close());
    return opened;
  };
  const db = open(second);

  for (const table of ['a', 'b']) await db.execute(`INSERT INTO ${table} VALUES (1)`);
  await expect(db.execute('DELETE FROM a')).rejects.toMatchObject({ code: 'SQL_ACCESS_DENIED' });
  await expect(open(first).query('SELECT 1')).rejects.toMatchObject({ code: 'SQL_ACCESS_DENIED' });
});
