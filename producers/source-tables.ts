/**
 * Reads what the departments hold, whole, in canonical text: dates as YYYY-MM-DD, decimals with
 * their declared scale. Each department is read in one consistent snapshot; the departments are
 * not synchronised with one another, so compare only when nobody writes. Tables of departments
 * that are not there are empty.
 */
import type { SqlDatabase, SqlSession, SqlValue } from '../bus/sql/sql.ts';

/** Per table: whose it is, the columns that are never NULL, and the others that the view takes. */
const TABLES = {
  person: {
    of: 'police',
    filled: ['id_number', 'name', 'sex', 'birth_date'],
    others: ['former_name', 'ethnicity', 'birthplace_division'],
  },
  household_registration: {
    of: 'police',
    filled: ['id_number', 'household_number'],
    others: [
      'relation_to_head',
      'registration_type',
      'registered_division',
      'registered_address',
      'registration_status',
    ],
  },
  residence: {
    of: 'police',
    filled: ['id_number'],
    others: ['residence_division', 'residence_address', 'phone'],
  },
  migration: {
    of: 'police',
    filled: ['migration_number', 'id_number', 'move_type', 'move_date'],
    others: ['from_division', 'to_division'],
  },
  vehicle: {
    of: 'police',
    filled: ['vehicle_number', 'id_number', 'vehicle_type'],
    others: ['plate_number', 'first_registered_on', 'vehicle_status'],
  },
  driving_licence: {
    of: 'police',
    filled: ['id_number', 'licence_number'],
    others: ['licence_class', 'licence_valid_until'],
  },
  marriage: {
    of: 'civil-affairs',
    filled: [
      'registration_number',
      'spouse_a_id_number',
      'spouse_b_id_number',
      'event_type',
      'registered_on',
    ],
    others: [],
  },
  relief_case: {
    of: 'civil-affairs',
    filled: ['case_number', 'id_number', 'relief_type', 'relief_status'],
    others: ['approved_on', 'monthly_amount'],
  },
  residence_permit: {
    of: 'residence-management',
    filled: ['id_number', 'permit_number'],
    others: ['permit_valid_until', 'stay_reason', 'residence_address'],
  },
  birth_certificate: {
    of: 'health',
    filled: ['id_number'],
    others: ['birth_certificate_number', 'mother_id_number', 'father_id_number'],
  },
  death_certificate: {
    of: 'health',
    filled: ['id_number'],
    others: ['death_date', 'death_certificate_number', 'death_place'],
  },
  family_record: {
    of: 'family-planning',
    filled: ['id_number'],
    others: ['full_name', 'residence_address', 'children_count', 'birth_service_number'],
  },
  education_record: {
    of: 'education',
    filled: ['id_number'],
    others: ['highest_education', 'school_name', 'graduation_date', 'student_status'],
  },
  employment_contract: {
    of: 'human-resources-and-social-security',
    filled: ['contract_number', 'id_number'],
    others: ['employer_code', 'employer_name', 'occupation', 'contract_start'],
  },
  unemployment_registration: {
    of: 'human-resources-and-social-security',
    filled: ['unemployment_number', 'id_number', 'registered_on'],
    others: [],
  },
  pension_account: {
    of: 'human-resources-and-social-security',
    filled: ['id_number', 'pension_account'],
    others: ['pension_status', 'pension_base'],
  },
  injury_maternity_insurance: {
    of: 'human-resources-and-social-security',
    filled: ['id_number'],
    others: ['injury_status', 'maternity_status'],
  },
  social_security_card: {
    of: 'human-resources-and-social-security',
    filled: ['id_number', 'card_number', 'card_status'],
    others: ['holder_name', 'photo_reference'],
  },
  insured_person: {
    of: 'medical-insurance',
    filled: ['id_number', 'medical_account'],
    others: ['medical_status', 'medical_type', 'contact_phone'],
  },
  fund_member: {
    of: 'housing-fund',
    filled: ['id_number', 'fund_account', 'fund_status'],
    others: ['fund_base'],
  },
  income_tax: {
    of: 'tax',
    filled: ['id_number', 'tax_year', 'tax_file_number'],
    others: ['taxed_income'],
  },
  title: {
    of: 'housing-and-land',
    filled: ['title_number'],
    others: ['unit_number', 'id_number', 'ownership_share', 'acquired_on'],
  },
  business_interest: {
    of: 'commerce',
    filled: ['entity_code', 'id_number'],
    others: ['interest_role', 'share_ratio'],
  },
  disability_card: {
    of: 'disabled-federation',
    filled: ['id_number', 'disability_card_number', 'disability_type'],
    others: ['disability_level', 'disability_valid_until'],
  },
  credit_record: {
    of: 'credit-office',
    filled: ['record_number', 'id_number', 'record_type', 'recorded_on'],
    others: ['record_source', 'expires_on', 'volunteer_hours', 'blood_donations'],
  },
} as const;

type Tables = typeof TABLES;
export type SourceTable = keyof Tables;
export type SourceRow<T extends SourceTable> = Readonly<
  Record<Tables[T]['filled'][number], string> & Record<Tables[T]['others'][number], string | null>
>;
export type SourceTables = { readonly [T in SourceTable]: readonly SourceRow<T>[] };
export type TextRow = Readonly<Record<string, string | null>>;

export const SOURCE_TABLES = Object.keys(TABLES) as readonly SourceTable[];

/** What nobody holds anything of. */
export const NO_SOURCE_ROWS = Object.fromEntries(
  SOURCE_TABLES.map((table) => [table, []]),
) as unknown as SourceTables;

/** Reads the tables of the departments whose `databases` are given, by department name. */
export async function readSourceTables(
  databases: Readonly<Record<string, SqlDatabase>>,
): Promise<SourceTables> {
  const read = await Promise.all(
    Object.entries(databases).map(([department, db]) =>
      db.transaction((sql) => readDepartment(sql, department), 'REPEATABLE READ'),
    ),
  );
  return Object.assign({ ...NO_SOURCE_ROWS }, ...read) as SourceTables;
}

async function readDepartment(
  sql: SqlSession,
  department: string,
): Promise<Record<string, readonly TextRow[]>> {
  const tables: Record<string, readonly TextRow[]> = {};
  for (const table of SOURCE_TABLES) {
    const { of, filled, others } = TABLES[table];
    if (of !== department) continue;
    const rows = await sql.query(
      `SELECT ${[...filled, ...others].join(', ')} FROM ${table} ORDER BY ${filled.join(', ')}`,
    );
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
