/**
 * Compares what a view should hold with what it holds. The answer names keys and columns, never
 * values, so that it may be counted and shown; keys themselves are personal: keep them out of logs.
 */

export type ComparableRow = Readonly<Record<string, unknown>>;

export type RowDifference = {
  readonly key: string;
  readonly kind: 'missing' | 'unexpected' | 'different';
  /** Columns that differ; empty unless `kind` is 'different'. */
  readonly columns: readonly string[];
};

export type Comparison = {
  readonly equal: boolean;
  readonly expectedRows: number;
  readonly actualRows: number;
  /** How many keys differ in any way. */
  readonly differing: number;
  /** The first ones in key order, at most `limit`. */
  readonly differences: readonly RowDifference[];
};

/**
 * Compares by key, column by column over the columns of the expected row; columns that only the
 * actual rows have are not looked at. Values must be in canonical form: they are equal when ===.
 */
export function compareRows(
  expected: ReadonlyMap<string, ComparableRow>,
  actual: ReadonlyMap<string, ComparableRow>,
  limit = 20,
): Comparison {
  const keys = [...new Set([...expected.keys(), ...actual.keys()])].toSorted();
  const differences: RowDifference[] = [];
  let differing = 0;
  for (const key of keys) {
    const difference = differenceOf(key, expected.get(key), actual.get(key));
    if (difference === undefined) continue;
    differing++;
    if (differences.length < limit) differences.push(difference);
  }
  return {
    equal: differing === 0,
    expectedRows: expected.size,
    actualRows: actual.size,
    differing,
    differences,
  };
}

function differenceOf(
  key: string,
  expected: ComparableRow | undefined,
  actual: ComparableRow | undefined,
): RowDifference | undefined {
  if (expected === undefined) return { key, kind: 'unexpected', columns: [] };
  if (actual === undefined) return { key, kind: 'missing', columns: [] };
  const columns = Object.keys(expected).filter((column) => expected[column] !== actual[column]);
  return columns.length === 0 ? undefined : { key, kind: 'different', columns };
}
