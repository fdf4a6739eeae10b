/**
 * The whole population view beside its oracle: persons, child rows and open conflicts, as readers of
 * the hub find them. Nothing is compared at one moment: call it when nobody writes, or until it is equal.
 */
import type { SqlSession } from '../bus/sql/sql.ts';
import { compareRows, type ComparableRow, type Comparison } from './compare-rows.ts';
import { CHILD_TABLES, childColumns, childKey, expectedChildren } from './population-children.ts';
import { conflictKey, expectedConflicts } from './population-conflicts.ts';
import { expectedPopulation, POPULATION_ITEMS } from './population-oracle.ts';
import type { SourceTables, TextRow } from './source-tables.ts';

export type PopulationComparison = Comparison & {
  /** By what was compared: "person", each child table, "civicbus_conflict". */
  readonly parts: Readonly<Record<string, Comparison>>;
};

/** `hub` is in the view's database, with the right to read its conflicts. Throws SQL errors. */
export async function comparePopulation(
  hub: SqlSession,
  tables: SourceTables,
): Promise<PopulationComparison> {
  const parts: Record<string, Comparison> = {
    person: compareRows(expectedPopulation(tables), await personsOf(hub)),
  };
  for (const child of CHILD_TABLES) {
    const rows = await readTable(hub, child.name, childColumns(child));
    const actual = new Map(rows.map((row) => [childKey(child, row), row]));
    parts[child.name] = compareRows(expectedChildren(child, tables), actual);
  }
  parts['civicbus_conflict'] = compareRows(expectedConflicts(tables), await openConflicts(hub));
  return { ...sumOf(Object.values(parts)), parts };
}

async function personsOf(hub: SqlSession): Promise<Map<string, ComparableRow>> {
  const rows = await readTable(hub, 'person', POPULATION_ITEMS);
  return new Map(rows.map((row) => [row['id_number'] ?? '', row]));
}

async function openConflicts(hub: SqlSession): Promise<Map<string, ComparableRow>> {
  const rows = await hub.query<Record<'item' | 'reporter' | 'entity', string> & TextRow>(
    'SELECT item, reporter, entity, authority_value AS authorityValue, reported_value AS reportedValue' +
      ' FROM civicbus_conflict WHERE resolved_ms IS NULL',
  );
  return new Map(rows.map((row) => [conflictKey(row), row]));
}

function readTable(hub: SqlSession, table: string, columns: readonly string[]): Promise<TextRow[]> {
  const selected = columns.map((column) => `CAST(${column} AS CHAR) AS ${column}`);
  return hub.query<TextRow>(`SELECT ${selected.join(', ')} FROM ${table}`);
}

function sumOf(parts: readonly Comparison[]): Comparison {
  const sum = (of: (part: Comparison) => number) => parts.reduce((n, part) => n + of(part), 0);
  return {
    equal: parts.every(({ equal }) => equal),
    expectedRows: sum(({ expectedRows }) => expectedRows),
    actualRows: sum(({ actualRows }) => actualRows),
    differing: sum(({ differing }) => differing),
    differences: parts.flatMap(({ differences }) => differences),
  };
}
