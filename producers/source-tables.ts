/**
 * Reads what the departments hold, whole, in canonical text: dates as YYYY-MM-DD, decimals with
 * their declared scale. Each department is read in one consistent snapshot; the departments are
 * not synchronised with one another, so compare only when nobody writes.
 */
import type { SqlDatabase, SqlSession } from '../bus/sql/sql.ts';

type Text = string | null;

export type PersonRow = {
  readonly id_number: string;
  readonly name: string;
  readonly former_name: Text;
  readonly sex: string;
  readonly ethnicity: Text;
  readonly birth_date: string;
  readonly birthplace_division: Text;
};

export type HouseholdRow = {
  readonly id_number: string;
  readonly household_number: string;
  readonly relation_to_head: Text;
  readonly registration_type: Text;
  readonly registered_division: Text;
  readonly registered_address: Text;
  readonly registration_status: Text;
};

export type ResidenceRow = {
  readonly id_number: string;
  readonly residence_division: Text;
  readonly residence_address: Text;
  readonly phone: Text;
};

export type MarriageRow = {
  readonly registration_number: string;
  readonly spouse_a_id_number: string;
  readonly spouse_b_id_number: string;
  readonly event_type: string;
  readonly registered_on: string;
};

export type ReliefRow = {
  readonly case_number: string;
  readonly id_number: string;
  readonly relief_type: string;
  readonly relief_status: string;
  readonly approved_on: Text;
  readonly monthly_amount: Text;
};

export type SourceTables = {
  readonly persons: readonly PersonRow[];
  readonly householdRegistrations: readonly HouseholdRow[];
  readonly residences: readonly ResidenceRow[];
  readonly marriages: readonly MarriageRow[];
  readonly reliefCases: readonly ReliefRow[];
};

/** Temporal and decimal columns are cast to text by the server, whatever the driver would make of them. */
const SELECTS = {
  persons: `SELECT id_number, name, former_name, sex, ethnicity,
    CAST(birth_date AS CHAR) AS birth_date, birthplace_division FROM person`,
  householdRegistrations: `SELECT id_number, household_number, relation_to_head, registration_type,
    registered_division, registered_address, registration_status FROM household_registration`,
  residences: 'SELECT id_number, residence_division, residence_address, phone FROM residence',
  marriages: `SELECT registration_number, spouse_a_id_number, spouse_b_id_number,
    CAST(event_type AS CHAR) AS event_type, CAST(registered_on AS CHAR) AS registered_on FROM marriage`,
  reliefCases: `SELECT case_number, id_number, relief_type, relief_status,
    CAST(approved_on AS CHAR) AS approved_on, CAST(monthly_amount AS CHAR) AS monthly_amount FROM relief_case`,
} as const;

export async function readSourceTables(
  policeDb: SqlDatabase,
  civilAffairsDb: SqlDatabase,
): Promise<SourceTables> {
  const [register, affairs] = await Promise.all([
    policeDb.transaction(readPolice, 'REPEATABLE READ'),
    civilAffairsDb.transaction(readCivilAffairs, 'REPEATABLE READ'),
  ]);
  return { ...register, ...affairs };
}

async function readPolice(sql: SqlSession) {
  return {
    persons: await sql.query<PersonRow>(SELECTS.persons),
    householdRegistrations: await sql.query<HouseholdRow>(SELECTS.householdRegistrations),
    residences: await sql.query<ResidenceRow>(SELECTS.residences),
  };
}

async function readCivilAffairs(sql: SqlSession) {
  return {
    marriages: await sql.query<MarriageRow>(SELECTS.marriages),
    reliefCases: await sql.query<ReliefRow>(SELECTS.reliefCases),
  };
}
