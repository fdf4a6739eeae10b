/** Ordering and grouping for oracles: bytes decide, NULL comes first, nothing depends on row order. */

export type OrderKey = readonly (string | null)[];

/** Compares text by its UTF-8 bytes, which is code point order and not JavaScript's own. */
export function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Compares two keys part by part; NULL comes before everything. */
export function compareKeys(a: OrderKey, b: OrderKey): number {
  for (let i = 0; i < a.length; i++) {
    const order = comparePart(a[i] ?? null, b[i] ?? null);
    if (order !== 0) return order;
  }
  return 0;
}

/** The row with the greatest key; undefined of no rows. */
export function latestOf<T>(
  rows: readonly T[] | undefined,
  keyOf: (row: T) => OrderKey,
): T | undefined {
  return rows?.reduce((best, row) => (compareKeys(keyOf(row), keyOf(best)) > 0 ? row : best));
}

export function indexBy<T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T> {
  return new Map(rows.map((row) => [keyOf(row), row]));
}

/** Rows under each of their keys; a row that names one key twice is there once. */
export function groupBy<T>(
  rows: readonly T[],
  keysOf: (row: T) => readonly string[],
): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    for (const key of new Set(keysOf(row))) {
      const group = groups.get(key);
      if (group) group.push(row);
      else groups.set(key, [row]);
    }
  }
  return groups;
}

function comparePart(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(b === null) - Number(a === null) || 0;
  return compareText(a, b);
}
