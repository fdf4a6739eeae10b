/**
 * What happens to contracts of pre-sale beyond single corrections: cancellations, cancellations
 * taken back, whole projects that sell out at once, contracts filed under another project.
 */
import type { Step } from '../department.ts';
import { addDays } from '../dates.ts';
import { sampleKey, updateRow } from '../keyed-rows.ts';
import { anySite, anyUnit, unitsOf } from '../property.ts';
import { registerNumber } from '../register.ts';
import { placeholders, type Scene } from '../scene.ts';
import { cancelled, signedRow } from './rows.ts';

const CONTRACT = { table: 'presale_contract', key: 'contract_number' } as const;
const PROJECT = { table: 'project', key: 'project_number' } as const;
const SHOWN = { table: 'unit', key: 'unit_number' } as const;

async function cancel(scene: Scene): Promise<void> {
  const columns = cancelled(cancellingDay(scene));
  await updateRow(scene, CONTRACT, { id: await sampleContract(scene), columns });
}

/** The project's cancellations were a mistake. */
async function reinstate(scene: Scene): Promise<void> {
  const number = await projectWith(scene, 'cancelled');
  await scene.write(
    CONTRACT.table,
    "UPDATE presale_contract SET status = 'signed', cancelled_on = NULL WHERE project_number = ? AND status = 'cancelled'",
    [number],
  );
}

/** What is left of a project is sold in one transaction. */
async function sellOut(scene: Scene): Promise<void> {
  const units = unitsOf(scene.city, anySite(scene.city, scene.random));
  const numbers = units.map(({ number }) => number);
  const sold = await scene.read<{ unit_number: string }>(
    `SELECT unit_number FROM presale_contract WHERE status = 'signed' AND unit_number IN (${placeholders(numbers)})`,
    numbers,
  );
  const taken = new Set(sold.map((row) => row.unit_number));
  const rows = units
    .filter(({ number }) => !taken.has(number))
    .map((unit) => signedRow(unit, scene));
  await scene.insert(CONTRACT.table, rows);
}

/** A developer in trouble: every contract of the project is cancelled on one day. */
async function cancelProject(scene: Scene): Promise<void> {
  const number = await projectWith(scene, 'signed');
  await scene.write(
    CONTRACT.table,
    "UPDATE presale_contract SET status = 'cancelled', cancelled_on = ? WHERE project_number = ? AND status = 'signed'",
    [cancellingDay(scene), number],
  );
}

/** Signed, cancelled and signed again within one transaction. */
async function waver(scene: Scene): Promise<void> {
  const id = await sampleContract(scene);
  await updateRow(scene, CONTRACT, { id, columns: cancelled(cancellingDay(scene)) });
  const columns = { status: 'signed', cancelled_on: null };
  await updateRow(scene, CONTRACT, { id, columns });
}

/** The contract belongs to another project than was written down, known or not. */
async function moveToProject(scene: Scene): Promise<void> {
  const { number } = anySite(scene.city, scene.random);
  const columns = { project_number: number };
  await updateRow(scene, CONTRACT, { id: await sampleContract(scene), columns });
}

async function moveUnitToProject(scene: Scene): Promise<void> {
  const { city, random } = scene;
  const from = anyUnit(city, random).number;
  const columns = { project_number: anySite(city, random).number };
  await updateRow(scene, SHOWN, { id: await sampleKey(scene, SHOWN, from), columns });
}

/** What the developer says of himself; often less than the contracts show. */
async function selfReport(scene: Scene): Promise<void> {
  const { city, random } = scene;
  const id = await sampleKey(scene, PROJECT, anySite(city, random).number);
  const ratio = random.pick(['84.9900', '85.0000', '0.0000', '100.0000', '33.3333', null]);
  await updateRow(scene, PROJECT, { id, columns: { self_reported_sold_ratio: ratio } });
}

/** The project of the first contract in that status from a random place on; any project when there is none. */
async function projectWith(scene: Scene, status: 'signed' | 'cancelled'): Promise<string> {
  const from = anyUnit(scene.city, scene.random);
  const [row] = await scene.read<{ project_number: string }>(
    'SELECT project_number FROM presale_contract WHERE status = ? AND contract_number >= ? ORDER BY contract_number LIMIT 1',
    [status, registerNumber('Y', from.serial, 0)],
  );
  return row?.project_number ?? from.projectNumber;
}

async function sampleContract(scene: Scene): Promise<string | undefined> {
  const unit = anyUnit(scene.city, scene.random);
  return sampleKey(scene, CONTRACT, registerNumber('Y', unit.serial, 0));
}

function cancellingDay({ random }: Scene): string {
  return addDays('2026-01-01', random.int(0, 200));
}

export const SALE_STEPS: readonly Step[] = [
  { name: 'cancel-contract', weight: 20, run: cancel },
  { name: 'reinstate-contracts', weight: 6, run: reinstate },
  { name: 'sell-out', weight: 3, run: sellOut },
  { name: 'cancel-project', weight: 1, run: cancelProject },
  { name: 'waver', weight: 4, run: waver },
  { name: 'move-contract-to-project', weight: 6, run: moveToProject },
  { name: 'move-unit-to-project', weight: 3, run: moveUnitToProject },
  { name: 'self-report', weight: 10, run: selfReport },
];
