/** Few numbers put together: the middle one, and how far they lie apart. */

export type Spread = { readonly median: number; readonly min: number; readonly max: number };

/** Of at least one number. The median of an even count is the mean of the middle two. */
export function spreadOf(numbers: readonly number[]): Spread {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low = NaN, high = NaN] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return { median: (low + high) / 2, min: sorted[0] ?? NaN, max: sorted.at(-1) ?? NaN };
}
