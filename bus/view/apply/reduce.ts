/**
 * Pure steps between reading a batch and writing it: the last change per source key counts, and
 * rows are written in one fixed order of their keys, the same for every writer, because unsorted
 * multi-row upserts deadlock.
 */
import type { SqlValue } from '../../sql/sql.ts';
import type { UpsertRow } from '../compile/upsert.ts';

/** A row change under its key as text, which orders and identifies it. */
export type KeyedRow = UpsertRow & { readonly sortKey: string };

/** One text per key; unambiguous, as keys of one table have the same columns and JSON escapes what separates them. */
export function sortKeyOf(key: readonly SqlValue[]): string {
  return key.length === 1 ? textOf(key[0] ?? null) : JSON.stringify(key.map(textOf));
}

/** The last row of each key (`rows` in offset order), sorted by key. */
export function reduceByKey(rows: readonly KeyedRow[]): KeyedRow[] {
  const last = new Map<string, KeyedRow>();
  for (const row of rows) last.set(row.sortKey, row);
  return [...last.values()].sort(bySortKey);
}

/** `keys` without duplicates, in the writing order. */
export function sortedKeys(keys: Iterable<SqlValue>): SqlValue[] {
  const unique = new Map<string, SqlValue>();
  for (const key of keys) if (key !== null) unique.set(textOf(key), key);
  return [...unique].sort(([a], [b]) => compareText(a, b)).map(([, key]) => key);
}

function bySortKey(a: KeyedRow, b: KeyedRow): number {
  return compareText(a.sortKey, b.sortKey);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A key column as text that no other value of its type has; not for people. */
export function textOf(value: SqlValue): string {
  return Buffer.isBuffer(value) ? value.toString('latin1') : String(value);
}
