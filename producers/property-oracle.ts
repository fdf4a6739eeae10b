/**
 * The truth about the property view, table by table, computed from whole source tables: a row is
 * expected when its project is there; titles and leases name units and are expected always.
 * Written without the view engine and without its declarations, so that the two can disagree.
 */
import type { EntityTable, EntityTables } from './entity-tables.ts';
import type { TextRow } from './source-tables.ts';

export type PropertyTable = {
  /** The readers' table in the view. */
  readonly name: string;
  readonly from: EntityTable;
  readonly key: string;
  /** Expected only while the project that this column names is there. */
  readonly project?: 'project_number';
  /** Item of the view, and the source column that it shows. */
  readonly items: Readonly<Record<string, string>>;
};

export const PROPERTY_TABLES: readonly PropertyTable[] = [
  {
    name: 'project',
    from: 'project',
    key: 'project_number',
    items: {
      developer: 'developer_code',
      project_name: 'project_name',
      project_division: 'division',
      total_units: 'total_units',
      total_area: 'total_area',
      self_reported_sold_ratio: 'self_reported_sold_ratio',
      licensed_on: 'licensed_on',
    },
  },
  {
    name: 'building',
    from: 'building',
    key: 'building_number',
    project: 'project_number',
    items: { building_address: 'address', floors: 'floors', completed_on: 'completed_on' },
  },
  {
    name: 'unit',
    from: 'unit',
    key: 'unit_number',
    project: 'project_number',
    items: {
      unit_building_number: 'building_number',
      unit_floor: 'floor',
      unit_area: 'area',
      unit_usage: 'unit_usage',
    },
  },
  {
    name: 'presale_contract',
    from: 'presale_contract',
    key: 'contract_number',
    project: 'project_number',
    items: {
      sold_unit_number: 'unit_number',
      buyer_id_number: 'buyer_id_number',
      contract_status: 'status',
      signed_on: 'signed_on',
      cancelled_on: 'cancelled_on',
      contract_area: 'area',
      contract_price: 'price',
    },
  },
  {
    name: 'title',
    from: 'title',
    key: 'title_number',
    items: {
      titled_unit_number: 'unit_number',
      owner_id_number: 'id_number',
      ownership_share: 'ownership_share',
      acquired_on: 'acquired_on',
    },
  },
  {
    name: 'lease',
    from: 'lease',
    key: 'lease_number',
    items: {
      leased_unit_number: 'unit_number',
      tenant_id_number: 'tenant_id_number',
      lease_starts_on: 'starts_on',
      lease_ends_on: 'ends_on',
      monthly_rent: 'monthly_rent',
    },
  },
  {
    name: 'deed_tax_declaration',
    from: 'deed_tax_declaration',
    key: 'declaration_number',
    project: 'project_number',
    items: {
      declared_unit_number: 'unit_number',
      declared_contract_number: 'contract_number',
      taxpayer_id_number: 'taxpayer_id_number',
      declared_area: 'declared_area',
      declared_price: 'declared_price',
      deed_tax: 'deed_tax',
      tax_status: 'tax_status',
      filed_on: 'filed_on',
    },
  },
];

/** Key, project and items, as the readers' table has them. */
export function propertyColumns({ key, project, items }: PropertyTable): readonly string[] {
  return [...new Set([key, ...(project ? [project] : []), ...Object.keys(items)])];
}

/** The rows that readers of `table` must find, by key. */
export function expectedPropertyRows(
  table: PropertyTable,
  tables: EntityTables,
): Map<string, TextRow> {
  const { from, key, project, items } = table;
  const projects = new Set(tables.project.map((row) => row['project_number']));
  const rows = tables[from].filter((row) => project === undefined || projects.has(row[project]));
  return new Map(
    rows.map((row) => [
      row[key] ?? '',
      Object.fromEntries(
        propertyColumns(table).map((column) => [column, row[items[column] ?? column] ?? null]),
      ),
    ]),
  );
}

/** Every table of the view with the rows that its readers must find. */
export function expectedProperty(tables: EntityTables): Map<string, Map<string, TextRow>> {
  return new Map(PROPERTY_TABLES.map((table) => [table.name, expectedPropertyRows(table, tables)]));
}
