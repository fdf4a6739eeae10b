import { describe, expect, test } from 'vitest';
import { createCity } from '../../producers/city.ts';
import { civilAffairs } from '../../producers/civil-affairs/civil-affairs.ts';
import { police } from '../../producers/police/police.ts';
import { testStack } from '../support/env.ts';
import { cityHere } from './support.ts';

const stack = await testStack('install');
const SPINE = [police, civilAffairs];
const city = createCity({ seed: 1, size: 1_200 });

describe('the installation of a department', () => {
  test('can be repeated with other passwords, and loading again writes nothing', async () => {
    const here = await cityHere(stack, { city, only: SPINE });
    const [first] = here.departments;
    const root = await stack.openSql('providers');
    const again = await first!.department.install(root, {
      appPassword: 'another-app-secret',
      capturePassword: 'another-capture-secret',
      databaseName: first!.databaseName,
    });
    const as = { user: again.appUser, password: 'another-app-secret' };
    const db = await stack.openSql('providers', { database: again.databaseName, as });
    expect(await first!.department.load(db, city)).toEqual({});
    expect(await db.query('SELECT COUNT(*) AS n FROM person')).toEqual([{ n: city.size }]);
  });

  test('a bigger city only adds what is missing', async () => {
    const here = await cityHere(stack, {
      city: createCity({ seed: 1, size: 500 }),
      suffix: 'b',
      only: SPINE,
    });
    const loaded = await police.load(here.police, city);
    expect(loaded['person']).toBe(700);
  });

  test('gives the application user rows and nothing else', async () => {
    const here = await cityHere(stack, {
      city: createCity({ seed: 1, size: 0 }),
      suffix: 'c',
      only: SPINE,
    });
    await here.police.query('SELECT 1 FROM person');
    for (const statement of [
      'DROP TABLE person',
      'CREATE TABLE more (a INT)',
      'ALTER TABLE person ADD x INT',
    ]) {
      await expect(here.police.execute(statement)).rejects.toMatchObject({
        code: 'SQL_ACCESS_DENIED',
      });
    }
  });

  test('gives the capture user reading of its tables and the log, and nothing else', async () => {
    const here = await cityHere(stack, {
      city: createCity({ seed: 1, size: 0 }),
      suffix: 'd',
      only: SPINE,
    });
    const [first, second] = here.departments;
    const as = { user: first!.captureUser, password: first!.capturePassword };
    const db = await stack.openSql('providers', { database: first!.databaseName, as });
    await db.query('SELECT 1 FROM person');
    expect(await db.query('SHOW MASTER STATUS')).toHaveLength(1);
    const forbidden = [
      "UPDATE person SET name = ''",
      'SELECT * FROM workload_session',
      `SELECT * FROM \`${second!.databaseName}\`.marriage`,
    ];
    for (const statement of forbidden) {
      await expect(db.execute(statement)).rejects.toMatchObject({ code: 'SQL_ACCESS_DENIED' });
    }
  });

  test.each([
    ['', 'it is empty'],
    ['Police', 'capitals are file names on some servers and not on others'],
    ['a`; DROP DATABASE b', 'it is no name'],
  ])('refuses the database name "%s": %s', async (databaseName) => {
    const root = await stack.openSql('providers');
    const install = police.install(root, { appPassword: 'x', capturePassword: 'x', databaseName });
    await expect(install).rejects.toMatchObject({ code: 'PRODUCER_DATABASE_NAME' });
  });
});
