/** How many rows each block has at its source and in the view. Two counts at two moments: equal only when nobody writes. */
import { engineColumns, sourceTarget, type Block, type ViewModel } from '../../bus/view/view.ts';
import { quoteName } from '../../bus/sql/mysql/mysql-literal.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import type { StackAccess } from '../stack/access.ts';
import { countRows, sourceCounter } from './source-counts.ts';

export type BlockCount = {
  readonly block: string;
  readonly authority: string;
  readonly table: string;
  readonly source: number;
  readonly view: number;
};

/** Sources first, so that a view that is up to date never looks ahead by much. */
export async function readCounts(view: ViewModel, access: StackAccess): Promise<BlockCount[]> {
  const [countSource, hub] = await Promise.all([sourceCounter(access), access.root('hub')]);
  const sources = await Promise.all(view.blocks.map(countSource));
  const inView = await Promise.all(view.blocks.map((block) => countInView(hub, view, block)));
  return view.blocks.map((block, index) => ({
    block: block.name,
    authority: block.authority,
    table: `${block.from.database}.${block.from.table}`,
    source: sources[index] ?? 0,
    view: inView[index] ?? 0,
  }));
}

export function countsAgree(counts: readonly BlockCount[]): boolean {
  return counts.every(({ source, view }) => source === view);
}

/** Entities that readers see. */
export async function countVisible(view: ViewModel, access: StackAccess): Promise<number> {
  const hub = await access.root('hub');
  return countRows(hub, qualified(view.database, view.entity.table));
}

async function countInView(db: SqlDatabase, view: ViewModel, block: Block): Promise<number> {
  const { table, prefix } = sourceTarget(view, block);
  const { there } = engineColumns(prefix);
  return countRows(db, `${qualified(view.database, table)} WHERE ${quoteName(there)} = 1`);
}

function qualified(database: string, table: string): string {
  return `${quoteName(database)}.${quoteName(table)}`;
}
