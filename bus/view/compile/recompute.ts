/**
 * SQL of mirrored blocks: which entities a batch concerns, and what their block is now. Effects of
 * different partitions commute only so: lock the entities, then read the mirror, then write the
 * block. Reading must be a statement of its own, begun after the locks were granted: under READ
 * COMMITTED a statement sees what was committed when it began.
 */
import { literal, quoteName } from '../../sql/mysql/mysql-literal.ts';
import type { SqlValue } from '../../sql/sql.ts';
import {
  blockColumns,
  engineColumns,
  mirrorTable,
  rowsTable,
  type Block,
  type Item,
  type Mirror,
  type Touch,
  type ViewModel,
} from '../view.ts';

export type CompiledRecompute = {
  /** Entities named by the mirror rows of these source keys, as column `k`, before they change. */
  readonly touchedBy: (keys: readonly (readonly SqlValue[])[]) => string;
  /** Creates absent entity rows as stubs and locks all of them; `keys` sorted. */
  readonly lockEntities: (keys: readonly SqlValue[]) => string;
  /** Columns k, one per item in order, and `at`: the block of each entity that has one. */
  readonly blocksOf: (keys: readonly SqlValue[]) => string;
};

export function compileRecompute(view: ViewModel, block: Block, mirror: Mirror): CompiledRecompute {
  const table = quoteName(mirrorTable(block));
  const keyTuple = tuple(block.key.map(({ name }) => quoteName(name)));
  const rows = quoteName(rowsTable(view));
  const entityKey = quoteName(view.entity.key.name);
  const { there } = engineColumns('');
  return {
    touchedBy: (keys) =>
      unionOf(mirror.touches, ({ entity }) => {
        const column = quoteName(entity);
        const among = keys.map((key) => tuple(key.map(literal))).join(',');
        return `SELECT ${column} AS k FROM ${table} WHERE ${keyTuple} IN (${among}) AND ${quoteName(there)} = 1 AND ${column} IS NOT NULL`;
      }),
    lockEntities: (keys) =>
      `INSERT INTO ${rows} (${entityKey}) VALUES ${keys.map((key) => `(${literal(key)})`).join(',')} ON DUPLICATE KEY UPDATE ${entityKey} = VALUES(${entityKey})`,
    blocksOf: (keys) => blocksSql(block, mirror, keys.map(literal).join(',')),
  };
}

function blocksSql(block: Block, mirror: Mirror, among: string): string {
  const { there, at } = engineColumns('');
  const order = mirror.latestBy.map((_, index) => `o${index} DESC`).join(', ');
  const candidates = unionOf(mirror.touches, (touch) => {
    const items = blockColumns(block).map(
      (item, index) => `${exact(item, quoteName(sourceColumn(touch, item.from)))} AS i${index}`,
    );
    const ordering = mirror.latestBy.map((column, index) => `${quoteName(column)} AS o${index}`);
    const entity = quoteName(touch.entity);
    return [
      `SELECT ${entity} AS k, ${[...items, ...ordering].join(', ')}, ${quoteName(at)} AS at`,
      `FROM ${quoteName(mirrorTable(block))} WHERE ${quoteName(there)} = 1 AND ${entity} IN (${among})`,
    ].join(' ');
  });
  const items = blockColumns(block)
    .map((_, index) => `i${index}`)
    .join(', ');
  return [
    `SELECT k, ${items}, at FROM (`,
    `SELECT c.*, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ${order}) AS rn FROM (${candidates}) AS c`,
    ') AS ranked WHERE rn = 1',
  ].join('\n');
}

/** Servers print only six digits of a FLOAT, which the block would then be written with. */
function exact({ type }: Item, column: string): string {
  return type.kind === 'float' && type.name === 'float' ? `CAST(${column} AS DOUBLE)` : column;
}

function sourceColumn(touch: Touch, name: string): string {
  return touch.as[name] ?? name;
}

function unionOf(touches: readonly Touch[], select: (touch: Touch) => string): string {
  return touches.map(select).join('\nUNION ALL\n');
}

function tuple(parts: readonly string[]): string {
  return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(',')})`;
}
