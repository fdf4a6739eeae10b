/**
 * The tables of a view, as DDL. Text columns compare by bytes and without padding
 * (utf8mb4_nopad_bin): under the usual collations different rare characters, or 'a' and 'a ',
 * would be one key. No foreign keys and no secondary UNIQUE: blocks arrive in any order.
 */
import { sqlTypeOf } from '../../change/column-type.ts';
import { quoteName } from '../../sql/mysql/mysql-literal.ts';
import {
  engineColumns,
  mirrorTable,
  rowsTable,
  type Block,
  type Column,
  type ViewModel,
} from '../view.ts';

export type NamedStatement = { readonly name: string; readonly sql: string };

const TABLE_OPTIONS = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin';

/** CREATE statements of all tables and of the readers' view, in an order that works. */
export function viewDdl(view: ViewModel): NamedStatement[] {
  const mirrors = view.blocks.filter(({ mirror }) => mirror);
  return [
    { name: rowsTable(view), sql: rowsDdl(view) },
    ...mirrors.map((block) => ({ name: mirrorTable(block), sql: mirrorDdl(block) })),
    { name: view.entity.table, sql: readerDdl(view) },
  ];
}

function rowsDdl(view: ViewModel): string {
  const { key } = view.entity;
  return createTable(rowsTable(view), [
    columnDdl(key, 'NOT NULL'),
    ...view.blocks.flatMap((block) => [
      ...block.items.map((item) => columnDdl(item, 'NULL')),
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
    `PRIMARY KEY (${keyNames.map(quoteName).join(', ')})`,
    ...touched
      .filter((column) => keyNames[0] !== column)
      .map((column) => `KEY ${quoteName(`by_${column}`)} (${quoteName(column)})`),
  ]);
}

/** What readers see: visible entities, their items, and when each block was last changed at its source (ms). */
function readerDdl(view: ViewModel): string {
  const visible = engineColumns(view.entity.visibleBy).there;
  const columns = [
    view.entity.key.name,
    ...view.blocks.flatMap((block) => [
      ...block.items.map(({ name }) => name),
      engineColumns(block.name).at,
    ]),
  ];
  return [
    `CREATE OR REPLACE SQL SECURITY INVOKER VIEW ${quoteName(view.entity.table)} AS`,
    `SELECT ${columns.map(quoteName).join(', ')}`,
    `FROM ${quoteName(rowsTable(view))} WHERE ${quoteName(visible)} = 1`,
  ].join('\n');
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
