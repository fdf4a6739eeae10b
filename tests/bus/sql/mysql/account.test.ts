import { describe, expect, test } from 'vitest';
import { ensureAccount, type Grant } from '../../../../bus/sql/mysql/account.ts';
import { recordingDatabase } from '../../../producers/recording-database.ts';

const PASSWORD = 'a secret';

async function statementsFor(
  grants: readonly Grant[],
  hosts?: readonly string[],
): Promise<(readonly [string, readonly unknown[]])[]> {
  const database = recordingDatabase();
  const account = { user: 'anna', password: PASSWORD, grants, ...(hosts ? { hosts } : {}) };
  await ensureAccount(database, account);
  return database.statements.map(({ sql, values }) => [sql, values] as const);
}

describe('ensureAccount', () => {
  test('makes the user, sets its password and grants, from both names of the loopback address', async () => {
    const grants = [{ rights: 'SELECT', on: { database: 'city', table: 'person' } }];
    const from = (host: string) => [
      ['CREATE USER IF NOT EXISTS ?@? IDENTIFIED BY ?', ['anna', host, PASSWORD]],
      ['ALTER USER ?@? IDENTIFIED BY ?', ['anna', host, PASSWORD]],
      ['GRANT SELECT ON `city`.`person` TO ?@?', ['anna', host]],
    ];

    expect(await statementsFor(grants)).toEqual([...from('127.0.0.1'), ...from('localhost')]);
  });

  test('comes from the named hosts only, where there are some', async () => {
    const values = (await statementsFor([], ['bus.example'])).map(([, [, host]]) => host);

    expect(values).toEqual(['bus.example', 'bus.example']);
  });

  test.each([
    { on: '*.*', text: '*.*', reason: 'the whole server' },
    { on: { database: 'a' }, text: '`a`.*', reason: 'a database' },
    { on: { database: 'a', table: 'b' }, text: '`a`.`b`', reason: 'a table' },
  ] as const)('grants on $text ($reason)', async ({ on, text }) => {
    const [, , grant] = await statementsFor([{ rights: 'SELECT, INSERT', on }], ['localhost']);

    expect(grant?.[0]).toBe(`GRANT SELECT, INSERT ON ${text} TO ?@?`);
  });

  test.each([
    { on: { database: 'a`b' }, reason: 'of a database' },
    { on: { database: 'a', table: '*' }, reason: 'all tables are not named' },
    { on: { database: 'a', table: 'b; DROP USER c' }, reason: 'of a table' },
  ])('a name that is none is refused before anything is sent ($reason)', async ({ on }) => {
    const database = recordingDatabase();
    const grants = [{ rights: 'SELECT', on }];

    const error = await ensureAccount(database, { user: 'anna', password: PASSWORD, grants }).catch(
      (thrown: unknown) => thrown,
    );

    expect(error).toMatchObject({ message: expect.stringContaining('is no plain SQL name') });
    expect(String(error)).not.toContain(PASSWORD);
    expect(database.statements).toEqual([]);
  });

  test('no statement shows the password', async () => {
    const texts = (await statementsFor([{ rights: 'RELOAD', on: '*.*' }])).map(([sql]) => sql);

    expect(texts.join('\n')).not.toContain(PASSWORD);
  });
});
