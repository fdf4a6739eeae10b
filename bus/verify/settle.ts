/**
 * Decides which of a unit's suspects differ from their source, by the rule of suspects.ts, and says
 * how each of these differs.
 */
import { must } from '../base/assert.ts';
import { keyId, type KeyText, type Side } from './side.ts';
import { columnDigestsOf, differingLabels, rowsOf } from './statements.ts';
import { settleSuspects, type FlowAnswer, type ReadRows, type SettleLimits } from './suspects.ts';
import type { Pair } from './walk.ts';

export type KeyDifference = {
  readonly key: KeyText;
  /** missing: only the source has it; surplus: only the view. */
  readonly kind: 'missing' | 'surplus' | 'different';
  /** Columns that differ, by the view's names; empty unless `kind` is different. */
  readonly columns: readonly string[];
};

export type Settled = {
  readonly differences: readonly KeyDifference[];
  /** Keys that differed at every reading but could not be decided. */
  readonly undecided: readonly KeyText[];
  readonly flow: FlowAnswer;
};

/** Reads `keys` again until each is cleared or believed; those still open at the limit are undecided. */
export async function settle(
  pair: Pair,
  keys: readonly KeyText[],
  limits: SettleLimits,
): Promise<Settled> {
  const byId = new Map(keys.map((key) => [keyId(key), key]));
  const keysOf = (ids: readonly string[]) =>
    ids.map((id) => must(byId.get(id), 'the key of a suspect'));
  const read =
    (side: Side): ReadRows =>
    async (ids) => {
      const rows = await rowsOf(side, keysOf(ids));
      return (id) => rows.get(id)?.digest ?? '';
    };
  const sides = { original: read(pair.source), copy: read(pair.view) };
  const { believed, undecided, flow } = await settleSuspects(byId.keys(), { ...sides, ...limits });
  return {
    differences: await describe(pair, keysOf(believed)),
    undecided: keysOf(undecided),
    flow,
  };
}

/** What kind each difference is, and which columns differ. */
export async function describe(pair: Pair, keys: readonly KeyText[]): Promise<KeyDifference[]> {
  const [atSource, inView] = [
    await columnDigestsOf(pair.source, keys),
    await columnDigestsOf(pair.view, keys),
  ];
  return keys.flatMap((key): KeyDifference[] => {
    const [a, b] = [atSource.get(keyId(key)), inView.get(keyId(key))];
    if (!a && !b) return [];
    if (!b) return [{ key, kind: 'missing', columns: [] }];
    if (!a) return [{ key, kind: 'surplus', columns: [] }];
    return [{ key, kind: 'different', columns: differingLabels(pair.view, a, b) }];
  });
}
