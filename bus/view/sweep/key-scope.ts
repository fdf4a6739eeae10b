/**
 * Which rows of a unit a sweep is about: all of them, those between two keys, or exactly these.
 * Keys are source keys, column by column, as the view stores them; text compares by bytes. Only
 * what is cleared is limited by it: the source's table is always read whole.
 */
import { literal, quoteName } from '../../sql/mysql/mysql-literal.ts';
import type { SqlValue } from '../../sql/sql.ts';

export type RowKey = readonly SqlValue[];

/** Both ends included; an absent end is open. */
export type KeyRange = { readonly from?: RowKey; readonly to?: RowKey };

/** An empty scope is the whole unit; of two parts both must hold. */
export type KeyScope = { readonly range?: KeyRange; readonly keys?: readonly RowKey[] };

/** Conditions, all of which a row of the view's table in the scope fulfils. */
export function scopeConditions(columns: readonly string[], { range, keys }: KeyScope): string[] {
  return [
    ...(range?.from ? [compareKeys(columns, range.from, '>')] : []),
    ...(range?.to ? [compareKeys(columns, range.to, '<')] : []),
    ...(keys ? [amongKeys(columns, keys)] : []),
  ];
}

/** Rows whose key comes after `key`. */
export function afterKey(columns: readonly string[], key: RowKey): string {
  return lexicographic(columns, key, { way: '>', orEqual: false });
}

/** Rows with one of `keys`; none where there are none. */
export function amongKeys(columns: readonly string[], keys: readonly RowKey[]): string {
  if (keys.length === 0) return 'FALSE';
  const [only] = columns;
  if (columns.length === 1 && only !== undefined) {
    return `${quoteName(only)} IN (${keys.map((key) => literal(key[0] ?? null)).join(',')})`;
  }
  const same = (key: RowKey): string =>
    columns.map((column, at) => `${quoteName(column)} = ${literal(key[at] ?? null)}`).join(' AND ');
  return `(${keys.map((key) => `(${same(key)})`).join(' OR ')})`;
}

export function scopeToJson({ range, keys }: KeyScope): string {
  return JSON.stringify({ range, keys }, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
}

export function isWhole({ range, keys }: KeyScope): boolean {
  return keys === undefined && range?.from === undefined && range?.to === undefined;
}

function compareKeys(columns: readonly string[], key: RowKey, way: '>' | '<'): string {
  return lexicographic(columns, key, { way, orEqual: true });
}

/** a > x OR (a = x AND (b > y OR …)): row constructors would not use the index. */
function lexicographic(
  columns: readonly string[],
  key: RowKey,
  { way, orEqual }: { readonly way: '>' | '<'; readonly orEqual: boolean },
): string {
  const [column, ...others] = columns;
  if (column === undefined) return orEqual ? 'TRUE' : 'FALSE';
  const [value = null, ...rest] = key;
  const name = quoteName(column);
  if (others.length === 0) return `${name} ${way}${orEqual ? '=' : ''} ${literal(value)}`;
  const inner = lexicographic(others, rest, { way, orEqual });
  // The first part bounds the index scan; the second makes it exact.
  return `(${name} ${way}= ${literal(value)} AND (${name} ${way} ${literal(value)} OR (${name} = ${literal(value)} AND ${inner})))`;
}
