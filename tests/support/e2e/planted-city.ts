/**
 * Canaries in the departments' databases: contracts, units and projects in and out of the scope of
 * the pairs, with a canary in every column that is not agreed or is delivered under a mask. `stir`
 * keeps changing them, into the scope and out of it.
 */
import { randomBytes } from 'node:crypto';
import type { SqlDatabase, SqlRow } from '../../../bus/sql/sql.ts';
import { plant, type Canaries } from './canaries.ts';

const IN_DIVISION = '110102';
const OUT_DIVISION = '370102';

export type PlantedCity = {
  /** Changes canaries once, some of them into the scope of a pair or out of it. */
  stir(): Promise<void>;
};

type Add = {
  readonly table: string;
  readonly plain: SqlRow;
  /** Columns that are delivered as they are. */
  readonly agreed?: readonly string[] | 'all';
};

/** Each kind of row once in scope and once out of it; what others know of property is nobody's. */
export async function plantCity(
  departments: Readonly<Record<string, SqlDatabase>>,
  canaries: Canaries,
): Promise<PlantedCity> {
  const serial = randomBytes(3).toString('hex');
  const adder =
    (source: string) =>
    ({ agreed = [], ...row }: Add) =>
      plant({ database: of(departments, source), engine: 'mariadb', agreed, ...row }, canaries);
  const commission = adder('construction-commission');
  for (const [table, key] of Object.entries(KEYS)) await lastRows(commission, table, key);
  for (const row of rowsOfCommission(`IN-${serial}`)) await commission(row);
  for (const table of ['title', 'lease']) await adder('housing-and-land')({ table, plain: {} });
  await adder('local-tax')({ table: 'deed_tax_declaration', plain: {} });
  const database = of(departments, 'construction-commission');
  let turn = 0;
  return { stir: () => stir(turn++, { database, canaries, key: `IN-${serial}` }) };
}

/** Tables of the commission whose rows clerks look for from a random place on. */
const KEYS = {
  project: 'project_number',
  presale_contract: 'contract_number',
  unit: 'unit_number',
};

/**
 * Two copies of an ordinary row behind all others: where none followed, a clerk would begin at the
 * first, which is a planted one, and could bring it into the scope of a pair as it stands.
 */
async function lastRows(
  add: (row: Add) => Promise<unknown>,
  table: string,
  key: string,
): Promise<void> {
  for (const last of ['~0', '~1']) await add({ table, plain: { [key]: last }, agreed: 'all' });
}

function rowsOfCommission(key: string): readonly Add[] {
  const date = 'licensed_on';
  const sale = ['project_number', 'signed_on', 'cancelled_on', 'area'];
  return [
    {
      table: 'project',
      plain: { project_number: key, division: IN_DIVISION },
      agreed: [date],
    },
    { table: 'project', plain: { division: OUT_DIVISION } },
    {
      table: 'presale_contract',
      plain: { contract_number: key, unit_number: key, status: 'signed' },
      agreed: sale,
    },
    { table: 'presale_contract', plain: {} },
    {
      table: 'unit',
      plain: { unit_number: key, unit_usage: 'residential' },
      agreed: ['project_number', 'area'],
    },
    { table: 'unit', plain: {} },
    // The rule of the pair cannot judge this one.
    { table: 'unit', plain: { unit_usage: null } },
  ];
}

async function stir(
  turn: number,
  {
    database,
    canaries,
    key,
  }: { readonly database: SqlDatabase; readonly canaries: Canaries; readonly key: string },
): Promise<void> {
  const isIn = turn % 3 !== 0;
  const text = (charsMax: number) => canaries.text(charsMax);
  await database.execute(
    'UPDATE presale_contract SET status = ?, buyer_id_number = ? WHERE contract_number = ?',
    [isIn ? ['signed', 'cancelled'][turn % 2] : text(20), text(18), key],
  );
  await database.execute(
    'UPDATE project SET division = ?, project_name = ?, total_units = ? WHERE project_number = ?',
    [isIn ? IN_DIVISION : OUT_DIVISION, text(24), turn, key],
  );
  await database.execute(
    'UPDATE unit SET unit_usage = ?, building_number = ? WHERE unit_number = ?',
    [isIn ? 'residential' : text(20), text(24), key],
  );
}

function of(departments: Readonly<Record<string, SqlDatabase>>, source: string): SqlDatabase {
  const database = departments[source];
  if (!database) throw new Error(`there is no department ${source}`);
  return database;
}
