import { describe, expect, test } from 'vitest';
import { isBusError } from '../../../../bus/base/errors.ts';
import { migrate, type Migration } from '../../../../bus/sql/mysql/migrate.ts';
import type { SqlDatabase, SqlTarget } from '../../../../bus/sql/sql.ts';
import { testStack } from '../../../support/env.ts';

const stack = await testStack('migrate');

const ONE: Migration = {
  name: '001-one',
  statements: ['CREATE TABLE IF NOT EXISTS one (id INT PRIMARY KEY)', 'INSERT INTO one VALUES (1)'],
};
const TWO: Migration = { name: '002-two', statements: ['CREATE TABLE two (id INT PRIMARY KEY)'] };
const THREE: Migration = { name: '003-three', statements: ['CREATE TABLE three (id NOTYPE)'] };

async function fresh(name: string): Promise<{ target: SqlTarget; sql: SqlDatabase }> {
  const { host, port, root } = stack.endpoints.databases.hub;
  const { database, sql } = await stack.newDatabase('hub', name);
  return {
    sql,
    target: { host, port, user: root.user, password: await stack.password(root), database },
  };
}

describe('migrate', () => {
  test('applies what is missing, in order, and nothing the second time', async () => {
    const { target, sql } = await fresh('twice');

    expect(await migrate(target, [ONE])).toEqual(['001-one']);
    expect(await migrate(target, [ONE, TWO])).toEqual(['002-two']);
    expect(await migrate(target, [ONE, TWO])).toEqual([]);
    expect(await sql.query('SELECT id FROM one')).toEqual([{ id: 1 }]);
  });

  test('refuses a database that a newer civicbus has migrated, and changes nothing', async () => {
    const { target, sql } = await fresh('newer');
    await migrate(target, [ONE, TWO]);
    const refused = await migrate(target, [ONE]).catch((error: unknown) => error);

    expect(isBusError(refused, 'SQL_MIGRATED_NEWER')).toBe(true);
    expect(String(refused)).toContain('002-two');
    expect(await sql.query('SELECT name FROM civicbus_migration ORDER BY name')).toHaveLength(2);
  });

  test('two at the same time apply each migration once', async () => {
    const { target, sql } = await fresh('both');
    const applied = await Promise.all([migrate(target, [ONE, TWO]), migrate(target, [ONE, TWO])]);

    expect(applied.flat().sort()).toEqual(['001-one', '002-two']);
    expect(await sql.query('SELECT id FROM one')).toHaveLength(1);
  });

  test('a process killed in the middle does not lock the next one out', async () => {
    const { target, sql } = await fresh('killed');
    await migrate(target, [ONE]);
    // What a killed process leaves: the runner's lock, and a statement done but not noted.
    await sql.execute('UPDATE civicbus_migration_lock SET is_locked = 1');
    await sql.execute('DELETE FROM civicbus_migration');
    await sql.execute('DELETE FROM one');

    expect(await migrate(target, [ONE])).toEqual(['001-one']);
  });

  test('a statement that fails leaves the migrations before it, and says so with a code', async () => {
    const { target, sql } = await fresh('broken');
    const failed = await migrate(target, [ONE, TWO, THREE]).catch((error: unknown) => error);

    expect(isBusError(failed, 'SQL_FAILED')).toBe(true);
    expect(await sql.query('SELECT name FROM civicbus_migration')).toHaveLength(2);
    const corrected = { ...THREE, statements: ['CREATE TABLE three (id INT)'] };
    expect(await migrate(target, [ONE, TWO, corrected])).toEqual(['003-three']);
  });
});
