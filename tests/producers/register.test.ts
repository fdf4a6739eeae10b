import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../bus/base/random.ts';
import type { SqlRow } from '../../bus/sql/sql.ts';
import { createCity } from '../../producers/city.ts';
import { isCitizenId } from '../../producers/citizen-id.ts';
import { isOrganisationCode } from '../../producers/organisation-code.ts';
import { ORGANISATIONS } from '../../producers/organisation-register.ts';
import { PERSONS, personRegister, registerNumber } from '../../producers/register.ts';
import { registerDepartment } from '../../producers/registers.ts';
import { createScene } from '../../producers/scene.ts';
import { recordingDatabase, type Statement } from './recording-database.ts';

const city = createCity({ seed: 3, size: 400 });

const cards = personRegister({
  table: 'card',
  key: ['card_number'],
  share: 0.5,
  rowsMax: 3,
  date: 'issued_on',
  row: ({ idNumber, serial }, { random, ordinal }) => ({
    card_number: registerNumber('C', serial, ordinal),
    id_number: idNumber,
    issued_on: '2020-01-01',
    level: random.int(1, 9),
  }),
});

const office = registerDepartment({
  name: 'office',
  databaseName: 'office',
  schemaFile: new URL('file:///none'),
  registers: [cards],
});

/** Rows of the first candidate whenever rows of subjects are asked for; keys are all free. */
function answer({ sql, values }: Statement): SqlRow[] {
  if (sql.includes('workload_session')) return [{ last_number: 0 }];
  if (!sql.includes('id_number')) return [];
  return [{ card_number: 'C1', id_number: String(values[0]) }];
}

async function written(step: string, seed = 1): Promise<Statement[]> {
  const db = recordingDatabase(answer);
  const workload = await office.workload({ db, city, random: seededRandom(seed) });
  await workload.step(step);
  return db.statements.filter(
    ({ sql }) => !sql.includes('workload_session') && !sql.startsWith('SELECT'),
  );
}

async function loaded(): Promise<{ readonly numbers: string[]; readonly ids: string[] }> {
  const db = recordingDatabase(answer);
  const scene = createScene({ sql: db, city, random: seededRandom(1) });
  await office.loadBatch(scene, { firstSerial: 0, endSerial: city.size });
  const values = db.statements.flatMap((statement) => statement.values.map(String));
  return {
    numbers: values.filter((_, i) => i % 4 === 0),
    ids: values.filter((_, i) => i % 4 === 1),
  };
}

describe('a register', () => {
  test('is loaded with the share of subjects, and up to so many rows of each', async () => {
    const { numbers, ids } = await loaded();
    const persons = new Set(ids).size;
    expect(persons / city.size).toBeGreaterThan(0.4);
    expect(persons / city.size).toBeLessThan(0.6);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers.length / persons).toBeGreaterThan(1.5);
    expect(numbers.length / persons).toBeLessThan(2.5);
  });

  test.each([
    ['card-register', [/^INSERT INTO card \(/], 'a new row'],
    ['card-change', [/^UPDATE card SET issued_on = \?, level = \? WHERE card_number/], 'no keys'],
    ['card-change-twice', [/^UPDATE/, /^UPDATE/], 'one row two times'],
    ['card-remove', [/^DELETE FROM card WHERE card_number = \?$/], 'by key'],
    ['card-re-register', [/^DELETE/, /^INSERT/], 'in one transaction'],
    ['card-correct-key', [/^UPDATE card SET card_number = \? WHERE card_number = \?$/], 'the key'],
    ['card-move', [/^UPDATE card SET id_number = \? WHERE card_number = \?$/], 'to somebody else'],
    ['card-register-then-remove', [/^INSERT/, /^DELETE/], 'never to be seen'],
    ['card-review', [/^UPDATE/], 'every row found'],
  ])('%s writes what its name says: %s', async (step, patterns) => {
    const statements = await written(step);
    expect(statements).toHaveLength(patterns.length);
    statements.forEach(({ sql }, i) => expect(sql).toMatch(patterns[i]!));
  });

  test('two rows entered have different numbers', async () => {
    const [statement] = await written('card-register', 8);
    expect(statement!.values).toHaveLength(4);
    const again = await written('card-register', 9);
    expect(again[0]!.values[0]).not.toBe(statement!.values[0]);
  });

  test('a key that is taken is passed over', async () => {
    const keys: unknown[] = [];
    const db = recordingDatabase(({ sql, values }) => {
      if (sql.includes('workload_session')) return [{ last_number: 0 }];
      keys.push(...values);
      return values.slice(0, 5).map((value) => ({ card_number: String(value) }));
    });
    const workload = await office.workload({ db, city, random: seededRandom(1) });
    await workload.step('card-register');
    const insert = db.statements.find(({ sql }) => sql.startsWith('INSERT INTO card'));
    expect(insert!.values[0]).toBe(keys[5]);
  });
});

test.each([
  ['persons', PERSONS, isCitizenId],
  ['organisations', ORGANISATIONS, isOrganisationCode],
] as const)('%s have keys, and corrected keys, that are valid', (_, subjects, isValid) => {
  const random = seededRandom(4);
  const keyOf = (): string =>
    subjects === PERSONS
      ? PERSONS.keyOf(PERSONS.any(city, random))
      : ORGANISATIONS.keyOf(ORGANISATIONS.any(city, random));
  for (let i = 0; i < 50; i++) {
    const key = keyOf();
    expect(isValid(key)).toBe(true);
    expect(isValid(subjects.corrected(key, random))).toBe(true);
  }
});
