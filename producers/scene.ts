/**
 * What one transaction of a department's system sees: the city, its own seeded chance, and a
 * connection on which every written row is counted per table. Counts become public only when
 * the transaction is committed.
 */
import type { Random } from '../bus/base/random.ts';
import type { SqlRow, SqlSession, SqlValue } from '../bus/sql/sql.ts';
import type { City } from './city.ts';

export type RowCounts = Readonly<Record<string, number>>;

export type Scene = {
  readonly city: City;
  readonly random: Random;
  /** Rows written so far in this transaction, by table. */
  readonly written: RowCounts;
  read<T = SqlRow>(sql: string, values?: readonly SqlValue[]): Promise<T[]>;
  /** Runs a statement that changes rows of `table` and answers how many. */
  write(table: string, sql: string, values?: readonly SqlValue[]): Promise<number>;
  /** One multi-row INSERT; all rows have the columns of the first. */
  insert(table: string, rows: readonly SqlRow[]): Promise<void>;
};

export function createScene(setting: {
  readonly sql: SqlSession;
  readonly city: City;
  readonly random: Random;
}): Scene {
  const { sql, city, random } = setting;
  const written: Record<string, number> = {};
  const write = async (table: string, text: string, values: readonly SqlValue[] = []) => {
    const { affectedRows } = await sql.execute(text, values);
    written[table] = (written[table] ?? 0) + affectedRows;
    return affectedRows;
  };
  return {
    city,
    random,
    written,
    read: (text, values = []) => sql.query(text, values),
    write,
    async insert(table, rows) {
      if (rows.length > 0) await write(table, insertStatement(table, rows), insertValues(rows));
    },
  };
}

/** The keys `column` of up to `count` rows from a random place on; fewer only when the table has fewer. */
export async function sampleKeys(
  scene: Scene,
  { table, column, from, count = 1 }: SampleOptions,
): Promise<string[]> {
  const onward = await scene.read<{ found: string }>(
    `SELECT ${column} AS found FROM ${table} WHERE ${column} >= ? ORDER BY ${column} LIMIT ${count}`,
    [from],
  );
  if (onward.length === count) return onward.map((row) => row.found);
  const wrapped = await scene.read<{ found: string }>(
    `SELECT ${column} AS found FROM ${table} WHERE ${column} < ? ORDER BY ${column} LIMIT ${count - onward.length}`,
    [from],
  );
  return [...onward, ...wrapped].map((row) => row.found);
}

export type SampleOptions = {
  readonly table: string;
  readonly column: string;
  /** The random place in key order. */
  readonly from: string;
  readonly count?: number;
};

/** "?, ?, ?" for a list of `values`. */
export function placeholders(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}

function insertStatement(table: string, rows: readonly SqlRow[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const tuple = `(${placeholders(columns)})`;
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${rows.map(() => tuple).join(', ')}`;
}

function insertValues(rows: readonly SqlRow[]): SqlValue[] {
  const columns = Object.keys(rows[0] ?? {});
  return rows.flatMap((row) => columns.map((column) => row[column] ?? null));
}
