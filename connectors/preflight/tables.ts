/**
 * The declared tables against those of the server: columns, types, keys, foreign keys that
 * change rows behind the log's back, collations of keys. Read with SELECT rights only, so what
 * the capture user may not see reads as missing.
 */
import type { Problem } from '../../bus/base/errors.ts';
import type { SqlSession } from '../../bus/sql/sql.ts';
import { isSameType, isTextType } from '../column-type.ts';
import type { Source, SourceTable } from '../source.ts';

export type FoundColumn = {
  readonly name: string;
  readonly type: string;
  readonly collation: string | null;
};

export type FoundTable = {
  readonly columns: readonly FoundColumn[];
  /** Columns of the primary key in order; empty without one. */
  readonly key: readonly string[];
  /** `CONSTRAINT …` lines whose actions change rows without a log entry. */
  readonly cascades: readonly { readonly name: string; readonly rule: string }[];
};

/** Reads the declared tables that the session's user can see, by name. */
export async function readTables(
  db: SqlSession,
  { connection, tables }: Source,
): Promise<ReadonlyMap<string, FoundTable>> {
  const columns = await db.query<ColumnRow>(
    `SELECT TABLE_NAME AS tableName, COLUMN_NAME AS name, COLUMN_TYPE AS type, COLLATION_NAME AS collation
       FROM information_schema.COLUMNS
      WHERE TABLE_SCHEMA = ? AND TABLE_NAME IN (?)
      ORDER BY TABLE_NAME, ORDINAL_POSITION`,
    [connection.database, tables.map((table) => table.name)],
  );
  const found = new Map<string, FoundTable>();
  for (const { name } of tables) {
    const own = columns.filter((column) => column.tableName === name);
    if (own.length === 0) continue;
    const path = `${quoted(connection.database)}.${quoted(name)}`;
    found.set(name, {
      columns: own,
      key: await readKey(db, path),
      cascades: await readCascades(db, path),
    });
  }
  return found;
}

type ColumnRow = FoundColumn & { readonly tableName: string };

async function readKey(db: SqlSession, path: string): Promise<string[]> {
  const rows = await db.query<{ Column_name: string; Seq_in_index: number }>(
    `SHOW INDEX FROM ${path} WHERE Key_name = 'PRIMARY'`,
  );
  return rows
    .toSorted((a, b) => Number(a.Seq_in_index) - Number(b.Seq_in_index))
    .map((row) => row.Column_name);
}

async function readCascades(db: SqlSession, path: string): Promise<FoundTable['cascades']> {
  const rows = await db.query<Record<string, string>>(`SHOW CREATE TABLE ${path}`);
  return cascadesIn(rows[0]?.['Create Table'] ?? '');
}

/** Foreign keys of a CREATE TABLE whose rows change along with another table's. */
export function cascadesIn(createTable: string): { name: string; rule: string }[] {
  const foreignKey = /^\s*CONSTRAINT `((?:[^`]|``)+)` FOREIGN KEY .*$/gm;
  return [...createTable.matchAll(foreignKey)].flatMap(([line, name = '']) => {
    const rules = line.match(/ON (?:DELETE|UPDATE) (?:CASCADE|SET NULL|SET DEFAULT)/g) ?? [];
    return rules.length === 0 ? [] : [{ name, rule: rules.join(' ') }];
  });
}

/** Everything in which `found` differs from what the source declares, or cannot be captured. */
export function tableProblems(
  { connection, tables }: Source,
  found: ReadonlyMap<string, FoundTable>,
): Problem[] {
  const file = connection.database;
  return tables.flatMap((table) => {
    const actual = found.get(table.name);
    if (!actual)
      return [
        {
          file,
          path: table.name,
          message: 'The capture user sees no such table.',
          remedy: `Correct the name, or run: GRANT SELECT ON ${quoted(file)}.${quoted(table.name)} TO the capture user;`,
        },
      ];
    return [
      ...columnProblems(table, actual),
      ...keyProblems({ database: file, table, actual }),
      ...cascadeProblems({ database: file, table, actual }),
    ].map((problem) => ({ file, ...problem }));
  });
}

function columnProblems(table: SourceTable, actual: FoundTable): Problem[] {
  const types = new Map(actual.columns.map((column) => [column.name, column.type]));
  const declared = new Set(table.columns.map((column) => column.name));
  const drift = table.columns.flatMap((column): Problem[] => {
    const path = `${table.name}.${column.name}`;
    const type = types.get(column.name);
    if (type === undefined) {
      return [
        {
          path,
          message: 'The column is declared and does not exist.',
          remedy: 'Remove it from source.yaml or correct its name.',
        },
      ];
    }
    if (isSameType(column.type, type)) return [];
    const message = `The column is declared as ${column.type} and is ${type}.`;
    return [{ path, message, remedy: `Declare type: ${type}, or alter the column.` }];
  });
  const unknown = actual.columns
    .filter((column) => !declared.has(column.name))
    .map((column) => ({
      path: `${table.name}.${column.name}`,
      message: `The column exists (${column.type}) and is not declared.`,
      remedy: 'Declare it with its classification; captured: false keeps it inside.',
    }));
  return [...drift, ...unknown];
}

type Compared = {
  readonly database: string;
  readonly table: SourceTable;
  readonly actual: FoundTable;
};

function keyProblems({ database, table, actual }: Compared): Problem[] {
  const declared = table.key.join(', ');
  const alter = `ALTER TABLE ${quoted(database)}.${quoted(table.name)}`;
  if (actual.key.length === 0) {
    const message =
      'The table has no primary key: its changes could not be told apart or kept in order.';
    return [
      {
        path: table.name,
        message,
        remedy: `Run: ${alter} ADD PRIMARY KEY (${table.key.map(quoted).join(', ')});`,
      },
    ];
  }
  const key = actual.key.join(', ');
  if (key === declared) return [];
  return [
    {
      path: `${table.name}.key`,
      message: `The key is declared as (${declared}) and is (${key}).`,
      remedy: `Declare key: [${key}].`,
    },
  ];
}

function cascadeProblems({ database, table, actual }: Compared): Problem[] {
  return actual.cascades.map(({ name, rule }) => ({
    path: `${table.name}.${name}`,
    message: `The foreign key says ${rule}: rows that it changes never reach the binary log, so copies would keep them.`,
    remedy: `Run: ALTER TABLE ${quoted(database)}.${quoted(table.name)} DROP FOREIGN KEY ${quoted(name)}; then add it again with ON DELETE RESTRICT ON UPDATE RESTRICT and let the application change the rows.`,
  }));
}

/** Key columns whose collation calls different keys equal. */
export function collationNotes(
  { connection, tables }: Source,
  found: ReadonlyMap<string, FoundTable>,
): Problem[] {
  return tables.flatMap((table) => {
    const columns = found.get(table.name)?.columns ?? [];
    return columns
      .filter((column) => table.key.includes(column.name) && isLoose(column))
      .map((column) => ({
        file: connection.database,
        path: `${table.name}.${column.name}`,
        message: `The key's collation ${column.collation} treats some different keys as equal (trailing blanks, case or rare characters); on the bus they are two.`,
        remedy: `Consider: ALTER TABLE ${quoted(connection.database)}.${quoted(table.name)} MODIFY ${quoted(column.name)} ${column.type} CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL;`,
      }));
  });
}

function isLoose({ type, collation }: FoundColumn): boolean {
  const isText = isTextType(type);
  return isText && collation !== null && !collation.endsWith('nopad_bin');
}

export function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
