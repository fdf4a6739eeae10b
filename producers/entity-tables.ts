/**
 * Reads what the departments hold of organisations and property, whole, in canonical text: dates
 * as YYYY-MM-DD, decimals with their declared scale. Each department is read in one consistent
 * snapshot; they are not synchronised with one another, so compare only when nobody writes.
 */
import type { SqlDatabase, SqlSession, SqlValue } from '../bus/sql/sql.ts';
import type { TextRow } from './source-tables.ts';

const REPORTED = ['address', 'legal_representative', 'registration_number'] as const;

/** Per table: whose it is, and the columns that the views take. */
const TABLES = {
  organisation: {
    of: 'quality-supervision',
    columns: [
      'organisation_code',
      'organisation_type_code',
      'name',
      'industry_code',
      'division',
      'phone',
      'registered_capital',
      'approved_on',
      'currency_code',
      ...REPORTED,
      'status',
      'successor_code',
      'closed_on',
    ],
  },
  enterprise: { of: 'commerce', columns: ['organisation_code', 'enterprise_name', ...REPORTED] },
  annual_inspection: {
    of: 'commerce',
    columns: ['organisation_code', 'inspection_year', 'inspection_result', 'inspected_on'],
  },
  social_organisation: {
    of: 'civil-affairs',
    columns: ['organisation_code', 'organisation_name', ...REPORTED],
  },
  public_institution: {
    of: 'staffing-office',
    columns: ['organisation_code', 'institution_name', ...REPORTED],
  },
  tax_registration: {
    of: 'tax',
    columns: ['organisation_code', 'taxpayer_number', 'registration_status', 'registered_on'],
  },
  insurance_account: {
    of: 'human-resources-and-social-security',
    columns: ['organisation_code', 'account_number', 'account_status', 'insured_persons'],
  },
  project: {
    of: 'construction-commission',
    columns: [
      'project_number',
      'developer_code',
      'project_name',
      'division',
      'total_units',
      'total_area',
      'self_reported_sold_ratio',
      'licensed_on',
    ],
  },
  building: {
    of: 'construction-commission',
    columns: ['building_number', 'project_number', 'address', 'floors', 'completed_on'],
  },
  unit: {
    of: 'construction-commission',
    columns: ['unit_number', 'project_number', 'building_number', 'floor', 'area', 'unit_usage'],
  },
  presale_contract: {
    of: 'construction-commission',
    columns: [
      'contract_number',
      'project_number',
      'unit_number',
      'buyer_id_number',
      'status',
      'signed_on',
      'cancelled_on',
      'area',
      'price',
    ],
  },
  title: {
    of: 'housing-and-land',
    columns: ['title_number', 'unit_number', 'id_number', 'ownership_share', 'acquired_on'],
  },
  lease: {
    of: 'housing-and-land',
    columns: [
      'lease_number',
      'unit_number',
      'tenant_id_number',
      'starts_on',
      'ends_on',
      'monthly_rent',
    ],
  },
  deed_tax_declaration: {
    of: 'local-tax',
    columns: [
      'declaration_number',
      'project_number',
      'unit_number',
      'contract_number',
      'taxpayer_id_number',
      'declared_area',
      'declared_price',
      'deed_tax',
      'tax_status',
      'filed_on',
    ],
  },
} as const satisfies Readonly<
  Record<string, { readonly of: string; readonly columns: readonly string[] }>
>;

export type EntityTable = keyof typeof TABLES;
export type EntityTables = { readonly [T in EntityTable]: readonly TextRow[] };

const NAMES = Object.keys(TABLES) as readonly EntityTable[];

/** What nobody holds anything of. */
export const NO_ENTITY_ROWS = Object.fromEntries(
  NAMES.map((table) => [table, []]),
) as unknown as EntityTables;

/** Reads the tables of the departments whose `databases` are given, by department name; the others' are empty. */
export async function readEntityTables(
  databases: Readonly<Record<string, SqlDatabase>>,
): Promise<EntityTables> {
  const read = await Promise.all(
    Object.entries(databases).map(([department, db]) =>
      db.transaction((sql) => readDepartment(sql, department), 'REPEATABLE READ'),
    ),
  );
  return Object.assign({ ...NO_ENTITY_ROWS }, ...read) as EntityTables;
}

async function readDepartment(
  sql: SqlSession,
  department: string,
): Promise<Partial<Record<EntityTable, readonly TextRow[]>>> {
  const tables: Partial<Record<EntityTable, readonly TextRow[]>> = {};
  for (const table of NAMES) {
    const { of, columns } = TABLES[table];
    if (of !== department) continue;
    const rows = await sql.query(`SELECT ${columns.join(', ')} FROM ${table}`);
    tables[table] = rows.map(textRow);
  }
  return tables;
}

/** The port gives temporal values and decimals as text, whole numbers within 2^53 as numbers. */
function textRow(row: Readonly<Record<string, SqlValue>>): TextRow {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [column, value === null ? null : String(value)]),
  );
}
