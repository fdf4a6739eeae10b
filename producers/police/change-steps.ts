/** What changes about those who are registered: moves, corrections, new identity numbers. */
import type { Random } from '../../bus/base/random.ts';
import { withSequence } from '../citizen-id.ts';
import { address, phone } from '../contact.ts';
import type { Step } from '../department.ts';
import { OWN_DIVISIONS } from '../divisions.ts';
import { personName, rareName } from '../names.ts';
import { placeholders, type Scene } from '../scene.ts';
import { detailColumns } from './rows.ts';
import { sampleIds, sampleOne, TABLES } from './tables.ts';

async function move(scene: Scene): Promise<void> {
  await moveTo(scene, await sampleOne(scene, 'residence'));
}

async function moveTo(scene: Scene, id: string | undefined): Promise<void> {
  const { random } = scene;
  const division = random.pick(OWN_DIVISIONS).code;
  await scene.write(
    'residence',
    'UPDATE residence SET residence_division = ?, residence_address = ?, phone = ? WHERE id_number = ?',
    [division, address(random, division), phone(random), id ?? ''],
  );
}

/** Several people move together: one statement, many rows. */
async function moveTogether(scene: Scene): Promise<void> {
  const { random } = scene;
  const ids = await sampleIds(scene, { count: random.int(2, 6) });
  if (ids.length === 0) return;
  const division = random.pick(OWN_DIVISIONS).code;
  const place = address(random, division);
  await scene.write(
    'residence',
    `UPDATE residence SET residence_division = ?, residence_address = ? WHERE id_number IN (${placeholders(ids)})`,
    [division, place, ...ids],
  );
  await scene.write(
    'household_registration',
    `UPDATE household_registration SET registered_division = ?, registered_address = ? WHERE id_number IN (${placeholders(ids)})`,
    [division, place, ...ids],
  );
}

async function correctName(scene: Scene): Promise<void> {
  await rename(scene, await sampleOne(scene), personName(scene.random));
}

async function correctRareName(scene: Scene): Promise<void> {
  await rename(scene, await sampleOne(scene), rareName(scene.random));
}

/** The old name becomes the former name; SET runs from left to right. */
async function rename(scene: Scene, id: string | undefined, name: string): Promise<void> {
  await scene.write(
    'person',
    'UPDATE person SET former_name = name, name = ? WHERE id_number = ?',
    [name, id ?? ''],
  );
}

async function sameRowTwice(scene: Scene): Promise<void> {
  const id = await sampleOne(scene);
  await rename(scene, id, personName(scene.random));
  await rename(scene, id, rareName(scene.random));
  await moveTo(scene, id);
  await moveTo(scene, id);
}

/** Deleted and entered anew within one transaction: the same key, another row. */
async function replaceRow(scene: Scene): Promise<void> {
  const id = await sampleOne(scene, 'residence');
  const removed = await scene.write('residence', 'DELETE FROM residence WHERE id_number = ?', [
    id ?? '',
  ]);
  if (id === undefined || removed === 0) return;
  const { random } = scene;
  const division = random.pick(OWN_DIVISIONS).code;
  await scene.insert('residence', [
    {
      id_number: id,
      residence_division: division,
      residence_address: address(random, division),
      phone: phone(random),
    },
  ]);
}

async function extremes(scene: Scene): Promise<void> {
  const id = await sampleOne(scene);
  const columns = detailColumns(scene.random, 0.8);
  const sets = Object.keys(columns).map((column) => `${column} = ?`);
  await scene.write(
    'person',
    `UPDATE person SET ${sets.join(', ')}, ethnicity = NULL, former_name = NULL WHERE id_number = ?`,
    [...Object.values(columns), id ?? ''],
  );
}

/** The number is corrected where the clerk sits; the other tables follow later, or never. */
async function correctIdInPersonOnly(scene: Scene): Promise<void> {
  const id = await sampleOne(scene);
  if (id !== undefined)
    await changeId(scene, 'person', { from: id, to: otherId(id, scene.random) });
}

async function correctIdEverywhere(scene: Scene): Promise<void> {
  const id = await sampleOne(scene);
  if (id === undefined) return;
  const to = otherId(id, scene.random);
  for (const table of TABLES) await changeId(scene, table, { from: id, to });
}

async function changeId(
  scene: Scene,
  table: (typeof TABLES)[number],
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  await scene.write(table, `UPDATE ${table} SET id_number = ? WHERE id_number = ?`, [to, from]);
}

/** Another valid number of the same sex; if somebody has it already the server refuses. */
function otherId(id: string, random: Random): string {
  const odd = Number(id[16]) % 2;
  return withSequence(id, random.int(0, 498) * 2 + (odd === 1 ? 1 : 2));
}

export const CHANGE_STEPS: readonly Step[] = [
  { name: 'move', weight: 260, run: move },
  { name: 'move-together', weight: 80, run: moveTogether },
  { name: 'correct-name', weight: 80, run: correctName },
  { name: 'correct-rare-name', weight: 40, run: correctRareName },
  { name: 'same-row-twice', weight: 30, run: sameRowTwice },
  { name: 'replace-row', weight: 20, run: replaceRow },
  { name: 'extremes', weight: 30, run: extremes },
  { name: 'correct-id-in-person-only', weight: 10, run: correctIdInPersonOnly },
  { name: 'correct-id-everywhere', weight: 15, run: correctIdEverywhere },
];
