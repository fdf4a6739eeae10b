import { describe, expect, test } from 'vitest';
import {
  cascadesIn,
  collationNotes,
  type FoundTable,
  tableProblems,
} from '../../../connectors/preflight/tables.ts';
import { fixtureSource } from '../fixtures.ts';

const PERSON: FoundTable = {
  key: ['id_number'],
  cascades: [],
  columns: [
    { name: 'id_number', type: 'varchar(18)', collation: 'utf8mb4_nopad_bin' },
    { name: 'name', type: 'varchar(100)', collation: 'utf8mb4_general_ci' },
    { name: 'born_on', type: 'date', collation: null },
    { name: 'photo', type: 'varbinary(64)', collation: null },
  ],
};

function problemsWith(change: Partial<FoundTable>) {
  return tableProblems(fixtureSource(), new Map([['person', { ...PERSON, ...change }]]));
}

describe('tableProblems', () => {
  test('finds nothing where declaration and table agree', () => {
    expect(problemsWith({})).toEqual([]);
    expect(collationNotes(fixtureSource(), new Map([['person', PERSON]]))).toEqual([]);
  });

  test('reports a table that the capture user cannot see with the grant that shows it', () => {
    const [problem] = tableProblems(fixtureSource(), new Map());
    expect(problem?.remedy).toContain('GRANT SELECT ON `register`.`person`');
  });

  test.each<[Partial<FoundTable>, string, string, string]>([
    [{ key: [] }, 'person', 'ADD PRIMARY KEY (`id_number`)', 'no key'],
    [{ key: ['name'] }, 'person.key', 'Declare key: [name].', 'another key'],
    [
      { key: ['id_number', 'name'] },
      'person.key',
      'Declare key: [id_number, name].',
      'a longer key',
    ],
    [
      { columns: PERSON.columns.filter((column) => column.name !== 'photo') },
      'person.photo',
      'Remove it from source.yaml',
      'a column that went',
    ],
    [
      { columns: [...PERSON.columns, { name: 'extra', type: 'int(11)', collation: null }] },
      'person.extra',
      'captured: false',
      'a column that came',
    ],
    [
      {
        columns: PERSON.columns.map((one) =>
          one.name === 'name' ? { ...one, type: 'text' } : one,
        ),
      },
      'person.name',
      'Declare type: text',
      'another type',
    ],
    [
      { cascades: [{ name: 'fk', rule: 'ON DELETE CASCADE' }] },
      'person.fk',
      'DROP FOREIGN KEY `fk`',
      'deletes that nobody logs',
    ],
  ])('reports case %# at %s with %j (%s)', (change, path, remedy) => {
    const problems = problemsWith(change);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ file: 'register', path });
    expect(problems[0]?.remedy).toContain(remedy);
  });

  test('advises a collation that tells all keys apart', () => {
    const loose = PERSON.columns.map((one) => ({
      ...one,
      collation: one.collation && 'utf8mb4_bin',
    }));
    const notes = collationNotes(
      fixtureSource(),
      new Map([['person', { ...PERSON, columns: loose }]]),
    );
    expect(notes.map((note) => note.path)).toEqual(['person.id_number']);
    expect(notes[0]?.remedy).toContain('COLLATE utf8mb4_nopad_bin');
  });
});

test.each([
  ['ON DELETE CASCADE', ['ON DELETE CASCADE'], 'deletes'],
  ['ON DELETE SET NULL ON UPDATE CASCADE', ['ON DELETE SET NULL ON UPDATE CASCADE'], 'both'],
  ['ON UPDATE NO ACTION', [], 'harmless'],
  ['', [], 'the default restricts'],
])('finds in a foreign key %j the actions %j (%s)', (action, rules) => {
  const create = `CREATE TABLE \`a\` (
  \`id\` int(11) NOT NULL,
  PRIMARY KEY (\`id\`),
  CONSTRAINT \`fk\` FOREIGN KEY (\`id\`) REFERENCES \`b\` (\`id\`)${action && ` ${action}`}
) ENGINE=InnoDB COMMENT='CONSTRAINT ON DELETE CASCADE'`;
  expect(cascadesIn(create).map((one) => one.rule)).toEqual(rules);
});
