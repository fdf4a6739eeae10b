/**
 * The rights of the gateway's user on the hub: SELECT on the tables of shared resources, adding cuts
 * of days, and nothing else. Given when they are needed, because a table must be there before.
 */
import { BusError } from '../../base/errors.ts';
import type { Resource } from '../../agreement/resource.ts';
import { grantRights, type Grant } from '../../sql/mysql/account.ts';
import type { SqlDatabase } from '../../sql/sql.ts';
import { CUTOFF_TABLE } from '../../view/store/migrations.ts';
import type { CompiledPair } from '../pair.ts';
import type { HubTables } from './known-views.ts';

export type HubRightsOptions = {
  readonly user: string;
  /** What may be shared, as it was declared when the gateway began. */
  readonly resources: readonly Resource[];
  /** The same as it is declared now; asked for where a resource is not among them. */
  readonly readResources: () => Promise<readonly Resource[]>;
  /** The hub as its administrator. */
  readonly administrator: () => Promise<SqlDatabase>;
};

/** A table that no declared resource names is never opened, whatever an agreement says. */
export function hubRights(options: HubRightsOptions): HubTables {
  let declared = options.resources;
  return {
    async open({ resource, delivery }) {
      const { database, table, view } = resource;
      const absent = (why: string): BusError =>
        new BusError('GATEWAY_VIEW_ABSENT', { view, table: `${database}.${table}`, why });
      const isShared = (): boolean =>
        declared.some(({ rows }) => rows.database === database && rows.table === table);
      if (!isShared()) declared = await options.readResources();
      if (!isShared()) throw absent('no resource of the catalogue names it');
      const root = await options.administrator();
      const there = await tablesOf(root, database);
      if (!there.has(table)) throw absent('the hub does not have it');
      if (delivery.daily && !there.has(CUTOFF_TABLE))
        throw absent('its view has no table for cuts of days');
      const grants = rightsOn({ database, table }, there);
      await grantRights(root, { user: options.user, grants });
    },
  };
}

function rightsOn(
  rows: { readonly database: string; readonly table: string },
  there: ReadonlySet<string>,
): readonly Grant[] {
  const cuts = { rights: 'SELECT, INSERT', on: { ...rows, table: CUTOFF_TABLE } };
  return [{ rights: 'SELECT', on: rows }, ...(there.has(CUTOFF_TABLE) ? [cuts] : [])];
}

async function tablesOf(
  root: SqlDatabase,
  database: CompiledPair['resource']['database'],
): Promise<ReadonlySet<string>> {
  const rows = await root.query<{ name: string }>(
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ?',
    [database],
  );
  return new Set(rows.map(({ name }) => name));
}
