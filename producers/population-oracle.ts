/**
 * The truth about the shared population view, computed from whole source tables by plain
 * sorting and looking up. Written without the view engine and without its declarations, so that
 * the two can disagree. Text is ordered by its UTF-8 bytes, as the tables' collation does.
 * Child rows and conflicts have files of their own (population-children.ts, population-conflicts.ts).
 */
import { groupBy, indexBy, latestOf, type OrderKey } from './oracle-order.ts';
import type { SourceRow, SourceTable, SourceTables, TextRow } from './source-tables.ts';

/** Tables with one row per person, and the items of each; an item has its column's name. */
const ONE_PER_PERSON = {
  person: [
    'id_number',
    'name',
    'former_name',
    'sex',
    'ethnicity',
    'birth_date',
    'birthplace_division',
  ],
  household_registration: [
    'household_number',
    'relation_to_head',
    'registration_type',
    'registered_division',
    'registered_address',
    'registration_status',
  ],
  residence: ['residence_division', 'residence_address', 'phone'],
  residence_permit: ['permit_number', 'permit_valid_until', 'stay_reason'],
  birth_certificate: ['birth_certificate_number', 'mother_id_number', 'father_id_number'],
  death_certificate: ['death_date', 'death_certificate_number', 'death_place'],
  family_record: ['children_count', 'birth_service_number'],
  education_record: ['highest_education', 'school_name', 'graduation_date', 'student_status'],
  pension_account: ['pension_account', 'pension_status', 'pension_base'],
  insured_person: ['medical_account', 'medical_status', 'medical_type'],
  injury_maternity_insurance: ['injury_status', 'maternity_status'],
  social_security_card: ['card_number', 'card_status', 'photo_reference'],
  fund_member: ['fund_account', 'fund_base', 'fund_status'],
  driving_licence: ['licence_number', 'licence_class', 'licence_valid_until'],
  disability_card: [
    'disability_card_number',
    'disability_type',
    'disability_level',
    'disability_valid_until',
  ],
} as const satisfies { readonly [T in SourceTable]?: readonly (keyof SourceRow<T>)[] };

/** Items that come from the latest of several rows, in the order in which `latest` gives them. */
const FROM_THE_LATEST = [
  'marital_status',
  'spouse_id_number',
  'marriage_event_date',
  'relief_type',
  'relief_status',
  'relief_approved_on',
  'relief_monthly_amount',
  'employer_code',
  'employer_name',
  'occupation',
  'contract_start',
  'unemployment_number',
  'unemployment_registered_on',
  'tax_file_number',
  'tax_year',
  'taxed_income',
] as const;

type OneTable = keyof typeof ONE_PER_PERSON;
export type PopulationItem =
  | (typeof ONE_PER_PERSON)[OneTable][number]
  | (typeof FROM_THE_LATEST)[number];

/** The items of a person's own row; those of child rows are in population-children.ts. */
export const POPULATION_ITEMS: readonly PopulationItem[] = [
  ...Object.values(ONE_PER_PERSON).flat(),
  ...FROM_THE_LATEST,
];

/** Canonical text of every item; null where it is NULL or its block is absent. */
export type ExpectedPerson = Readonly<Record<PopulationItem, string | null>>;

/** All items but those of child rows, for each person with an identity row, by identity number. */
export function expectedPopulation(tables: SourceTables): Map<string, ExpectedPerson> {
  const single = (Object.keys(ONE_PER_PERSON) as OneTable[]).map((table) => ({
    items: ONE_PER_PERSON[table],
    rows: indexBy<TextRow & { id_number: string }>(tables[table], (row) => row.id_number),
  }));
  const latest = latestBlocks(tables);
  const expected = new Map<string, ExpectedPerson>();
  for (const { id_number: id } of tables.person) {
    const items: Record<string, string | null> = {};
    for (const block of single)
      for (const item of block.items) items[item] = block.rows.get(id)?.[item] ?? null;
    expected.set(id, Object.assign(items, ...latest.map((blockOf) => blockOf(id))));
  }
  return expected;
}

type Items = Readonly<Record<string, string | null>>;

/** Per block a function that gives a person's items of it. */
function latestBlocks(tables: SourceTables): readonly ((id: string) => Items)[] {
  const marriages = groupBy(tables.marriage, (row) => [
    row.spouse_a_id_number,
    row.spouse_b_id_number,
  ]);
  const reliefs = groupBy(tables.relief_case, (row) => [row.id_number]);
  const contracts = groupBy(tables.employment_contract, (row) => [row.id_number]);
  const unemployments = groupBy(tables.unemployment_registration, (row) => [row.id_number]);
  const assessments = groupBy(tables.income_tax, (row) => [row.id_number]);
  return [
    (id) => marriage(id, last(marriages.get(id), 'registered_on', 'registration_number')),
    (id) => relief(last(reliefs.get(id), 'approved_on', 'case_number')),
    (id) => employment(last(contracts.get(id), 'contract_start', 'contract_number')),
    (id) => unemployment(last(unemployments.get(id), 'registered_on', 'unemployment_number')),
    (id) => incomeTax(last(assessments.get(id), 'tax_year', 'id_number')),
  ];
}

/** The last by date, then by number; one without a date is earlier than all that have one. */
function last<T>(rows: readonly T[] | undefined, ...by: readonly (keyof T)[]): T | undefined {
  return latestOf(rows, (row) => by.map((column) => row[column]) as unknown as OrderKey);
}

function marriage(id: string, row: SourceRow<'marriage'> | undefined): Items {
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

function relief(row: SourceRow<'relief_case'> | undefined): Items {
  return {
    relief_type: row?.relief_type ?? null,
    relief_status: row?.relief_status ?? null,
    relief_approved_on: row?.approved_on ?? null,
    relief_monthly_amount: row?.monthly_amount ?? null,
  };
}

function employment(row: SourceRow<'employment_contract'> | undefined): Items {
  return {
    employer_code: row?.employer_code ?? null,
    employer_name: row?.employer_name ?? null,
    occupation: row?.occupation ?? null,
    contract_start: row?.contract_start ?? null,
  };
}

function unemployment(row: SourceRow<'unemployment_registration'> | undefined): Items {
  return {
    unemployment_number: row?.unemployment_number ?? null,
    unemployment_registered_on: row?.registered_on ?? null,
  };
}

/** Years have four figures, so text orders them as numbers. */
function incomeTax(row: SourceRow<'income_tax'> | undefined): Items {
  return {
    tax_file_number: row?.tax_file_number ?? null,
    tax_year: row?.tax_year ?? null,
    taxed_income: row?.taxed_income ?? null,
  };
}
