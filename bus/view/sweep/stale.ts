/**
 * Which rows of a unit a sweep concerns, by their versions, as SQL. A version is the coordinate in
 * Kafka that a row was written from, so "not read again" is "below where the partition ended
 * before the reading began", and a version that no record of the log can have was not written by
 * the engine.
 */
import { quoteName } from '../../sql/mysql/mysql-literal.ts';
import type { UnitPlan } from '../compile/compile.ts';
import type { Ends } from '../store/sweep-store.ts';
import { versionBase } from '../version.ts';
import { afterKey, scopeConditions, type KeyScope, type RowKey } from './key-scope.ts';

/** Ends per partition, in one life of the topic. */
export type Horizon = { readonly generation: number; readonly ends: Ends };

/** A row as a sweep sees it: its key, in column order, and its version. */
export type SeenRow = { readonly key: RowKey; readonly version: bigint };

/** Rows written before the horizon, earlier lives of the topic included. */
export function belowHorizon(version: string, { generation, ends }: Horizon): string {
  const parts = ends.map((end, partition) => {
    const base = versionBase(generation, partition);
    return `(${version} >= ${base} AND ${version} < ${base + end})`;
  });
  return `(${[`${version} < ${versionBase(generation, 0)}`, ...parts].join(' OR ')})`;
}

/** Rows that hold something: a row that is there, or values where none should be. */
export function holdsSomething({
  there,
  valueColumns,
}: Pick<UnitPlan['target'], 'there' | 'valueColumns'>): string {
  const values = valueColumns.map((column) => `${quoteName(column)} IS NOT NULL`);
  return `(${[`${quoteName(there)} <> 0`, ...values].join(' OR ')})`;
}

export type Walk = {
  readonly plan: UnitPlan;
  readonly scope: KeyScope;
  /** Conditions beside the scope. */
  readonly where: readonly string[];
  readonly after: RowKey | undefined;
  readonly limit: number;
};

/** One chunk of rows in key order: columns k0, k1, … and `v` as text. */
export function chunkSql({ plan, scope, where, after, limit }: Walk): string {
  const { keyColumns, table } = plan.target;
  const conditions = [
    ...scopeConditions(keyColumns, scope),
    ...(after ? [afterKey(keyColumns, after)] : []),
    ...where,
  ];
  const order = keyColumns.map(quoteName).join(', ');
  return `${selectSeen(plan)} FROM ${quoteName(table)} WHERE ${conditions.join(' AND ') || 'TRUE'} ORDER BY ${order} LIMIT ${limit}`;
}

/** The columns that `seenRow` reads. */
export function selectSeen({ target }: UnitPlan): string {
  const keys = target.keyColumns.map((column, at) => `${quoteName(column)} AS k${at}`);
  return `SELECT ${keys.join(', ')}, CAST(${quoteName(target.version)} AS CHAR) AS v`;
}

export function seenRow(plan: UnitPlan, row: Readonly<Record<string, RowKey[number]>>): SeenRow {
  return {
    key: plan.target.keyColumns.map((_, at) => row[`k${at}`] ?? null),
    version: BigInt(String(row['v'])),
  };
}
