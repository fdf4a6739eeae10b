/**
 * The rows of one step, written by SQL of both engines: into the copy, or beside it under their
 * partition and the fingerprint of their key. Always inside the transaction that moves the progress.
 */
import type { ColumnValue } from '../../change/column-value.ts';
import type { SqlSession } from '../../sql/sql.ts';
import type { RowRecord } from './decode.ts';
import type { Dialect } from './dialect.ts';
import { columnNames, keyNames, type Layout } from './layout.ts';
import { lastPerKey, pieces } from './reduce.ts';
import { quoted, STAGE, stageTable } from './tables.ts';

/** PostgreSQL takes 65,535 values in one statement. */
const VALUES_MAX = 30_000;
const ROWS_MAX = 1_000;

export type WriteTo = { readonly dialect: Dialect; readonly table: string };

/** Upserts and deletes by key; the last record of a key counts. */
export async function writeCopy(
  session: SqlSession,
  { dialect, table }: WriteTo,
  records: readonly RowRecord[],
): Promise<void> {
  for (const [layout, rows] of byLayout(lastPerKey(records))) {
    const gone = rows.filter(({ row }) => row === null).map(({ key }) => key);
    const key = keyNames(layout);
    const into = dialect.quote(table);
    for (const piece of pieces(gone, rowsAtOnce(key.length)))
      await session.execute(`DELETE FROM ${into} WHERE (${quoted(dialect, key)}) IN (?)`, [piece]);
    const columns = columnNames(layout);
    const others = columns.slice(layout.keyColumns);
    const there = rows.flatMap(({ row }) => (row === null ? [] : [row]));
    for (const piece of pieces(there, rowsAtOnce(columns.length)))
      await session.execute(
        `INSERT INTO ${into} (${quoted(dialect, columns)}) VALUES ? ${dialect.onConflict(key, others)}`,
        [piece],
      );
  }
}

/** Gathers what the records of a partition leave behind: one row per key, there or gone. */
export async function writeStage(
  session: SqlSession,
  { dialect, table, part }: WriteTo & { readonly part: number },
  records: readonly RowRecord[],
): Promise<void> {
  for (const [layout, rows] of byLayout(lastPerKey(records))) {
    const columns = columnNames(layout);
    const names = [STAGE.part, STAGE.key, STAGE.isThere, ...columns];
    const values = rows.map(({ digest, key, row }): ColumnValue[] => [
      part,
      digest(),
      row === null ? 0 : 1,
      ...(row ?? [...key, ...columns.slice(layout.keyColumns).map(() => null)]),
    ]);
    const sql =
      `INSERT INTO ${dialect.quote(stageTable(table))} (${quoted(dialect, names)}) VALUES ? ` +
      dialect.onConflict([STAGE.part, STAGE.key], [STAGE.isThere, ...columns]);
    for (const piece of pieces(values, rowsAtOnce(names.length)))
      await session.execute(sql, [piece]);
  }
}

export async function clearStage(
  session: SqlSession,
  { dialect, table, part }: WriteTo & { readonly part: number },
): Promise<void> {
  const { quote } = dialect;
  await session.execute(`DELETE FROM ${quote(stageTable(table))} WHERE ${quote(STAGE.part)} = ?`, [
    part,
  ]);
}

function rowsAtOnce(columns: number): number {
  return Math.max(1, Math.min(ROWS_MAX, Math.floor(VALUES_MAX / columns)));
}

/** Records of one version of the agreement have one layout object, or equal ones. */
function byLayout(rows: readonly RowRecord[]): Map<Layout, RowRecord[]> {
  const groups = new Map<string, readonly [Layout, RowRecord[]]>();
  for (const row of rows) {
    const group = groups.get(row.layout.contentHash) ?? [row.layout, []];
    group[1].push(row);
    groups.set(row.layout.contentHash, group);
  }
  return new Map(groups.values());
}
