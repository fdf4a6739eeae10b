/**
 * The tables of a view, as DDL. Text columns compare by bytes and without padding
 * (utf8mb4_nopad_bin): under the usual collations different rare characters, or 'a' and 'a ',
 * would be one key. No foreign keys and no secondary UNIQUE: blocks arrive in any order.
 */
import { sqlTypeOf } from '../../change/column-type.ts';
import { literal, quoteName } from '../../sql/mysql/mysql-literal.ts';
import {
  blockColumns,
  childColumns,
  childTable,
  engineColumns,
  mirrorTable,
  rowsTable,
  type Block,
  type Column,
  type ViewModel,
} from '../view.ts';

export type NamedStatement = { readonly name: string; readonly sql: string };

const TABLE_OPTIONS = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin';

/** CREATE statements of all tables and then of the readers' views, in an order that works. */
export function viewDdl(view: ViewModel): NamedStatement[] {
  const mirrors = view.blocks.filter(({ mirror }) => mirror);
  const children = view.blocks.filter(({ many }) => many);
  return [
    { name: rowsTable(view), sql: rowsDdl(view) },
    ...mirrors.map((block) => ({ name: mirrorTable(block), sql: mirrorDdl(block) })),
    ...children.map((block) => ({ name: childTable(block), sql: childDdl(block) })),
    { name: view.entity.table, sql: readerDdl(view) },
    ...children.map((block) => ({ name: block.name, sql: childReaderDdl(view, block) })),
  ];
}

function rowsDdl(view: ViewModel): string {
  const { key } = view.entity;
  return createTable(rowsTable(view), [
    columnDdl(key, 'NOT NULL'),
    ...entityBlocks(view).flatMap((block) => [
      ...blockColumns(block).map((item) => columnDdl(item, 'NULL')),
      ...engineDdl(block.name),
    ]),
    `PRIMARY KEY (${quoteName(key.name)})`,
  ]);
}

function mirrorDdl(block: Block): string {
  const keyNames = block.key.map(({ name }) => name);
  const columns = block.mirror?.columns ?? [];
  const touched = [...new Set(block.mirror?.touches.map(({ entity }) => entity))];
  return createTable(mirrorTable(block), [
    ...columns.map((column) =>
      columnDdl(column, keyNames.includes(column.name) ? 'NOT NULL' : 'NULL'),
    ),
    ...engineDdl(''),
    primaryKey(block),
    ...touched.flatMap((column) => indexDdl(block, column)),
  ]);
}

function childDdl(block: Block): string {
  const entity = block.many?.entity;
  return createTable(childTable(block), [
    ...block.key.map((column) => columnDdl(column, 'NOT NULL')),
    ...childColumns(block).map((column) => columnDdl(column, 'NULL')),
    ...engineDdl(''),
    primaryKey(block),
    ...(entity ? indexDdl(block, entity.name) : []),
  ]);
}

function primaryKey(block: Block): string {
  return `PRIMARY KEY (${block.key.map(({ name }) => quoteName(name)).join(', ')})`;
}

function indexDdl(block: Block, column: string): string[] {
  return block.key[0]?.name === column
    ? []
    : [`KEY ${quoteName(`by_${column}`)} (${quoteName(column)})`];
}

function entityBlocks(view: ViewModel): Block[] {
  return view.blocks.filter(({ many }) => !many);
}

/** What readers see: visible entities, their items, and when each block was last changed at its source (ms). */
function readerDdl(view: ViewModel): string {
  const columns = [
    view.entity.key.name,
    ...entityBlocks(view).flatMap((block) => [
      ...block.items.map(({ name }) => name),
      engineColumns(block.name).at,
    ]),
  ];
  return [
    createReader(view.entity.table),
    `SELECT ${columns.map(quoteName).join(', ')}`,
    `FROM ${quoteName(rowsTable(view))} WHERE ${visible(view)}`,
  ].join('\n');
}

/** Child rows that are there, of entities that are visible. */
function childReaderDdl(view: ViewModel, block: Block): string {
  const { there, at } = engineColumns('');
  const entity = block.many?.entity;
  const shown = new Set([
    ...block.key.map(({ name }) => name),
    ...(entity ? [entity.name] : []),
    ...block.items.map(({ name }) => name),
  ]);
  const parent = entity
    ? ` AND EXISTS (SELECT 1 FROM ${quoteName(rowsTable(view))} AS p WHERE p.${quoteName(view.entity.key.name)} = c.${quoteName(entity.name)} AND ${visible(view, 'p.')})`
    : '';
  return [
    createReader(block.name),
    `SELECT ${[...shown].map((name) => `c.${quoteName(name)}`).join(', ')}, c.${quoteName(at)} AS ${quoteName(engineColumns(block.name).at)}`,
    `FROM ${quoteName(childTable(block))} AS c WHERE c.${quoteName(there)} = 1${parent}`,
  ].join('\n');
}

function createReader(name: string): string {
  return `CREATE OR REPLACE SQL SECURITY INVOKER VIEW ${quoteName(name)} AS`;
}

/** The condition under which an entity is shown. */
export function visible({ entity }: ViewModel, prefix = ''): string {
  const there = `${prefix}${quoteName(engineColumns(entity.visibleBy).there)} = 1`;
  if (!entity.visibleWhile) return there;
  const { column, in: values } = entity.visibleWhile;
  return `${there} AND ${prefix}${quoteName(column)} IN (${values.map(literal).join(', ')})`;
}

function engineDdl(prefix: string): string[] {
  const { there, at, version } = engineColumns(prefix);
  return [
    `${quoteName(there)} TINYINT NOT NULL DEFAULT 0`,
    `${quoteName(at)} BIGINT NULL`,
    `${quoteName(version)} BIGINT NOT NULL DEFAULT 0`,
  ];
}

function columnDdl(column: Column, nullability: 'NULL' | 'NOT NULL'): string {
  return `${quoteName(column.name)} ${sqlTypeOf(column.type)} ${nullability}`;
}

function createTable(name: string, lines: readonly string[]): string {
  return `CREATE TABLE IF NOT EXISTS ${quoteName(name)} (\n  ${lines.join(',\n  ')}\n) ${TABLE_OPTIONS}`;
}
