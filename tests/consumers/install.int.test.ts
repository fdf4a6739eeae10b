import { describe, expect, test } from 'vitest';
import { isBusError, type BusError } from '../../bus/base/errors.ts';
import { newSecret } from '../../bus/base/secrets.ts';
import type { SqlDatabase, SqlTarget } from '../../bus/sql/sql.ts';
import { ENGINE_MIGRATIONS } from '../../bus/view/store/migrations.ts';
import type { ViewModel } from '../../bus/view/view.ts';
import { installView, viewDatabaseUser } from '../../consumers/install.ts';
import { testStack } from '../support/env.ts';
import { everyTypeView } from '../support/view/every-type-view.ts';
import { oracleView } from '../support/view/oracle-view.ts';
import { dropUser } from '../support/drop-user.ts';

const stack = await testStack('install');
const { host, port, root } = stack.endpoints.databases.hub;
const administrator: SqlTarget = {
  host,
  port,
  user: root.user,
  password: await stack.password(root),
};
const admin = await stack.openSql('hub');

type Place = {
  readonly view: ViewModel;
  readonly consumer: { readonly user: string; readonly password: string };
  readonly install: (view?: ViewModel) => Promise<void>;
};

function place(name: string, make: (database: string) => ViewModel = oracleView): Place {
  const view = make(`${stack.prefix}_${name}`);
  const consumer = { user: viewDatabaseUser(view), password: newSecret() };
  stack.atEnd(async () => {
    await admin.execute(`DROP DATABASE IF EXISTS \`${view.database}\``);
    await dropUser(admin, consumer.user);
  });
  return {
    view,
    consumer,
    install: (other = view) => installView(other, { administrator, consumer }),
  };
}

function open(view: ViewModel, as?: Place['consumer']): Promise<SqlDatabase> {
  return stack.openSql('hub', { database: view.database, ...(as ? { as } : {}) });
}

async function refusal(work: Promise<unknown>): Promise<BusError> {
  const error = await work.catch((thrown: unknown) => thrown);
  if (isBusError(error)) return error;
  throw new Error('expected a BusError', { cause: error });
}

describe('installView', () => {
  test('makes everything the engine needs; the second time changes nothing', async () => {
    const { view, consumer, install } = place('twice');
    await install();
    const db = await open(view, consumer);
    await db.execute("INSERT INTO person__rows (id_number, identity__there) VALUES ('1', 1)");
    await install();

    expect(await db.query('SELECT id_number, name FROM person')).toEqual([
      { id_number: '1', name: null },
    ]);
    for (const table of ['civicbus_offset', 'civicbus_dead_letter', 'civicbus_sweep'])
      expect(await db.query(`SELECT * FROM ${table}`)).toEqual([]);
  });

  test('two at the same time do not stand in each other’s way', async () => {
    const { view, install } = place('both');
    await Promise.all([install(), install()]);

    const db = await open(view);
    expect(await db.query('SELECT name FROM civicbus_migration')).toHaveLength(
      ENGINE_MIGRATIONS.length,
    );
  });

  test('cut off anywhere, it is completed by the next one', async () => {
    const { view, install } = place('cut');
    await install();
    const db = await open(view);
    // A table is there that was not noted, another is not there though noted tables follow.
    await db.execute('DELETE FROM civicbus_migration WHERE name = ?', [
      ENGINE_MIGRATIONS.at(-1)?.name,
    ]);
    await db.execute('UPDATE civicbus_migration_lock SET is_locked = 1');
    await db.execute('DROP TABLE marriage__mirror');
    await install();

    expect(await db.query('SELECT * FROM marriage__mirror')).toEqual([]);
    expect(await db.query('SELECT name FROM civicbus_migration')).toHaveLength(
      ENGINE_MIGRATIONS.length,
    );
  });

  test('a new password replaces the old one', async () => {
    const { view, install, consumer } = place('rotated');
    await install();
    const rotated = { user: consumer.user, password: newSecret() };
    await installView(view, { administrator, consumer: rotated });

    expect(await (await open(view, rotated)).query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    const old = await refusal((await open(view, consumer)).query('SELECT 1'));
    expect(old.code).toBe('SQL_ACCESS_DENIED');
  });

  test('a view with columns of every type is found as it was made', async () => {
    const { view, install } = place('types', everyTypeView);
    await install();
    await install();

    const db = await open(view);
    expect(await db.query('SELECT * FROM person')).toEqual([]);
  });
});

describe('tables that differ from the declaration are refused before any right is given', () => {
  test.each([
    [
      'a column was dropped',
      'ALTER TABLE person__rows DROP COLUMN name',
      'person__rows.name is missing',
    ],
    [
      'a column was narrowed',
      'ALTER TABLE person__rows MODIFY name VARCHAR(10)',
      'person__rows.name is varchar(10), declared varchar(60)',
    ],
    [
      'a column was added',
      'ALTER TABLE marriage__mirror ADD extra INT',
      'marriage__mirror.extra is not declared',
    ],
    [
      'an engine column was dropped',
      'ALTER TABLE person__rows DROP COLUMN marriage__at',
      'person__rows.marriage__at is missing',
    ],
  ])('%s', async (what, ddl, difference) => {
    const { view, install } = place(what.replaceAll(/\W/g, '').slice(0, 20));
    await install();
    const db = await open(view);
    await db.execute(ddl.replace('', ''));
    const error = await refusal(install());

    expect(error.code).toBe('VIEW_TABLES_DIFFER');
    expect(error.message).toContain(difference);
  });

  test('a declaration that grew by an item', async () => {
    const { view, install } = place('grown');
    await install();
    const [identity, ...others] = view.blocks;
    const more = { name: 'nickname', from: 'nickname', type: identity!.items[0]!.type };
    const grown = {
      ...view,
      blocks: [{ ...identity!, items: [...identity!.items, more] }, ...others],
    };
    const error = await refusal(install(grown));

    expect(error.code).toBe('VIEW_TABLES_DIFFER');
    expect(error.message).toContain('person__rows.nickname is missing');
  });
});

describe('the consumer’s own user', () => {
  const { view, consumer, install } = place('rights');

  test.each([
    ['delete a row', 'DELETE FROM person__rows'],
    ['empty a table', 'TRUNCATE TABLE person__rows'],
    ['change a table', 'ALTER TABLE person__rows ADD x INT'],
    ['drop a table', 'DROP TABLE civicbus_offset'],
    ['make a table', 'CREATE TABLE mine (id INT)'],
    ['read another database', 'SELECT * FROM mysql.global_priv'],
    ['give rights away', `GRANT SELECT ON *.* TO CURRENT_USER`],
  ])('may not %s', async (_, statement) => {
    await install();
    const db = await open(view, consumer);
    expect((await refusal(db.execute(statement))).code).toBe('SQL_ACCESS_DENIED');
  });

  test('may do what the engine does', async () => {
    await install();
    const db = await open(view, consumer);
    await db.execute("INSERT INTO person__rows (id_number) VALUES ('1')");
    await db.execute('UPDATE person__rows SET identity__there = 1');
    expect(await db.query('SELECT id_number FROM person')).toHaveLength(1);
  });
});
