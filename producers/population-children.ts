/**
 * The truth about the child tables of the population view: every row of the source whose person
 * is there, under its own key. Written, as its sibling population-oracle.ts, without declarations.
 */
import type { SourceTable, SourceTables, TextRow } from './source-tables.ts';

export type ChildTable = {
  /** The readers' table in the view. */
  readonly name: string;
  readonly from: SourceTable;
  readonly key: readonly string[];
  readonly items: readonly string[];
};

export const CHILD_TABLES: readonly ChildTable[] = [
  {
    name: 'migration',
    from: 'migration',
    key: ['migration_number'],
    items: ['move_type', 'move_date', 'from_division', 'to_division'],
  },
  {
    name: 'vehicle',
    from: 'vehicle',
    key: ['vehicle_number'],
    items: ['plate_number', 'vehicle_type', 'first_registered_on', 'vehicle_status'],
  },
  {
    name: 'property',
    from: 'title',
    key: ['title_number'],
    items: ['unit_number', 'ownership_share', 'title_number', 'acquired_on'],
  },
  {
    name: 'business_interest',
    from: 'business_interest',
    key: ['entity_code', 'id_number'],
    items: ['entity_code', 'interest_role', 'share_ratio'],
  },
  {
    name: 'credit',
    from: 'credit_record',
    key: ['record_number'],
    items: [
      'record_type',
      'record_source',
      'recorded_on',
      'expires_on',
      'volunteer_hours',
      'blood_donations',
    ],
  },
];

/** Key columns, the person and the items, as the readers' table has them. */
export function childColumns({ key, items }: ChildTable): readonly string[] {
  return [...new Set([...key, 'id_number', ...items])];
}

/** A row's key as one text, the same for rows of source and view. */
export function childKey({ key }: ChildTable, row: TextRow): string {
  return JSON.stringify(key.map((column) => row[column] ?? null));
}

/** The rows that readers of the child table must find, by `childKey`. */
export function expectedChildren(table: ChildTable, tables: SourceTables): Map<string, TextRow> {
  const persons = new Set(tables.person.map((row) => row.id_number));
  const columns = childColumns(table);
  const rows: readonly TextRow[] = tables[table.from];
  return new Map(
    rows
      .filter((row) => persons.has(row['id_number'] ?? ''))
      .map((row) => [
        childKey(table, row),
        Object.fromEntries(columns.map((column) => [column, row[column] ?? null])),
      ]),
  );
}
