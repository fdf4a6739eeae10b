/**
 * The whole population view beside its oracle: persons, child rows and open conflicts, as readers of
 * the hub find them. Nothing is compared at one moment: call it when nobody writes, or until it is equal.
 */
import type { SqlSession } from '../bus/sql/sql.ts';
import type { Comparison } from './compare-rows.ts';
import { CHILD_TABLES, childColumns, childKey, expectedChildren } from './population-children.ts';
import { expectedConflicts } from './population-conflicts.ts';
import { expectedPopulation, POPULATION_ITEMS } from './population-oracle.ts';
import type { SourceTables } from './source-tables.ts';
import {
  compareConflicts,
  compareTable,
  viewComparison,
  type ViewComparison,
} from './view-comparison.ts';

/** `hub` is in the view's database, with the right to read its conflicts. Throws SQL errors. */
export async function comparePopulation(
  hub: SqlSession,
  tables: SourceTables,
): Promise<ViewComparison> {
  const parts: Record<string, Comparison> = {
    person: await compareTable(hub, {
      name: 'person',
      key: 'id_number',
      columns: POPULATION_ITEMS,
      expected: expectedPopulation(tables),
    }),
  };
  for (const child of CHILD_TABLES) {
    parts[child.name] = await compareTable(hub, {
      name: child.name,
      key: (row) => childKey(child, row),
      columns: childColumns(child),
      expected: expectedChildren(child, tables),
    });
  }
  parts['civicbus_conflict'] = await compareConflicts(hub, expectedConflicts(tables));
  return viewComparison(parts);
}
