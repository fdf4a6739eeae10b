import { beforeAll, describe, expect, test } from 'vitest';
import { ProblemsError } from '../../../bus/base/errors.ts';
import { planSources } from '../../../connectors/apply.ts';
import { testStack } from '../../support/env.ts';
import { type RealSource, realSource } from '../real-source.ts';

const stack = await testStack('preflight');
let source: RealSource;

beforeAll(async () => {
  source = await realSource(stack);
});

async function planOf(change?: (yaml: string) => string) {
  const { context, ports } = source;
  return planSources([await source.file(change)], context, { ports });
}

async function problemsOf(change?: (yaml: string) => string) {
  const error = await planOf(change).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ProblemsError);
  return (error as ProblemsError).problems;
}

/** Declares a second table like `person` with the one column `id`. */
const withTable =
  (table: string, key = 'id') =>
  (yaml: string) =>
    `${yaml}  - name: ${table}
    owner: register-office
    key: [${key}]
    columns:
      - { name: id, type: int, classification: internal }
      - { name: other_id, type: int, classification: internal }
`;

describe('a fit server and user', () => {
  test('pass with exactly the published rights, and are told what REPLICATION SLAVE means', async () => {
    const { plan, notes } = await planOf();
    expect(plan.refusals).toEqual([]);
    expect(plan.steps.length).toBeGreaterThan(0);
    expect(notes.some((note) => note.message.includes('REPLICATION SLAVE is global'))).toBe(true);
  });
});

describe('tables of the real server are refused', () => {
  const create = async (table: string, definition: string) => {
    await source.sql.execute(`CREATE TABLE ${table} ${definition}`);
    await source.forUser(`GRANT SELECT ON ${source.database}.${table} TO {user}`);
  };
  const drop = async (table: string) => {
    await source.forUser(`REVOKE SELECT ON ${source.database}.${table} FROM {user}`);
    await source.sql.execute(`DROP TABLE ${table}`);
  };

  test('without a primary key, with the statement that adds it', async () => {
    await create('keyless', '(id INT, other_id INT)');
    const problems = await problemsOf(withTable('keyless'));
    await drop('keyless');
    expect(problems.map((problem) => problem.path)).toEqual(['keyless']);
    expect(problems[0]?.remedy).toContain('ADD PRIMARY KEY (`id`)');
  });

  test('with a key in another order', async () => {
    await create('pair', '(id INT, other_id INT, PRIMARY KEY (other_id, id))');
    const problems = await problemsOf(withTable('pair', 'id, other_id'));
    await drop('pair');
    expect(problems.map((problem) => problem.path)).toEqual(['pair.key']);
    expect(problems[0]?.remedy).toBe('Declare key: [other_id, id].');
  });

  test('with a foreign key whose cascade is not logged', async () => {
    await create(
      'child',
      '(id INT PRIMARY KEY, other_id INT, parent VARCHAR(18) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, CONSTRAINT of_person FOREIGN KEY (parent) REFERENCES person (id_number) ON DELETE CASCADE)',
    );
    const problems = await problemsOf((yaml) =>
      withTable('child')(yaml).concat(
        '      - { name: parent, type: varchar(18), classification: personal }\n',
      ),
    );
    await drop('child');
    expect(problems.map((problem) => problem.path)).toEqual(['child.of_person']);
    expect(problems[0]?.message).toContain('ON DELETE CASCADE');
  });

  test('with drifted columns, all of them at once', async () => {
    const problems = await problemsOf((yaml) =>
      yaml.replace('varchar(100)', 'varchar(99)').replace('name: born_on', 'name: birth_date'),
    );
    expect(problems.map((problem) => problem.path)).toEqual([
      'person.name',
      'person.birth_date',
      'person.born_on',
    ]);
  });

  test('that do not exist or may not be seen', async () => {
    const problems = await problemsOf(withTable('nowhere'));
    expect(problems.map((problem) => problem.path)).toEqual([
      'nowhere',
      `grants on ${source.database}.nowhere`,
    ]);
  });
});

describe('rights of the real user are refused', () => {
  test.each([
    ['INSERT ON {db}.person', 'INSERT', 'writing a captured table'],
    ['SELECT ON {db}.*', 'SELECT', 'reading the whole database'],
    ['PROCESS ON *.*', 'PROCESS', 'seeing what others do'],
  ])('with %s beyond the list (%s)', async (right, privilege) => {
    const named = right.replace('{db}', `\`${source.database}\``);
    await source.forUser(`GRANT ${named} TO {user}`);
    const problems = await problemsOf();
    const statement = problems[0]?.remedy?.replace('Run: ', '').replace(';', '') ?? '';
    expect(statement).toMatch(
      new RegExp(`^REVOKE ${privilege} ON .* FROM '${source.captureUser}'@`),
    );
    await source.sql.execute(statement);
    expect((await planOf()).plan.refusals).toEqual([]);
    await source.forUser(`GRANT ${named} TO {user}`);
    await source.forUser(`REVOKE ${named} FROM {user}`);
  });

  test.each(['RELOAD', 'REPLICATION SLAVE', 'BINLOG MONITOR'])('without %s', async (privilege) => {
    await source.forUser(`REVOKE ${privilege} ON *.* FROM {user}`);
    const problems = await problemsOf();
    await source.forUser(`GRANT ${privilege} ON *.* TO {user}`);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.remedy).toContain(`GRANT ${privilege} ON *.* TO`);
  });
});

describe('a server that cannot be entered is a problem like any other', () => {
  test.each<[string, (yaml: string) => string, string]>([
    ['no such server', (yaml) => yaml.replace('providers', 'elsewhere'), 'known are: providers'],
    [
      'no password file',
      (yaml) => yaml.replace('passwordFile: cdc', 'passwordFile: abc'),
      'Cannot read',
    ],
    [
      'nobody listening',
      (yaml) => yaml.replace('server: providers', 'host: 127.0.0.1, port: 1'),
      '127.0.0.1:1',
    ],
    ['another user’s password', (yaml) => yaml.replace('user: cdc_', 'user: xyz_'), 'error 1045'],
  ])('%s', async (_reason, change, words) => {
    const problems = await problemsOf(change);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain(words);
  });
});
