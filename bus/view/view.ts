/**
 * A shared view as the bus works with it: resolved from its declaration, every name and type
 * checked. Pure data; `declaration/` makes it, `compile/` turns it into SQL and projections,
 * `apply/` keeps its tables.
 */
import type { ColumnType } from '../change/column-type.ts';

export type Column = { readonly name: string; readonly type: ColumnType };

/** A fact of the view: its column, and the source (or mirror) column that it is copied from. */
export type Item = Column & { readonly from: string };

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

export type Block = {
  readonly name: string;
  readonly category: number;
  /** The one organization whose records decide these items. */
  readonly authority: string;
  readonly from: BlockSource;
  /** Key columns of the source table, in the order of its primary key. */
  readonly key: readonly Column[];
  readonly items: readonly Item[];
  /** Absent when the source's key is the entity's key: then rows are written directly. */
  readonly mirror?: Mirror;
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
  };
  readonly blocks: readonly Block[];
};

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
