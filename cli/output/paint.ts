/** Colours by meaning. A colour never says anything that the words beside it do not say too. */
import { createColors } from 'picocolors';

export type Paint = (text: string) => string;

export type Paints = {
  readonly good: Paint;
  readonly attention: Paint;
  readonly bad: Paint;
  readonly unknown: Paint;
  readonly dim: Paint;
  readonly heading: Paint;
};

/** How well something stands; `unknown` is never shown as good. */
export type Health = 'good' | 'attention' | 'bad' | 'unknown';

export function paintsOf(color: boolean): Paints {
  const colors = createColors(color);
  return {
    good: colors.green,
    attention: colors.yellow,
    bad: (text) => colors.bold(colors.red(text)),
    unknown: colors.gray,
    dim: colors.dim,
    heading: colors.bold,
  };
}

const RANK: Readonly<Record<Health, number>> = { bad: 0, unknown: 1, attention: 2, good: 3 };

/** Sorts broken things first; ties by name. */
export function brokenFirst<T>(
  items: readonly T[],
  of: (item: T) => { readonly health: Health; readonly name: string },
): T[] {
  return items.toSorted((a, b) => {
    const [left, right] = [of(a), of(b)];
    const byHealth = RANK[left.health] - RANK[right.health];
    return byHealth === 0 ? compareText(left.name, right.name) : byHealth;
  });
}

export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The worst of several. */
export function worstHealth(all: readonly Health[]): Health {
  return all.toSorted((a, b) => RANK[a] - RANK[b])[0] ?? 'good';
}
