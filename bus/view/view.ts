/**
 * A shared view as the bus works with it: resolved from its declaration, every name and type
 * checked. Pure data; `declaration/` makes it, `compile/` turns it into SQL and projections,
 * `apply/` keeps its tables.
 */
import type { ColumnType } from '../change/column-type.ts';

export type Column = { readonly name: string; readonly type: ColumnType };

/** A fact of the view: its column, and the source (or mirror) column that it is copied from. */
export type Item = Column & { readonly from: string };

/** A value that this block's source also has of an item of which another block is the authority. */
export type Report = Item & { readonly item: string };

export type BlockSource = {
  /** The source that captures the table ("police"). */
  readonly source: string;
  readonly database: string;
  readonly table: string;
  readonly topic: string;
};

/** One way in which a mirrored row concerns an entity: the column that names it, and columns seen under other names. */
export type Touch = {
  readonly entity: string;
  readonly as: Readonly<Record<string, string>>;
};

export type Mirror = {
  /** Source columns kept, the key columns among them. */
  readonly columns: readonly Column[];
  readonly touches: readonly Touch[];
  /** Of several rows that concern an entity, the one greatest by these columns counts; NULL is smallest, text compares by bytes. */
  readonly latestBy: readonly string[];
};

/** Child rows: a table of the block's own, keyed by the source's key. */
export type Many = {
  /** The column that names the entity a row belongs to; absent where the rows stand by themselves. */
  readonly entity?: Column;
};

export type Block = {
  readonly name: string;
  readonly category: number;
  /** The one organization whose records decide these items. */
  readonly authority: string;
  readonly from: BlockSource;
  /** Key columns of the source table, in the order of its primary key. */
  readonly key: readonly Column[];
  readonly items: readonly Item[];
  /** Stored beside the items for lifecycle and history; readers never see them. */
  readonly kept: readonly Item[];
  /** Compared with the authority's values; readers never see them. */
  readonly reports: readonly Report[];
  /** At most one of the two; neither when the source's key is the entity's key: rows are written directly. */
  readonly mirror?: Mirror;
  readonly many?: Many;
};

export type ViewModel = {
  readonly name: string;
  readonly description: string;
  readonly database: string;
  readonly entity: {
    readonly table: string;
    readonly key: Column;
    /** The block whose presence makes an entity visible. */
    readonly visibleBy: string;
    /** With it, an entity is visible only while this column of that block has one of the values. */
    readonly visibleWhile?: { readonly column: string; readonly in: readonly string[] };
  };
  /** Absent: no history is kept. */
  readonly history?: { readonly retentionDays: number };
  readonly blocks: readonly Block[];
};

/** Everything of a block that is written as a value: items, then what is kept and reported. */
export function blockColumns(block: Block): readonly Item[] {
  return [...block.items, ...block.kept, ...block.reports];
}

/** Columns of a child row after its key, in the order they are written: its entity, then the values that the key does not hold. */
export function childColumns(block: Block): readonly Item[] {
  const inKey = new Set(block.key.map(({ name }) => name));
  const entity = block.many?.entity;
  const owner = entity && !inKey.has(entity.name) ? [{ ...entity, from: entity.name }] : [];
  return [...owner, ...blockColumns(block).filter(({ name }) => !inKey.has(name))];
}

/** A unit is one view × one source table: it fails, halts and is rebuilt by itself. */
export function unitName(view: ViewModel, block: Block): string {
  return `${view.name}/${block.name}`;
}

/** The table behind the view of the same name that readers use. */
export function rowsTable(view: ViewModel): string {
  return `${view.entity.table}__rows`;
}

export function mirrorTable(block: Block): string {
  return `${block.name}__mirror`;
}

/** The table of a block's child rows, behind the view of the block's name. */
export function childTable(block: Block): string {
  return `${block.name}__rows`;
}

/** The table that rows of the block's source are written to first, and the prefix of the engine's columns in it. */
export function sourceTarget(
  view: ViewModel,
  block: Block,
): { readonly table: string; readonly prefix: string } {
  if (block.mirror) return { table: mirrorTable(block), prefix: '' };
  if (block.many) return { table: childTable(block), prefix: '' };
  return { table: rowsTable(view), prefix: block.name };
}

/** Every table of the view, without the engine's own. */
export function viewTables(view: ViewModel): string[] {
  const own = view.blocks.filter(({ mirror, many }) => mirror ?? many);
  return [rowsTable(view), ...own.map((block) => sourceTarget(view, block).table)];
}

/** What readers use: the view of the entity and one for each block of child rows. */
export function readerViews(view: ViewModel): string[] {
  return [view.entity.table, ...view.blocks.filter(({ many }) => many).map(({ name }) => name)];
}

/** The engine's own three columns of a block (or, with an empty prefix, of a mirror row). */
export function engineColumns(prefix: string): {
  readonly there: string;
  readonly at: string;
  readonly version: string;
} {
  return { there: `${prefix}__there`, at: `${prefix}__at`, version: `${prefix}__v` };
}

export function topicOf(from: {
  readonly source: string;
  readonly database: string;
  readonly table: string;
}): string {
  return `cdc.${from.source}.${from.database}.${from.table}`;
}

/** The name of a view's Kafka user and of its consumer group. */
export function viewGroup(viewName: string): string {
  return `view-${viewName}`;
}
