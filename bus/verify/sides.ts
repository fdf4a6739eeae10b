/**
 * The sides that a unit's verification compares: a source table and the hub table that its rows
 * are written to; for a mirrored block also the block of each entity and what the mirror says it is.
 */
import { must } from '../base/assert.ts';
import type { SqlSession } from '../sql/sql.ts';
import type { UnitPlan } from '../view/compile/compile.ts';
import {
  blockColumns,
  engineColumns,
  mirrorTable,
  rowsTable,
  type Block,
  type BlockSource,
  type Column,
  type Mirror,
  type Touch,
  type ViewModel,
} from '../view/view.ts';
import { mariadbDialect } from './mariadb.ts';
import { type Dialect, type KeyCondition, type Side, type SideColumn } from './side.ts';
import type { Pair } from './walk.ts';

/** A department's database as the comparison reads it. */
export type SourceReader = {
  readonly dialect: Dialect;
  readonly session: SqlSession;
  /** The type that the source declares for a column; undefined when it declares none. */
  readonly typeOf: (table: string, column: string) => string | undefined;
  /** Whether the server walks the table's key in byte order, so that ranges mean the same on both sides. */
  readonly isByteOrdered: (from: BlockSource) => Promise<boolean>;
};

/** The source's table and the table that it is written to. */
export function sourcePair({
  block,
  plan,
  source,
  hub,
}: {
  readonly block: Block;
  readonly plan: UnitPlan;
  readonly source: SourceReader;
  readonly hub: SqlSession;
}): Pair {
  const { target } = plan;
  const { database, table } = block.from;
  const atSource = (column: string) => {
    const own = source.typeOf(table, column);
    return { column, ...(own === undefined ? {} : { own }) };
  };
  const isSingle = ({ name, type }: Column) =>
    (type.kind === 'float' && type.name === 'float') ||
    source.dialect.isSingle(source.typeOf(table, name) ?? '');
  const key = plan.key.map(({ name, type }) => ({ label: name, type, ...atSource(name) }));
  const columns = plan.columns.map((column, i) => ({
    label: must(target.valueColumns[i], 'a column for each value'),
    type: column.type,
    ...atSource(column.name),
    isSingle: isSingle(column),
  }));
  const { quote } = source.dialect;
  return {
    source: tableSide({
      dialect: source.dialect,
      session: source.session,
      key,
      columns,
      table: `${quote(database)}.${quote(table)}`,
    }),
    view: tableSide({
      dialect: mariadbDialect,
      session: hub,
      key: plan.key.map(({ name, type }, i) => ({
        label: name,
        column: must(target.keyColumns[i], 'a column for each key'),
        type,
      })),
      columns: columns.map(({ label, type, isSingle: single }) => ({
        label,
        column: label,
        type,
        isSingle: single,
      })),
      table: mariadbDialect.quote(target.table),
      filter: `${mariadbDialect.quote(target.there)} = 1`,
    }),
  };
}

function tableSide({
  table,
  filter,
  ...side
}: Omit<Side, 'rows'> & { readonly table: string; readonly filter?: string }): Side {
  const names = side.key.map((column) => side.dialect.keyName(column));
  const also = filter === undefined ? '' : ` AND ${filter}`;
  return {
    ...side,
    rows: (condition) => `FROM ${table} WHERE (${condition(names)})${also}`,
  };
}

/** Of a mirrored block: what the mirror says each entity's block is, and what it is. Both on the hub. */
export function derivedPair(
  view: ViewModel,
  block: Block,
  { mirror, hub }: { readonly mirror: Mirror; readonly hub: SqlSession },
): Pair {
  const { quote } = mariadbDialect;
  const { name, type } = view.entity.key;
  const columns = blockColumns(block);
  const sides = { dialect: mariadbDialect, session: hub };
  return {
    source: {
      ...sides,
      key: [{ label: name, column: 'k', type }],
      columns: columns.map((item, i) => ({ label: item.name, column: `i${i}`, type: item.type })),
      rows: (condition) => `FROM (${latestRows(block, mirror, condition)}) AS latest WHERE rn = 1`,
    },
    view: tableSide({
      ...sides,
      key: [{ label: name, column: name, type }],
      columns: columns.map((item): SideColumn => ({
        label: item.name,
        column: item.name,
        type: item.type,
      })),
      table: quote(rowsTable(view)),
      filter: `${quote(engineColumns(block.name).there)} = 1`,
    }),
  };
}

/**
 * The rule of docs/views.md said once more, for a range of entities instead of a list. It shares
 * nothing with the engine's own statement (view/compile/recompute.ts): a fault there would hide itself.
 */
function latestRows(block: Block, mirror: Mirror, condition: KeyCondition): string {
  const { quote } = mariadbDialect;
  const order = mirror.latestBy.map((_, i) => `o${i} DESC`).join(', ');
  const candidates = mirror.touches.map((touch) => {
    const entity = quote(touch.entity);
    const shown = blockColumns(block).map(
      ({ from }, i) => `${quote(nameIn(touch, from))} AS i${i}`,
    );
    const sorted = mirror.latestBy.map((column, i) => `${quote(column)} AS o${i}`);
    return (
      `SELECT ${[`${entity} AS k`, ...shown, ...sorted].join(', ')} FROM ${quote(mirrorTable(block))} ` +
      `WHERE ${quote(engineColumns('').there)} = 1 AND ${entity} IS NOT NULL AND (${condition([entity])})`
    );
  });
  return `SELECT c.*, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ${order}) AS rn FROM (${candidates.join(' UNION ALL ')}) AS c`;
}

function nameIn(touch: Touch, name: string): string {
  return touch.as[name] ?? name;
}
