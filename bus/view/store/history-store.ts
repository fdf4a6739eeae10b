/**
 * The history of a view: every change of every source row, in the transaction that applies it, so
 * that a closure, a death, a correction and a deleted mistake stay distinguishable after the view
 * shows only their result. Append-only; what is older than the declared retention is deleted.
 */
import type { ColumnValue } from '../../change/column-value.ts';
import type { TopicPartition } from '../../kafka/kafka.ts';
import { literal, quoteName } from '../../sql/mysql/mysql-literal.ts';
import type { SqlSession } from '../../sql/sql.ts';
import { HISTORY_TABLE } from './migrations.ts';

/** 's': cleared by a sweep, because the source no longer has the row. */
export type HistoryOp = 'c' | 'u' | 'd' | 'r' | 's';

export type HistoryRow = {
  readonly offset: bigint;
  readonly op: HistoryOp;
  readonly key: readonly ColumnValue[];
  /** null: the row is gone. */
  readonly values: readonly ColumnValue[] | null;
  readonly position: string | null;
  readonly sourceMs: number | null;
};

export type HistoryContext = TopicPartition & {
  readonly unit: string;
  readonly generation: number;
  /** Names of `values`, in their order. */
  readonly columns: readonly string[];
};

const ROWS_PER_STATEMENT_MAX = 1_000;
const DELETED_AT_ONCE_MAX = 1_000;
const HEAD = `INSERT INTO ${HISTORY_TABLE} (topic, generation, \`partition\`, \`offset\`, unit, row_key, op, row_values, source_position, source_ms) VALUES\n`;
/** A batch that is applied again (a retried dead letter, a rebuilt unit) appends nothing twice. */
const TAIL = '\nON DUPLICATE KEY UPDATE op = VALUES(op)';

/** Appends `rows`, which stand in offset order. */
export async function appendHistory(
  session: SqlSession,
  { topic, partition, unit, generation, columns }: HistoryContext,
  rows: readonly HistoryRow[],
): Promise<void> {
  const place = `(${literal(topic)},${generation},${partition},`;
  const owner = literal(unit);
  for (let from = 0; from < rows.length; from += ROWS_PER_STATEMENT_MAX) {
    const lines = rows
      .slice(from, from + ROWS_PER_STATEMENT_MAX)
      .map(
        (row) =>
          `${place}${row.offset},${owner},${literal(keyText(row.key))},'${row.op}',${literal(valuesText(columns, row.values))},${literal(row.position)},${row.sourceMs ?? 'NULL'})`,
      );
    await session.execute(HEAD + lines.join(',\n') + TAIL);
  }
}

/** The key as people look it up: itself, or a JSON list of its columns. */
export function keyText(key: readonly ColumnValue[]): string {
  const parts = key.map(plain);
  return parts.length === 1 ? String(parts[0]) : JSON.stringify(parts);
}

function valuesText(
  columns: readonly string[],
  values: readonly ColumnValue[] | null,
): string | null {
  if (values === null) return null;
  return JSON.stringify(
    Object.fromEntries(columns.map((name, index) => [name, plain(values[index] ?? null)])),
  );
}

/** Bytes as hexadecimal digits, integers beyond 2^53 as text. */
function plain(value: ColumnValue): string | number | boolean | null {
  if (typeof value === 'bigint') return String(value);
  return Buffer.isBuffer(value) ? value.toString('hex') : value;
}

export type HistoryEntry = {
  readonly unit: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly rowKey: string;
  readonly op: HistoryOp;
  readonly values: string | null;
  readonly position: string | null;
  readonly sourceMs: number | null;
};

/** What happened to source rows of this key, the newest first. */
export async function readHistory(
  session: SqlSession,
  { rowKey, limit }: { readonly rowKey: string; readonly limit: number },
): Promise<HistoryEntry[]> {
  return session.query<HistoryEntry>(
    'SELECT unit, topic, `partition`, CAST(`offset` AS CHAR) AS `offset`, row_key AS rowKey, op, row_values AS `values`, ' +
      `source_position AS position, source_ms AS sourceMs FROM ${quoteName(HISTORY_TABLE)} ` +
      'WHERE row_key = ? ORDER BY source_ms DESC, applied_at DESC, `offset` DESC LIMIT ?',
    [rowKey, limit],
  );
}

/** Deletes what was applied more than `retentionDays` ago, in small steps; answers how many rows. */
export async function pruneHistory(session: SqlSession, retentionDays: number): Promise<number> {
  let deleted = 0;
  for (;;) {
    const { affectedRows } = await session.execute(
      `DELETE FROM ${HISTORY_TABLE} WHERE applied_at < CURRENT_TIMESTAMP(3) - INTERVAL ? DAY ORDER BY applied_at LIMIT ${DELETED_AT_ONCE_MAX}`,
      [retentionDays],
    );
    deleted += affectedRows;
    if (affectedRows < DELETED_AT_ONCE_MAX) return deleted;
  }
}
