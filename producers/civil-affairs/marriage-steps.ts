/** What civil affairs register about marriages. Persons may be unknown to the police: that is their matter. */
import type { Step } from '../department.ts';
import { OWN_DIVISIONS } from '../divisions.ts';
import { sampleKeys, type Scene } from '../scene.ts';
import {
  eventDay,
  type MarriageEvent,
  nextMarriageRow,
  nextRegistrationNumber,
  numberPrefix,
} from './rows.ts';

type Couple = { readonly spouseA: string; readonly spouseB: string };
type Marriage = Couple & { readonly number: string; readonly event: MarriageEvent };

const TWO_AT_ONCE = 2;

/** Two persons marry; each may be married already, in which case the older event is only history. */
async function marry(scene: Scene): Promise<void> {
  await register(scene, twoPersons(scene), 'married');
}

/** Somebody whom the police do not know yet, or never will, marries a citizen. */
async function marryNewcomer(scene: Scene): Promise<void> {
  const { city, random } = scene;
  const [spouseA, spouseB] = [
    city.newcomer(random).idNumber,
    city.person(random.int(0, city.size - 1)).idNumber,
  ];
  await register(scene, { spouseA, spouseB }, 'married');
}

/** The couple of some registered marriage divorces; sometimes named in the other order. */
async function divorce(scene: Scene): Promise<void> {
  await follow(scene, 'divorced');
}

async function annul(scene: Scene): Promise<void> {
  await follow(scene, 'annulled');
}

async function follow(scene: Scene, event: MarriageEvent): Promise<void> {
  const marriage = await sampleMarriage(scene);
  if (marriage === undefined) return;
  const { spouseA, spouseB } = marriage;
  const couple = scene.random.chance(0.5)
    ? { spouseA, spouseB }
    : { spouseA: spouseB, spouseB: spouseA };
  await register(scene, couple, event);
}

/** One of the two numbers was wrong: the row leaves one person and comes to another. */
async function correctSpouse(scene: Scene): Promise<void> {
  const marriage = await sampleMarriage(scene);
  if (marriage === undefined) return;
  const column = scene.random.pick(['spouse_a_id_number', 'spouse_b_id_number'] as const);
  const other = scene.city.anybody(scene.random).idNumber;
  await update(scene, marriage.number, `${column} = ?`, [other]);
}

async function correctDate(scene: Scene): Promise<void> {
  const marriage = await sampleMarriage(scene);
  if (marriage === undefined) return;
  await update(scene, marriage.number, 'registered_on = ?', [eventDay(scene.random)]);
}

/** The primary key itself is corrected: to the next free number of a division and year. */
async function correctNumber(scene: Scene): Promise<void> {
  const marriage = await sampleMarriage(scene);
  if (marriage === undefined) return;
  const division = scene.random.pick(OWN_DIVISIONS).code;
  const prefix = numberPrefix({ event: marriage.event, division }, eventDay(scene.random));
  const number = await nextRegistrationNumber(scene, prefix);
  await update(scene, marriage.number, 'registration_number = ?', [number]);
}

async function sameMarriageTwice(scene: Scene): Promise<void> {
  await correctDate(scene);
  const marriage = await sampleMarriage(scene);
  if (marriage === undefined) return;
  await update(scene, marriage.number, "event_type = 'annulled'", []);
  await update(scene, marriage.number, 'event_type = ?, registered_on = ?', [
    marriage.event,
    eventDay(scene.random),
  ]);
}

async function deleteMarriage(scene: Scene): Promise<void> {
  const marriage = await sampleMarriage(scene);
  if (marriage === undefined) return;
  await scene.write('marriage', 'DELETE FROM marriage WHERE registration_number = ?', [
    marriage.number,
  ]);
}

async function marryThenDelete(scene: Scene): Promise<void> {
  const number = await register(scene, twoPersons(scene), 'married');
  await scene.write('marriage', 'DELETE FROM marriage WHERE registration_number = ?', [number]);
}

/** Written and taken back: nobody may ever see it. */
async function rollback(scene: Scene): Promise<void> {
  for (let i = 0; i < TWO_AT_ONCE; i++) await register(scene, twoPersons(scene), 'married');
  await scene.write('relief_case', "UPDATE relief_case SET relief_status = 'taken-back' LIMIT 5");
}

/** A zero date is no date: the server must refuse it. */
async function zeroDate(scene: Scene): Promise<void> {
  const couple = twoPersons(scene);
  const facts = { ...couple, event: 'married', division: OWN_DIVISIONS[0]?.code ?? '' } as const;
  const row = await nextMarriageRow(scene, facts);
  await scene.insert('marriage', [{ ...row, registered_on: '0000-00-00' }]);
}

async function register(scene: Scene, couple: Couple, event: MarriageEvent): Promise<string> {
  const division = scene.random.pick(OWN_DIVISIONS).code;
  const row = await nextMarriageRow(scene, { ...couple, event, division });
  await scene.insert('marriage', [row]);
  return String(row['registration_number']);
}

function twoPersons({ city, random }: Scene): Couple {
  const spouseA = city.anybody(random).idNumber;
  for (;;) {
    const spouseB = city.anybody(random).idNumber;
    if (spouseB !== spouseA) return { spouseA, spouseB };
  }
}

async function sampleMarriage(scene: Scene): Promise<Marriage | undefined> {
  const { random } = scene;
  const division = random.pick(OWN_DIVISIONS).code;
  const event = random.pick(['married', 'married', 'divorced', 'annulled'] as const);
  const from = numberPrefix({ event, division }, eventDay(random)) + random.int(0, 9);
  const [number] = await sampleKeys(scene, {
    table: 'marriage',
    column: 'registration_number',
    from,
  });
  const [row] = await scene.read<Marriage>(
    'SELECT registration_number AS number, event_type AS event,' +
      ' spouse_a_id_number AS spouseA, spouse_b_id_number AS spouseB' +
      ' FROM marriage WHERE registration_number = ?',
    [number ?? ''],
  );
  return row;
}

async function update(
  scene: Scene,
  number: string,
  set: string,
  values: readonly string[],
): Promise<void> {
  await scene.write('marriage', `UPDATE marriage SET ${set} WHERE registration_number = ?`, [
    ...values,
    number,
  ]);
}

export const MARRIAGE_STEPS: readonly Step[] = [
  { name: 'marry', weight: 220, run: marry },
  { name: 'marry-newcomer', weight: 60, run: marryNewcomer },
  { name: 'divorce', weight: 100, run: divorce },
  { name: 'annul', weight: 15, run: annul },
  { name: 'correct-spouse', weight: 30, run: correctSpouse },
  { name: 'correct-date', weight: 40, run: correctDate },
  { name: 'correct-registration-number', weight: 20, run: correctNumber },
  { name: 'same-marriage-twice', weight: 20, run: sameMarriageTwice },
  { name: 'delete-marriage', weight: 40, run: deleteMarriage },
  { name: 'marry-then-delete', weight: 15, run: marryThenDelete },
  { name: 'rollback', weight: 30, ends: 'rollback', run: rollback },
  { name: 'zero-date', weight: 5, ends: 'refused', run: zeroDate },
];
