/** How organisations enter and leave the register: registrations, mistakes, corrected codes. */
import { withCheckCharacter } from '../organisation-code.ts';
import type { Step } from '../department.ts';
import { deleteRow, replaceRow, updateRow } from '../keyed-rows.ts';
import { anyOrganisation, newOrganisation, organisation } from '../organisation.ts';
import type { Scene } from '../scene.ts';
import {
  changeable,
  knownVersion,
  organisationRow,
  REGISTER,
  sampleCode,
  standing,
} from './rows.ts';

const LONG_ROWS = { min: 50, max: 120 } as const;
/** Serials that nothing else uses: organisations that appear in one long transaction only. */
const VILLAGE_SERIALS = { first: 10_000_000, count: 80_000_000 } as const;

/** An organisation from outside the initial load; whoever is registered already is refused. */
async function register(scene: Scene): Promise<void> {
  const { city, random } = scene;
  await scene.insert('organisation', [organisationRow(newOrganisation(city, random), random)]);
}

/** One that is missing, perhaps after a mistaken deletion, is entered (again). */
async function registerMissing(scene: Scene): Promise<void> {
  const { city, random } = scene;
  const one = anyOrganisation(city, random);
  const rows = await scene.read('SELECT status FROM organisation WHERE organisation_code = ?', [
    one.code,
  ]);
  if (rows.length === 0) await scene.insert('organisation', [organisationRow(one, random)]);
}

/** A mistaken registration: the row goes, as if it had never been. */
async function deleteMistaken(scene: Scene): Promise<void> {
  await deleteRow(scene, REGISTER, await sampleCode(scene));
}

async function registerThenDelete(scene: Scene): Promise<void> {
  const [one] = village(scene, 1);
  await scene.insert('organisation', [one?.row ?? {}]);
  await deleteRow(scene, REGISTER, one?.code);
}

/** The code itself was wrong; other departments go on with the old one. */
async function correctCode(scene: Scene): Promise<void> {
  const code = await sampleCode(scene);
  if (code === undefined) return;
  const place = scene.random.int(2, 7);
  const body = `${code.slice(0, place)}${scene.random.int(0, 9)}${code.slice(place + 1, 8)}`;
  const columns = { organisation_code: withCheckCharacter(body.padEnd(8, '0')) };
  await updateRow(scene, REGISTER, { id: code, columns });
}

/** Deleted and entered anew within one transaction: the same code, another row. */
async function replace(scene: Scene): Promise<void> {
  const one = await knownVersion(scene);
  if (one === undefined) return;
  await replaceRow(scene, REGISTER, { id: one.code, row: organisationRow(one, scene.random) });
}

/** Many register at once, and one of them changes twice in the same breath. */
async function longTransaction(scene: Scene): Promise<void> {
  const { random } = scene;
  const entered = village(scene, random.int(LONG_ROWS.min, LONG_ROWS.max));
  await scene.insert(
    'organisation',
    entered.map(({ row }) => row),
  );
  const id = entered[0]?.code;
  for (const name of ['一次', '二次']) {
    await updateRow(scene, REGISTER, { id, columns: { name, ...standing('changed') } });
  }
}

/** Written and taken back: nobody may ever see it. */
async function rollback(scene: Scene): Promise<void> {
  const [one] = village(scene, 1);
  await scene.insert('organisation', [one?.row ?? {}]);
  const columns = changeable(anyOrganisation(scene.city, scene.random), scene.random);
  await updateRow(scene, REGISTER, { id: await sampleCode(scene), columns });
}

/** A zero date is no date: the server must refuse it. */
async function zeroDate(scene: Scene): Promise<void> {
  const [one] = village(scene, 1);
  await scene.insert('organisation', [{ ...one?.row, approved_on: '0000-00-00' }]);
}

function village({ city, random }: Scene, count: number) {
  const first = VILLAGE_SERIALS.first + random.int(0, VILLAGE_SERIALS.count);
  return Array.from({ length: count }, (_, i) => {
    const one = organisation(city, first + i);
    return { code: one.code, row: organisationRow(one, random) };
  });
}

export const REGISTER_STEPS: readonly Step[] = [
  { name: 'register', weight: 80, run: register },
  { name: 'register-missing', weight: 100, run: registerMissing },
  { name: 'delete-mistaken', weight: 30, run: deleteMistaken },
  { name: 'register-then-delete', weight: 15, run: registerThenDelete },
  { name: 'correct-code', weight: 20, run: correctCode },
  { name: 'replace', weight: 20, run: replace },
  { name: 'long-transaction', weight: 2, run: longTransaction },
  { name: 'rollback', weight: 30, ends: 'rollback', run: rollback },
  { name: 'zero-date', weight: 5, ends: 'refused', run: zeroDate },
];
