import { beforeAll, describe, expect, test } from 'vitest';
import { must } from '../../../bus/base/assert.ts';
import type { Problem } from '../../../bus/base/errors.ts';
import { preflight } from '../../../connectors/apply.ts';
import { loadSources } from '../../../connectors/load-source.ts';
import { testStack } from '../../support/env.ts';
import { realPostgres, type RealPostgres } from './real-postgres.ts';

const stack = await testStack('pgpre');
let source: RealPostgres;

beforeAll(async () => {
  source = await realPostgres(stack);
});

/** What the preflight answers as the capture user, with the file changed. */
async function checked(change?: (yaml: string) => string) {
  const [file] = await loadSources([await source.file(change)]);
  return preflight(must(file, 'the source'), source.context, source.ports);
}

async function problemsAfter(...statements: readonly string[]): Promise<readonly Problem[]> {
  for (const statement of statements) await source.sql.execute(filled(statement));
  return (await checked()).problems;
}

function filled(statement: string): string {
  const { captureUser, database, publication } = source;
  return statement
    .replaceAll('{user}', captureUser)
    .replaceAll('{database}', database)
    .replaceAll('{publication}', publication);
}

describe('the preflight of a PostgreSQL source, against a real server', () => {
  test('passes what a DBA made with the least rights, and says what to know', async () => {
    const { problems, notes } = await checked();
    expect(problems).toEqual([]);
    expect(notes.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('REPLICATION is global'),
    );
  });

  test.each<[string, string, string, string]>([
    [
      'the log holds only keys of old rows',
      'ALTER TABLE person REPLICA IDENTITY DEFAULT',
      'ALTER TABLE public.person REPLICA IDENTITY FULL;',
      'ALTER TABLE person REPLICA IDENTITY FULL',
    ],
    [
      'changes are in no log',
      'ALTER PUBLICATION {publication} DROP TABLE person; ALTER TABLE person SET UNLOGGED',
      // Such a table cannot be published either.
      'ALTER TABLE public.person SET LOGGED; | ALTER PUBLICATION {publication} ADD TABLE public.person;',
      'ALTER TABLE person SET LOGGED; ALTER PUBLICATION {publication} ADD TABLE person',
    ],
    [
      'a first copy could lack rows',
      'ALTER TABLE person ENABLE ROW LEVEL SECURITY',
      'ALTER TABLE public.person DISABLE ROW LEVEL SECURITY;',
      'ALTER TABLE person DISABLE ROW LEVEL SECURITY',
    ],
    [
      'the capture may not read the table',
      'REVOKE SELECT ON person FROM {user}',
      'GRANT SELECT ON public.person TO {user};',
      'GRANT SELECT ON person TO {user}',
    ],
    [
      'the capture may write',
      'GRANT UPDATE ON person TO {user}',
      'REVOKE UPDATE ON public.person FROM {user};',
      'REVOKE UPDATE ON person FROM {user}',
    ],
    [
      'the capture may write one column',
      'GRANT UPDATE (name) ON person TO {user}',
      'REVOKE UPDATE (name) ON public.person FROM {user};',
      'REVOKE UPDATE (name) ON person FROM {user}',
    ],
    [
      'the capture may pass its right on',
      'GRANT SELECT ON person TO {user} WITH GRANT OPTION',
      'REVOKE GRANT OPTION FOR SELECT ON public.person FROM {user};',
      'REVOKE GRANT OPTION FOR SELECT ON person FROM {user}',
    ],
    [
      'the capture may make tables',
      'GRANT CREATE ON SCHEMA public TO {user}',
      'REVOKE CREATE ON SCHEMA public FROM {user};',
      'REVOKE CREATE ON SCHEMA public FROM {user}',
    ],
    [
      'the capture has another role’s rights',
      'GRANT pg_read_all_data TO {user}',
      'REVOKE pg_read_all_data FROM {user};',
      'REVOKE pg_read_all_data FROM {user}',
    ],
    [
      'the capture may make databases',
      'ALTER ROLE {user} CREATEDB',
      'ALTER ROLE {user} NOCREATEDB;',
      'ALTER ROLE {user} NOCREATEDB',
    ],
    [
      'the capture may not follow the log',
      'ALTER ROLE {user} NOREPLICATION',
      'ALTER ROLE {user} REPLICATION;',
      'ALTER ROLE {user} REPLICATION',
    ],
    [
      'nothing is published',
      'DROP PUBLICATION {publication}',
      'CREATE PUBLICATION {publication} FOR TABLE public.person;',
      'CREATE PUBLICATION {publication} FOR TABLE person',
    ],
    [
      'another table is published too',
      'CREATE TABLE other (id int PRIMARY KEY); ALTER PUBLICATION {publication} ADD TABLE other',
      'ALTER PUBLICATION {publication} DROP TABLE public.other;',
      'DROP TABLE other',
    ],
    [
      'only some rows are published',
      "ALTER PUBLICATION {publication} SET TABLE person WHERE (name <> 'x')",
      'ALTER PUBLICATION {publication} SET TABLE public.person;',
      'ALTER PUBLICATION {publication} SET TABLE person',
    ],
    [
      'truncates are not published',
      "ALTER PUBLICATION {publication} SET (publish = 'insert, update, delete')",
      "ALTER PUBLICATION {publication} SET (publish = 'insert, update, delete, truncate');",
      "ALTER PUBLICATION {publication} SET (publish = 'insert, update, delete, truncate')",
    ],
    [
      'a column is wider than declared',
      'ALTER TABLE person ALTER name TYPE varchar(200)',
      'Declare type: character varying(200), or alter the column.',
      'ALTER TABLE person ALTER name TYPE varchar(100)',
    ],
    [
      'a column is not declared',
      'ALTER TABLE person ADD extra int',
      'captured: false keeps it inside.',
      'ALTER TABLE person DROP extra',
    ],
    [
      'a captured column is generated',
      'ALTER TABLE person DROP name; ALTER TABLE person ADD name varchar(100) GENERATED ALWAYS AS (id_number) STORED',
      'Declare captured: false, or make it a column that the application writes.',
      'ALTER TABLE person DROP name; ALTER TABLE person ADD name varchar(100)',
    ],
    [
      'the table has no primary key',
      'ALTER TABLE person DROP CONSTRAINT person_pkey',
      'ALTER TABLE public.person ADD PRIMARY KEY (id_number);',
      'ALTER TABLE person ADD PRIMARY KEY (id_number)',
    ],
  ])(
    'refuses a server where %s, with the statement that corrects it',
    async (_, harm, remedy, repair) => {
      const problems = await problemsAfter(harm);
      const repaired = await problemsAfter(repair);
      const remedies = problems.map((problem) => problem.remedy ?? '');
      const wanted = filled(remedy).split(' | ');
      expect(remedies).toEqual(wanted.map((text) => expect.stringContaining(text) as unknown));
      expect(repaired).toEqual([]);
    },
  );

  test('refuses a slot that somebody else made under its name', async () => {
    await source.sql.query("SELECT pg_create_logical_replication_slot(?, 'test_decoding')", [
      source.slot,
    ]);
    const problems = await problemsAfter();
    expect(problems.map(({ remedy }) => remedy)).toEqual([
      expect.stringContaining(`pg_drop_replication_slot('${source.slot}')`),
    ]);
    await source.sql.query('SELECT pg_drop_replication_slot(?)', [source.slot]);
    expect(await problemsAfter()).toEqual([]);
  });

  test('tells everything that is wrong at once', async () => {
    const { problems } = await checked((yaml) =>
      yaml
        .replace('name: born_on, type: date', 'name: born_at, type: date')
        .replace('- name: person', '- name: persons'),
    );
    expect(problems.map(({ message }) => message)).toEqual([
      'There is no table public.persons.',
      'It does not send public.persons.',
      'It also sends public.person, which the source does not declare.',
      expect.stringContaining('has more than capture needs: SELECT on public.person'),
    ]);
  });

  test('a wrong password is a problem like any other', async () => {
    await source.sql.execute(filled("ALTER ROLE {user} PASSWORD 'another'"));
    const { problems } = await checked();
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain(source.captureUser);
    expect(problems[0]?.message).toContain('may not do this');
  });
});
