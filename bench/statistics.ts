/** Numbers put together: the middle one, how far they lie apart, and how many lie below. */

export type Spread = { readonly median: number; readonly min: number; readonly max: number };

/** Of at least one number. The median of an even count is the mean of the middle two. */
export function spreadOf(numbers: readonly number[]): Spread {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low = NaN, high = NaN] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return { median: (low + high) / 2, min: sorted[0] ?? NaN, max: sorted.at(-1) ?? NaN };
}

export type Percentiles = {
  readonly n: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
};

/** Nearest rank: each is one of the numbers, rounded to a tenth. Of at least one number. */
export function percentilesOf(numbers: readonly number[]): Percentiles {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (percent: number) =>
    rounded(sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? NaN, 1);
  return { n: sorted.length, p50: at(50), p95: at(95), p99: at(99) };
}

export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
