/**
 * The truth about the shared population view, computed from whole source tables by plain
 * sorting and looking up. Written without the view engine and without its declarations, so that
 * the two can disagree. Text is ordered by its UTF-8 bytes, as the tables' collation does.
 */
import { groupBy, indexBy, latestOf } from './oracle-order.ts';
import type {
  HouseholdRow,
  MarriageRow,
  PersonRow,
  ReliefRow,
  ResidenceRow,
  SourceTables,
} from './source-tables.ts';

export const POPULATION_ITEMS = [
  'id_number',
  'name',
  'former_name',
  'sex',
  'ethnicity',
  'birth_date',
  'birthplace_division',
  'household_number',
  'relation_to_head',
  'registration_type',
  'registered_division',
  'registered_address',
  'registration_status',
  'residence_division',
  'residence_address',
  'phone',
  'marital_status',
  'spouse_id_number',
  'marriage_event_date',
  'relief_type',
  'relief_status',
  'relief_approved_on',
  'relief_monthly_amount',
] as const;

export type PopulationItem = (typeof POPULATION_ITEMS)[number];
/** Canonical text of every item; null where it is NULL or its block is absent. */
export type ExpectedPerson = Readonly<Record<PopulationItem, string | null>>;

/** All items of categories 1, 2, 3, 6 and 23, for each person with an identity row, by identity number. */
export function expectedPopulation(tables: SourceTables): Map<string, ExpectedPerson> {
  const households = indexBy(tables.householdRegistrations, (row) => row.id_number);
  const residences = indexBy(tables.residences, (row) => row.id_number);
  const marriages = groupBy(tables.marriages, spousesOf);
  const reliefCases = groupBy(tables.reliefCases, (row) => [row.id_number]);
  const expected = new Map<string, ExpectedPerson>();
  for (const person of tables.persons) {
    const id = person.id_number;
    expected.set(id, {
      ...identity(person),
      ...household(households.get(id)),
      ...residence(residences.get(id)),
      ...marriage(id, latestMarriage(marriages.get(id))),
      ...relief(latestCase(reliefCases.get(id))),
    });
  }
  return expected;
}

function spousesOf(row: MarriageRow): string[] {
  return [row.spouse_a_id_number, row.spouse_b_id_number];
}

function latestMarriage(rows: readonly MarriageRow[] | undefined): MarriageRow | undefined {
  return latestOf(rows, (row) => [row.registered_on, row.registration_number]);
}

/** A case without a date of approval is earlier than all that have one. */
function latestCase(rows: readonly ReliefRow[] | undefined): ReliefRow | undefined {
  return latestOf(rows, (row) => [row.approved_on, row.case_number]);
}

function identity(row: PersonRow) {
  return {
    id_number: row.id_number,
    name: row.name,
    former_name: row.former_name,
    sex: row.sex,
    ethnicity: row.ethnicity,
    birth_date: row.birth_date,
    birthplace_division: row.birthplace_division,
  };
}

function household(row: HouseholdRow | undefined) {
  return {
    household_number: row?.household_number ?? null,
    relation_to_head: row?.relation_to_head ?? null,
    registration_type: row?.registration_type ?? null,
    registered_division: row?.registered_division ?? null,
    registered_address: row?.registered_address ?? null,
    registration_status: row?.registration_status ?? null,
  };
}

function residence(row: ResidenceRow | undefined) {
  return {
    residence_division: row?.residence_division ?? null,
    residence_address: row?.residence_address ?? null,
    phone: row?.phone ?? null,
  };
}

function marriage(id: string, row: MarriageRow | undefined) {
  if (row === undefined) {
    return { marital_status: null, spouse_id_number: null, marriage_event_date: null };
  }
  const isA = row.spouse_a_id_number === id;
  return {
    marital_status: row.event_type,
    spouse_id_number: isA ? row.spouse_b_id_number : row.spouse_a_id_number,
    marriage_event_date: row.registered_on,
  };
}

function relief(row: ReliefRow | undefined) {
  return {
    relief_type: row?.relief_type ?? null,
    relief_status: row?.relief_status ?? null,
    relief_approved_on: row?.approved_on ?? null,
    relief_monthly_amount: row?.monthly_amount ?? null,
  };
}
