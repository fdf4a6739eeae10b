/** Who enters and leaves the register: births, newcomers, deaths, mistaken registrations. */
import type { CityPerson } from '../city.ts';
import type { Step } from '../department.ts';
import { placeholders, type Scene } from '../scene.ts';
import { householdRow, personRow, residenceRow } from './rows.ts';
import { TABLES, sampleIds, sampleOne } from './tables.ts';

const CANDIDATES = 20;
const LONG_ROWS = { min: 200, max: 400 } as const;
/** A household or residence that is recorded only later, or never. */
const LATER_SHARE = 0.1;

export async function registerPersons(
  scene: Scene,
  persons: readonly CityPerson[],
  household?: string,
) {
  const { random } = scene;
  const later = () => random.chance(LATER_SHARE);
  await scene.insert(
    'person',
    persons.map((person) => personRow(person, random)),
  );
  const housed = persons.filter(() => !later());
  await scene.insert(
    'household_registration',
    housed.map((person) => householdRow(person, random, household)),
  );
  const resident = persons.filter(() => !later());
  await scene.insert('residence', resident.map(residenceRow));
}

/** A birth: the child joins the household of somebody registered, in one transaction. */
async function birth(scene: Scene): Promise<void> {
  const parent = await sampleOne(scene, 'household_registration');
  const rows = await scene.read<{ household_number: string }>(
    'SELECT household_number FROM household_registration WHERE id_number = ?',
    [parent ?? ''],
  );
  await registerPersons(scene, [scene.city.anyNewborn(scene.random)], rows[0]?.household_number);
}

/** A person whom another department may have met before; whoever is registered already is refused. */
async function newcomer(scene: Scene): Promise<void> {
  await registerPersons(scene, [scene.city.newcomer(scene.random)]);
}

/** Somebody who is not in the register, perhaps after a mistaken deletion, is entered (again). */
async function registerAgain(scene: Scene): Promise<void> {
  const { city, random } = scene;
  const candidates = Array.from({ length: CANDIDATES }, () => city.anybody(random));
  const ids = candidates.map((person) => person.idNumber);
  const present = await scene.read<{ id_number: string }>(
    `SELECT id_number FROM person WHERE id_number IN (${placeholders(ids)})`,
    ids,
  );
  const known = new Set(present.map((row) => row.id_number));
  const absent = candidates.find((person) => !known.has(person.idNumber));
  if (absent) await scene.insert('person', [personRow(absent, random)]);
}

async function death(scene: Scene): Promise<void> {
  const id = await sampleOne(scene);
  await scene.write('person', "UPDATE person SET status = 'deceased' WHERE id_number = ?", [
    id ?? '',
  ]);
}

async function deleteMistaken(scene: Scene): Promise<void> {
  const id = await sampleOne(scene);
  for (const table of TABLES) {
    await scene.write(table, `DELETE FROM ${table} WHERE id_number = ?`, [id ?? '']);
  }
}

/** The identity goes, the other tables forget to: orphans, also of other departments' rows. */
async function deleteIdentityOnly(scene: Scene): Promise<void> {
  const id = await sampleOne(scene);
  await scene.write('person', 'DELETE FROM person WHERE id_number = ?', [id ?? '']);
}

/** A block goes while the person stays; or is recorded at last. */
async function dropOrAddBlock(scene: Scene): Promise<void> {
  const { random } = scene;
  const table = random.pick(['household_registration', 'residence'] as const);
  const person = scene.city.anybody(random);
  const removed = await scene.write(table, `DELETE FROM ${table} WHERE id_number = ?`, [
    person.idNumber,
  ]);
  if (removed > 0) return;
  const row = table === 'residence' ? residenceRow(person) : householdRow(person, random);
  await scene.insert(table, [row]);
}

/** A village enters the register, and hundreds of records are touched, in one long transaction. */
async function longTransaction(scene: Scene): Promise<void> {
  const { random, city } = scene;
  const count = random.int(LONG_ROWS.min, LONG_ROWS.max);
  await registerPersons(
    scene,
    Array.from({ length: count }, () => city.anyNewborn(random)),
  );
  const ids = await sampleIds(scene, { count });
  if (ids.length === 0) return;
  await scene.write(
    'residence',
    `UPDATE residence SET phone = NULL WHERE id_number IN (${placeholders(ids)})`,
    ids,
  );
}

/** Written and taken back: nobody may ever see it. */
async function rollback(scene: Scene): Promise<void> {
  await registerPersons(scene, [scene.city.anyNewborn(scene.random)]);
  const ids = await sampleIds(scene, { count: 3 });
  for (const id of ids) {
    await scene.write('person', "UPDATE person SET name = '回滚' WHERE id_number = ?", [id]);
  }
}

async function insertThenDelete(scene: Scene): Promise<void> {
  const person = scene.city.anyNewborn(scene.random);
  await registerPersons(scene, [person]);
  for (const table of TABLES) {
    await scene.write(table, `DELETE FROM ${table} WHERE id_number = ?`, [person.idNumber]);
  }
}

/** A zero date is no date: the server must refuse it. */
async function zeroDate(scene: Scene): Promise<void> {
  const person = scene.city.anyNewborn(scene.random);
  await scene.insert('person', [{ ...personRow(person, scene.random), birth_date: '0000-00-00' }]);
}

export const REGISTER_STEPS: readonly Step[] = [
  { name: 'birth', weight: 160, run: birth },
  { name: 'newcomer', weight: 40, run: newcomer },
  { name: 'register-again', weight: 20, run: registerAgain },
  { name: 'death', weight: 30, run: death },
  { name: 'delete-mistaken', weight: 30, run: deleteMistaken },
  { name: 'delete-identity-only', weight: 15, run: deleteIdentityOnly },
  { name: 'drop-or-add-block', weight: 40, run: dropOrAddBlock },
  { name: 'long-transaction', weight: 2, run: longTransaction },
  { name: 'rollback', weight: 30, ends: 'rollback', run: rollback },
  { name: 'insert-then-delete', weight: 15, run: insertThenDelete },
  { name: 'zero-date', weight: 5, ends: 'refused', run: zeroDate },
];
