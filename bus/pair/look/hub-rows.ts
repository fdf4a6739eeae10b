/**
 * Rows of a pair's resource as they stand on the hub at this moment: one by its key, how many are in
 * the pair's scope, and some of them as they would leave. The conditions are the gateway's own,
 * as SQL.
 */
import { checkPredicate } from '../../agreement/predicate/predicate.ts';
import { must } from '../../base/assert.ts';
import type { ColumnValue } from '../../change/column-value.ts';
import type { RowImage } from '../../change/envelope.ts';
import { quoteName } from '../../sql/mysql/mysql-literal.ts';
import type { SqlSession, SqlValue } from '../../sql/sql.ts';
import { bindPair, topicColumns, type Column, type PairTools } from '../gateway/bound-pair.ts';
import type { CompiledPair } from '../pair.ts';

export type ScopeCounts = {
  /** Rows of the resource that are there. */
  readonly there: number;
  /** Of them, those that the view shows. */
  readonly visible: number;
  /** Of them, those that the agreement shares. */
  readonly inScope: number;
};

/** The row of this key, in the order of `topicColumns`; null when the hub has none. */
export async function hubRow(
  hub: SqlSession,
  pair: CompiledPair,
  key: readonly string[],
): Promise<RowImage | null> {
  const columns = topicColumns([pair]);
  const where = pair.resource.key.map(({ name }) => `${quoteName(name)} = ?`).join(' AND ');
  const [row] = await hub.query<Record<string, SqlValue>>(
    `SELECT ${namesOf(columns)} FROM ${tableOf(pair)} WHERE ${where}`,
    key,
  );
  return row ? imageOf(row, columns) : null;
}

export async function scopeCounts(hub: SqlSession, pair: CompiledPair): Promise<ScopeCounts> {
  const { there, visible, inScope } = conditions(pair);
  const sum = (condition: string) => `CAST(COALESCE(SUM(${condition}), 0) AS SIGNED)`;
  const [row] = await hub.query<ScopeCounts>(
    `SELECT ${sum(there)} AS there, ${sum(visible)} AS visible, ${sum(inScope)} AS inScope FROM ${tableOf(pair)}`,
  );
  const counts = must(row, 'a row of counts');
  return {
    there: Number(counts.there),
    visible: Number(counts.visible),
    inScope: Number(counts.inScope),
  };
}

/** Up to `count` rows as they would leave, by the order of their keys. */
export async function sampleRows(
  hub: SqlSession,
  pair: CompiledPair,
  { count, tools }: { readonly count: number; readonly tools: PairTools },
): Promise<readonly (readonly ColumnValue[])[]> {
  const columns = topicColumns([pair]);
  const order = pair.resource.key.map(({ name }) => quoteName(name)).join(', ');
  const rows = await hub.query<Record<string, SqlValue>>(
    `SELECT ${namesOf(columns)} FROM ${tableOf(pair)} WHERE ${conditions(pair).inScope} ORDER BY ${order} LIMIT ${count}`,
  );
  const bound = bindPair(pair, columns, tools);
  return rows.flatMap((row) => {
    const { decision } = bound.decide(null, imageOf(row, columns));
    return decision?.kind === 'UPSERT' ? [decision.row] : [];
  });
}

function conditions({ resource, rows }: CompiledPair): Record<keyof ScopeCounts, string> {
  const there = `(${quoteName(resource.there)} = 1)`;
  const { visibleWhile: shown } = resource;
  const values = shown?.in.map((value) => `_utf8mb4 X'${Buffer.from(value).toString('hex')}'`);
  const visible = shown
    ? `(${there} AND COALESCE(${quoteName(shown.column)} IN (${values?.join(', ')}), FALSE))`
    : there;
  const predicate = rows && checkPredicate(rows.cel, rows.columns).predicate;
  if (rows === null) return { there, visible, inScope: visible };
  const test = must(predicate, 'the predicate of a compiled pair fits its columns');
  return { there, visible, inScope: `(${visible} AND ${test.sql('mariadb', quoteName)})` };
}

function tableOf({ resource }: CompiledPair): string {
  return `${quoteName(resource.database)}.${quoteName(resource.table)}`;
}

function namesOf(columns: readonly Column[]): string {
  return columns.map(({ name }) => quoteName(name)).join(', ');
}

/** In the forms of the change reader. */
function imageOf(row: Readonly<Record<string, SqlValue>>, columns: readonly Column[]): RowImage {
  return columns.map(({ name, type }): ColumnValue => {
    const value = row[name] ?? null;
    return type.kind === 'boolean' && typeof value === 'number' ? value === 1 : value;
  });
}
