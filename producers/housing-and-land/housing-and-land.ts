/** Housing and land: who owns a unit, and who rents it. */
import type { Random } from '../../bus/base/random.ts';
import { addDays } from '../dates.ts';
import { defineDepartment, type Step } from '../department.ts';
import { sampleKey, updateRow } from '../keyed-rows.ts';
import { SOLD_UNITS, UNITS } from '../property-subjects.ts';
import { register, registerNumber } from '../register.ts';
import { isLoadOrdinal } from '../register-steps.ts';
import { registerDepartment } from '../registers.ts';
import type { Scene } from '../scene.ts';

const TITLE = { table: 'title', key: 'title_number' } as const;
const LEASE = { table: 'lease', key: 'lease_number' } as const;
const SHARES = ['100.0000', '50.0000', '33.3333', '66.6667', '0.0001'] as const;

const title = register({
  table: 'title',
  key: ['title_number'],
  subjects: SOLD_UNITS,
  subjectColumn: 'unit_number',
  share: 0.6,
  rowsMax: 2,
  date: 'acquired_on',
  weight: 2,
  row: (unit, { random, ordinal }) => ({
    title_number: registerNumber('T', unit.serial, ordinal),
    unit_number: unit.number,
    id_number: unit.sale.buyer.idNumber,
    ownership_share: random.chance(0.03) ? null : random.pick(SHARES),
    acquired_on: addDays(unit.sale.signedOn, isLoadOrdinal(ordinal) ? 60 : random.int(61, 900)),
  }),
});

const lease = register({
  table: 'lease',
  key: ['lease_number'],
  subjects: UNITS,
  subjectColumn: 'unit_number',
  share: 0.25,
  row: (unit, { random, ordinal }) => ({
    lease_number: registerNumber('L', unit.serial, ordinal),
    unit_number: unit.number,
    tenant_id_number: unit.sale.buyer.idNumber,
    starts_on: addDays('2024-01-01', random.int(0, 700)),
    ends_on: random.chance(0.5) ? null : addDays('2026-01-01', random.int(0, 700)),
    monthly_rent: `${random.int(300, 19_000)}.${random.pick(['00', '50', '01'])}`,
  }),
});

/** The unit changes hands: the old title goes and a new one comes, in one transaction. */
async function transfer(scene: Scene): Promise<void> {
  const { city, random } = scene;
  const id = await sampleTitle(scene);
  const rows = await scene.read<{ unit_number: string }>(
    'SELECT unit_number FROM title WHERE title_number = ?',
    [id ?? ''],
  );
  const unit = rows[0]?.unit_number;
  if (id === undefined || unit === undefined) return;
  await scene.write('title', 'DELETE FROM title WHERE title_number = ?', [id]);
  await scene.insert('title', [
    {
      title_number: registerNumber(
        'T',
        UNITS.any(city, random).serial,
        random.int(1_000, 9_999_999),
      ),
      unit_number: unit,
      id_number: city.anybody(random).idNumber,
      ownership_share: random.pick(SHARES),
      acquired_on: dayOf(random),
    },
  ]);
}

/** The owner was written down wrongly: the row leaves one person and comes to another. */
async function correctOwner(scene: Scene): Promise<void> {
  const columns = { id_number: scene.city.anybody(scene.random).idNumber };
  await updateRow(scene, TITLE, { id: await sampleTitle(scene), columns });
}

async function endLease(scene: Scene): Promise<void> {
  const { city, random } = scene;
  const from = registerNumber('L', UNITS.any(city, random).serial, 0);
  const columns = { ends_on: dayOf(random) };
  await updateRow(scene, LEASE, { id: await sampleKey(scene, LEASE, from), columns });
}

function sampleTitle(scene: Scene): Promise<string | undefined> {
  const { serial } = UNITS.any(scene.city, scene.random);
  return sampleKey(scene, TITLE, registerNumber('T', serial, 0));
}

function dayOf(random: Random): string {
  return addDays('2026-01-01', random.int(0, 200));
}

const STEPS: readonly Step[] = [
  { name: 'transfer', weight: 20, run: transfer },
  { name: 'correct-owner', weight: 8, run: correctOwner },
  { name: 'end-lease', weight: 15, run: endLease },
];

const registers = registerDepartment({
  name: 'housing-and-land',
  databaseName: 'housing_and_land',
  schemaFile: new URL('./schema.sql', import.meta.url),
  registers: [title, lease],
});

export const housingAndLand = defineDepartment({
  ...registers,
  steps: [...registers.steps, ...STEPS],
});
