/**
 * The truth about open conflicts of the population view: what another department wrote down about
 * an item, where both have a row of the person, it says something and the authority says otherwise.
 * Persons without an identity row count too: the departments differ about them all the same.
 */
import { indexBy } from './oracle-order.ts';
import type { SourceTable, SourceTables, TextRow } from './source-tables.ts';

export type ExpectedConflict = {
  readonly item: string;
  /** The reporting block of the view. */
  readonly reporter: string;
  readonly entity: string;
  readonly authorityValue: string | null;
  readonly reportedValue: string;
};

type Overlap = {
  readonly item: string;
  readonly authority: SourceTable;
  readonly reporter: string;
  readonly from: SourceTable;
  readonly column: string;
};

const OVERLAPS: readonly Overlap[] = [
  {
    item: 'name',
    authority: 'person',
    reporter: 'family_planning',
    from: 'family_record',
    column: 'full_name',
  },
  {
    item: 'name',
    authority: 'person',
    reporter: 'social_security_card',
    from: 'social_security_card',
    column: 'holder_name',
  },
  {
    item: 'residence_address',
    authority: 'residence',
    reporter: 'family_planning',
    from: 'family_record',
    column: 'residence_address',
  },
  {
    item: 'residence_address',
    authority: 'residence',
    reporter: 'residence_permit',
    from: 'residence_permit',
    column: 'residence_address',
  },
  {
    item: 'phone',
    authority: 'residence',
    reporter: 'medical',
    from: 'insured_person',
    column: 'contact_phone',
  },
];

/** The conflicts that must be open, and no other, by `conflictKey`. */
export function expectedConflicts(tables: SourceTables): Map<string, ExpectedConflict> {
  return new Map(
    OVERLAPS.flatMap((overlap) => conflictsOf(overlap, tables)).map((conflict) => [
      conflictKey(conflict),
      conflict,
    ]),
  );
}

export function conflictKey(of: Pick<ExpectedConflict, 'item' | 'reporter' | 'entity'>): string {
  return JSON.stringify([of.item, of.reporter, of.entity]);
}

function conflictsOf(overlap: Overlap, tables: SourceTables): ExpectedConflict[] {
  const { item, authority, reporter, from, column } = overlap;
  const owned: readonly TextRow[] = tables[authority];
  const owners = indexBy(owned, (row) => row['id_number'] ?? '');
  const reports: readonly TextRow[] = tables[from];
  return reports.flatMap((row) => {
    const entity = row['id_number'] ?? '';
    const owner = owners.get(entity);
    const reportedValue = row[column] ?? null;
    const authorityValue = owner?.[item] ?? null;
    if (!owner || reportedValue === null || reportedValue === authorityValue) return [];
    return [{ item, reporter, entity, authorityValue, reportedValue }];
  });
}
