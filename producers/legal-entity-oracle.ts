/**
 * The truth about the legal-entity view, computed from whole source tables by plain looking up:
 * the active organisations with every item, and the conflicts that must be open. Written without
 * the view engine and without its declarations, so that the two can disagree.
 */
import type { EntityTable, EntityTables } from './entity-tables.ts';
import { groupBy, indexBy, latestOf } from './oracle-order.ts';
import { conflictKey, type ExpectedConflict } from './population-conflicts.ts';
import type { TextRow } from './source-tables.ts';

/** The twelve items of the agreement, all decided by quality supervision; the key is the first. */
export const TWELVE_ITEMS = [
  'organisation_code',
  'organisation_type_code',
  'name',
  'industry_code',
  'division',
  'address',
  'phone',
  'registered_capital',
  'approved_on',
  'currency_code',
  'legal_representative',
  'registration_number',
] as const;

/** Items of the further blocks. */
export const FURTHER_ITEMS = [
  'inspection_year',
  'inspection_result',
  'inspected_on',
  'taxpayer_number',
  'tax_registration_status',
  'tax_registered_on',
  'insurance_account_number',
  'insurance_account_status',
  'insured_persons',
] as const;

export type LegalEntityItem = (typeof TWELVE_ITEMS)[number] | (typeof FURTHER_ITEMS)[number];
/** Canonical text of every item; null where it is NULL or its block is absent. */
export type ExpectedLegalEntity = Readonly<Record<LegalEntityItem, string | null>>;

const ACTIVE: ReadonlySet<string | null | undefined> = new Set(['registered', 'changed']);

/** The bodies that report facts of which quality supervision is the authority, and how each calls the name. */
const REPORTERS = [
  { table: 'enterprise', name: 'enterprise_name' },
  { table: 'social_organisation', name: 'organisation_name' },
  { table: 'public_institution', name: 'institution_name' },
] as const satisfies readonly { readonly table: EntityTable; readonly name: string }[];

const REPORTED_ITEMS = ['name', 'address', 'legal_representative', 'registration_number'] as const;

/** The organisations that readers must find, by organisation code. */
export function expectedLegalEntities(tables: EntityTables): Map<string, ExpectedLegalEntity> {
  const inspections = groupBy(tables.annual_inspection, (row) => [codeOf(row)]);
  const taxed = indexBy(tables.tax_registration, codeOf);
  const insured = indexBy(tables.insurance_account, codeOf);
  const active = tables.organisation.filter((row) => ACTIVE.has(row['status']));
  return new Map(
    active.map((row) => {
      const code = codeOf(row);
      const last = latestOf(inspections.get(code), (each) => [each['inspection_year'] ?? null]);
      return [
        code,
        {
          ...twelve(row),
          ...inspection(last),
          ...tax(taxed.get(code)),
          ...account(insured.get(code)),
        },
      ];
    }),
  );
}

/**
 * The conflicts that must be open, and no other, by `conflictKey`: both have a row of the code,
 * whether it is active or not, the registering body says something and the authority otherwise.
 */
export function expectedLegalEntityConflicts(tables: EntityTables): Map<string, ExpectedConflict> {
  const authority = indexBy(tables.organisation, codeOf);
  const open = REPORTERS.flatMap(({ table: reporter, name }) =>
    tables[reporter].flatMap((row) => {
      const entity = codeOf(row);
      const decided = authority.get(entity);
      return differences(decided, { ...row, name: row[name] ?? null }).map((difference) => ({
        reporter,
        entity,
        ...difference,
      }));
    }),
  );
  return new Map(open.map((conflict) => [conflictKey(conflict), conflict]));
}

function differences(decided: TextRow | undefined, reported: TextRow) {
  if (decided === undefined) return [];
  return REPORTED_ITEMS.flatMap((item) => {
    const [authorityValue, reportedValue] = [decided[item] ?? null, reported[item] ?? null];
    if (reportedValue === null || reportedValue === authorityValue) return [];
    return [{ item, authorityValue, reportedValue }];
  });
}

function twelve(row: TextRow): Record<(typeof TWELVE_ITEMS)[number], string | null> {
  return {
    organisation_code: codeOf(row),
    organisation_type_code: row['organisation_type_code'] ?? null,
    name: row['name'] ?? null,
    industry_code: row['industry_code'] ?? null,
    division: row['division'] ?? null,
    address: row['address'] ?? null,
    phone: row['phone'] ?? null,
    registered_capital: row['registered_capital'] ?? null,
    approved_on: row['approved_on'] ?? null,
    currency_code: row['currency_code'] ?? null,
    legal_representative: row['legal_representative'] ?? null,
    registration_number: row['registration_number'] ?? null,
  };
}

function inspection(row: TextRow | undefined) {
  return {
    inspection_year: row?.['inspection_year'] ?? null,
    inspection_result: row?.['inspection_result'] ?? null,
    inspected_on: row?.['inspected_on'] ?? null,
  };
}

function tax(row: TextRow | undefined) {
  return {
    taxpayer_number: row?.['taxpayer_number'] ?? null,
    tax_registration_status: row?.['registration_status'] ?? null,
    tax_registered_on: row?.['registered_on'] ?? null,
  };
}

function account(row: TextRow | undefined) {
  return {
    insurance_account_number: row?.['account_number'] ?? null,
    insurance_account_status: row?.['account_status'] ?? null,
    insured_persons: row?.['insured_persons'] ?? null,
  };
}

function codeOf(row: TextRow): string {
  return row['organisation_code'] ?? '';
}
