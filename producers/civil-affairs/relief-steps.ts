/** What civil affairs decide about social relief: several cases per person, each with its own life. */
import { withSequence } from '../citizen-id.ts';
import type { Step } from '../department.ts';
import { placeholders, sampleKeys, type Scene } from '../scene.ts';
import { caseNumber, decision, reliefRow } from './rows.ts';

const YEARLY_ROWS_MAX = 500;

async function apply(scene: Scene): Promise<void> {
  await openCases(scene, { idNumber: scene.city.anybody(scene.random).idNumber, count: 1 });
}

async function applyForSeveral(scene: Scene): Promise<void> {
  const { city, random } = scene;
  await openCases(scene, { idNumber: city.anybody(random).idNumber, count: random.int(2, 4) });
}

/** Relief for a person whom the police do not know yet, or never will. */
async function applyForNewcomer(scene: Scene): Promise<void> {
  await openCases(scene, { idNumber: scene.city.newcomer(scene.random).idNumber, count: 1 });
}

async function openCases(
  scene: Scene,
  { idNumber, count }: { readonly idNumber: string; readonly count: number },
): Promise<void> {
  const { random } = scene;
  const row = () => reliefRow(random, { caseNumber: caseNumber(random), idNumber });
  await scene.insert('relief_case', Array.from({ length: count }, row));
}

async function decide(scene: Scene): Promise<void> {
  await decideCase(scene, await sampleCase(scene));
}

async function decideTwice(scene: Scene): Promise<void> {
  const number = await sampleCase(scene);
  await decideCase(scene, number);
  await decideCase(scene, number);
}

async function decideCase(scene: Scene, number: string | undefined): Promise<void> {
  const columns = decision(scene.random);
  const sets = Object.keys(columns).map((column) => `${column} = ?`);
  await scene.write(
    'relief_case',
    `UPDATE relief_case SET ${sets.join(', ')} WHERE case_number = ?`,
    [...Object.values(columns), number ?? ''],
  );
}

/** A decision is withdrawn: date and amount become NULL again. */
async function withdraw(scene: Scene): Promise<void> {
  await scene.write(
    'relief_case',
    "UPDATE relief_case SET relief_status = 'withdrawn', approved_on = NULL, monthly_amount = NULL WHERE case_number = ?",
    [(await sampleCase(scene)) ?? ''],
  );
}

/** The case was filed under another person, or under a number with a slip of the pen. */
async function moveCase(scene: Scene): Promise<void> {
  const { city, random } = scene;
  const person = city.anybody(random).idNumber;
  const id = random.chance(0.5) ? person : withSequence(person, random.int(1, 999));
  await scene.write('relief_case', 'UPDATE relief_case SET id_number = ? WHERE case_number = ?', [
    id,
    (await sampleCase(scene)) ?? '',
  ]);
}

async function deleteCase(scene: Scene): Promise<void> {
  await scene.write('relief_case', 'DELETE FROM relief_case WHERE case_number = ?', [
    (await sampleCase(scene)) ?? '',
  ]);
}

/** The yearly adjustment: hundreds of rows in one statement. */
async function adjustAmounts(scene: Scene): Promise<void> {
  const numbers = await sampleCases(scene, YEARLY_ROWS_MAX);
  if (numbers.length === 0) return;
  await scene.write(
    'relief_case',
    `UPDATE relief_case SET monthly_amount = LEAST(monthly_amount * 1.05, 9999999999.99) WHERE case_number IN (${placeholders(numbers)})`,
    numbers,
  );
}

async function sampleCase(scene: Scene): Promise<string | undefined> {
  const [number] = await sampleCases(scene, 1);
  return number;
}

function sampleCases(scene: Scene, count: number): Promise<string[]> {
  const from = caseNumber(scene.random);
  return sampleKeys(scene, { table: 'relief_case', column: 'case_number', from, count });
}

export const RELIEF_STEPS: readonly Step[] = [
  { name: 'apply', weight: 100, run: apply },
  { name: 'apply-for-several', weight: 40, run: applyForSeveral },
  { name: 'apply-for-newcomer', weight: 30, run: applyForNewcomer },
  { name: 'decide', weight: 140, run: decide },
  { name: 'decide-twice', weight: 20, run: decideTwice },
  { name: 'withdraw', weight: 20, run: withdraw },
  { name: 'move-case', weight: 25, run: moveCase },
  { name: 'delete-case', weight: 40, run: deleteCase },
  { name: 'adjust-amounts', weight: 2, run: adjustAmounts },
];
