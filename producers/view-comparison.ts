/** What comparisons of whole views share: reading as readers do, and the sum of all parts. */
import type { SqlSession } from '../bus/sql/sql.ts';
import { type ComparableRow, type Comparison, compareRows } from './compare-rows.ts';
import { conflictKey, type ExpectedConflict } from './population-conflicts.ts';
import type { TextRow } from './source-tables.ts';

export type ViewComparison = Comparison & {
  /** By what was compared: each readers' table, and "civicbus_conflict". */
  readonly parts: Readonly<Record<string, Comparison>>;
};

/** Compares one readers' table by its key: a column, or what is made of several. Throws SQL errors. */
export async function compareTable(
  hub: SqlSession,
  table: {
    readonly name: string;
    readonly key: string | ((row: TextRow) => string);
    readonly columns: readonly string[];
    readonly expected: ReadonlyMap<string, ComparableRow>;
  },
): Promise<Comparison> {
  const { name, key, columns, expected } = table;
  const keyOf = typeof key === 'string' ? (row: TextRow) => row[key] ?? '' : key;
  const selected = columns.map((column) => `CAST(${column} AS CHAR) AS ${column}`);
  const rows = await hub.query<TextRow>(`SELECT ${selected.join(', ')} FROM ${name}`);
  return compareRows(expected, new Map(rows.map((row) => [keyOf(row), row])));
}

/** Compares the conflicts that are open. Needs the right to read them. */
export async function compareConflicts(
  hub: SqlSession,
  expected: ReadonlyMap<string, ExpectedConflict>,
): Promise<Comparison> {
  const rows = await hub.query<Record<'item' | 'reporter' | 'entity', string> & TextRow>(
    'SELECT item, reporter, entity, authority_value AS authorityValue, reported_value AS reportedValue' +
      ' FROM civicbus_conflict WHERE resolved_ms IS NULL',
  );
  return compareRows(expected, new Map(rows.map((row) => [conflictKey(row), row])));
}

export function viewComparison(parts: Readonly<Record<string, Comparison>>): ViewComparison {
  const all = Object.values(parts);
  const sum = (of: (part: Comparison) => number) => all.reduce((n, part) => n + of(part), 0);
  return {
    equal: all.every(({ equal }) => equal),
    expectedRows: sum(({ expectedRows }) => expectedRows),
    actualRows: sum(({ actualRows }) => actualRows),
    differing: sum(({ differing }) => differing),
    differences: all.flatMap(({ differences }) => differences),
    parts,
  };
}
