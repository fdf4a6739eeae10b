/**
 * The legal-entity and property views beside their oracles, as readers of the hub find them.
 * Nothing is compared at one moment: call these when nobody writes, or until they are equal.
 */
import type { SqlSession } from '../bus/sql/sql.ts';
import type { Comparison } from './compare-rows.ts';
import type { EntityTables } from './entity-tables.ts';
import {
  expectedLegalEntities,
  expectedLegalEntityConflicts,
  FURTHER_ITEMS,
  TWELVE_ITEMS,
} from './legal-entity-oracle.ts';
import { expectedPropertyRows, PROPERTY_TABLES, propertyColumns } from './property-oracle.ts';
import {
  compareConflicts,
  compareTable,
  viewComparison,
  type ViewComparison,
} from './view-comparison.ts';

/** `hub` is in the view's database, with the right to read its conflicts. Throws SQL errors. */
export async function compareLegalEntities(
  hub: SqlSession,
  tables: EntityTables,
): Promise<ViewComparison> {
  return viewComparison({
    legal_entity: await compareTable(hub, {
      name: 'legal_entity',
      key: 'organisation_code',
      columns: [...TWELVE_ITEMS, ...FURTHER_ITEMS],
      expected: expectedLegalEntities(tables),
    }),
    civicbus_conflict: await compareConflicts(hub, expectedLegalEntityConflicts(tables)),
  });
}

/** `hub` is in the view's database. Throws SQL errors. */
export async function compareProperty(
  hub: SqlSession,
  tables: EntityTables,
): Promise<ViewComparison> {
  const parts: Record<string, Comparison> = {};
  for (const table of PROPERTY_TABLES) {
    parts[table.name] = await compareTable(hub, {
      name: table.name,
      key: table.key,
      columns: propertyColumns(table),
      expected: expectedPropertyRows(table, tables),
    });
  }
  return viewComparison(parts);
}
