/** The last record of each key counts; rows are written in one fixed order, so that writers of several partitions cannot deadlock. */
import type { RowRecord } from './decode.ts';

export function lastPerKey(rows: readonly RowRecord[]): RowRecord[] {
  const last = new Map<string, RowRecord>();
  for (const row of rows) last.set(row.keyText, row);
  return [...last.values()].sort((a, b) =>
    a.keyText < b.keyText ? -1 : a.keyText > b.keyText ? 1 : 0,
  );
}

/** Cuts a list into pieces of at most `size`. */
export function pieces<T>(list: readonly T[], size: number): T[][] {
  const found: T[][] = [];
  for (let at = 0; at < list.length; at += size) found.push(list.slice(at, at + size));
  return found;
}
