/** How many entities of a view are there, and how many wait for their identity. */
import type { SqlSession } from '../sql/sql.ts';
import { quoteName } from '../sql/mysql/mysql-literal.ts';
import { engineColumns, rowsTable, type ViewModel } from '../view/view.ts';

export type EntityCounts = {
  /** Entities whose identity block is there. */
  readonly there: number;
  /** Entities that other blocks speak of, and whose identity never came. */
  readonly stubs: number;
  /** Entities that other blocks still speak of, and whose identity was deleted. */
  readonly orphans: number;
};

export async function countEntities(view: ViewModel, hub: SqlSession): Promise<EntityCounts> {
  const identity = engineColumns(view.entity.visibleBy);
  const others = view.blocks
    .filter(({ name, many }) => name !== view.entity.visibleBy && !many)
    .map(({ name }) => `${quoteName(engineColumns(name).there)} = 1`);
  const there = `${quoteName(identity.there)} = 1`;
  const spoken = others.length === 0 ? '1 = 0' : `(${others.join(' OR ')})`;
  const never = `${quoteName(identity.version)} = 0`;
  const [row] = await hub.query<Record<keyof EntityCounts, number | string | null>>(
    [
      `SELECT SUM(${there}) AS there,`,
      `SUM(NOT ${there} AND ${spoken} AND ${never}) AS stubs,`,
      `SUM(NOT ${there} AND ${spoken} AND NOT ${never}) AS orphans`,
      `FROM ${quoteName(rowsTable(view))}`,
    ].join(' '),
  );
  return {
    there: Number(row?.there ?? 0),
    stubs: Number(row?.stubs ?? 0),
    orphans: Number(row?.orphans ?? 0),
  };
}
