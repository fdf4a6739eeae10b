/**
 * The life of a registered organisation: it changes, closes, merges into another, and sometimes
 * comes back. Changes take it to one of its versions (organisation.ts), as its registering body
 * learns them too, so that the two differ for a while and then agree.
 */
import type { Step } from '../department.ts';
import { updateRow } from '../keyed-rows.ts';
import { anyOrganisation } from '../organisation.ts';
import type { Scene } from '../scene.ts';
import { changeable, closingDay, knownVersion, REGISTER, sampleCode, standing } from './rows.ts';

async function change(scene: Scene): Promise<void> {
  const version = await knownVersion(scene);
  if (version === undefined) return;
  const columns = { ...changeable(version, scene.random), ...standing('changed') };
  await updateRow(scene, REGISTER, { id: version.code, columns });
}

async function changeTwice(scene: Scene): Promise<void> {
  const code = await sampleCode(scene);
  for (const version of [0, 1]) {
    const columns = { phone: `020-8000000${version}`, ...standing('changed') };
    await updateRow(scene, REGISTER, { id: code, columns });
  }
  await change(scene);
}

/** Capital at the edges of its type, and fields that become NULL. */
async function changeCapital(scene: Scene): Promise<void> {
  const { random } = scene;
  const amounts = [`${random.int(1, 99_999)}0000.00`, '0.00', '0.01', '9999999999999999.99', null];
  const amount = random.pick(amounts);
  const columns = { registered_capital: amount, currency_code: amount === null ? null : 'CNY' };
  await updateRow(scene, REGISTER, { id: await sampleCode(scene), columns });
}

async function leaveBlank(scene: Scene): Promise<void> {
  const columns = { phone: null, address: null, industry_code: null, legal_representative: null };
  await updateRow(scene, REGISTER, { id: await sampleCode(scene), columns });
}

async function close(scene: Scene): Promise<void> {
  const columns = standing('closed', { closedOn: closingDay(scene.random) });
  await updateRow(scene, REGISTER, { id: await sampleCode(scene), columns });
}

/** One organisation goes up in another; both rows change in one transaction. */
async function merge(scene: Scene): Promise<void> {
  const [code, successorCode] = [await sampleCode(scene), await sampleCode(scene)];
  if (code === undefined || successorCode === undefined || code === successorCode) return;
  const columns = standing('merged', { successorCode, closedOn: closingDay(scene.random) });
  await updateRow(scene, REGISTER, { id: code, columns });
  await updateRow(scene, REGISTER, { id: successorCode, columns: standing('changed') });
}

/** A closure that was a mistake is taken back. */
async function reopen(scene: Scene): Promise<void> {
  const rows = await scene.read<{ code: string }>(
    "SELECT organisation_code AS code FROM organisation WHERE status IN ('closed', 'merged')" +
      ' AND organisation_code >= ? ORDER BY organisation_code LIMIT 1',
    [anyOrganisation(scene.city, scene.random).code],
  );
  await updateRow(scene, REGISTER, { id: rows[0]?.code, columns: standing('registered') });
}

async function closeAndReopen(scene: Scene): Promise<void> {
  const id = await sampleCode(scene);
  const closed = standing('closed', { closedOn: closingDay(scene.random) });
  await updateRow(scene, REGISTER, { id, columns: closed });
  await updateRow(scene, REGISTER, { id, columns: standing('changed') });
}

export const LIFE_STEPS: readonly Step[] = [
  { name: 'change', weight: 300, run: change },
  { name: 'change-twice', weight: 30, run: changeTwice },
  { name: 'change-capital', weight: 60, run: changeCapital },
  { name: 'leave-blank', weight: 15, run: leaveBlank },
  { name: 'close', weight: 60, run: close },
  { name: 'merge', weight: 30, run: merge },
  { name: 'reopen', weight: 40, run: reopen },
  { name: 'close-and-reopen', weight: 15, run: closeAndReopen },
];
