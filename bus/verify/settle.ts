/**
 * Tells a wrong row from one whose change is on its way. A key is cleared as soon as the view holds
 * what the source held at any reading of this run. It is believed to differ when the source's row
 * stayed the same over several rounds, the view's too, and between the readings of each round
 * everything that the source had committed was captured and applied.
 */
import type { Clock } from '../base/clock.ts';
import { keyId, type KeyText } from './side.ts';
import { columnDigestsOf, differingLabels, rowsOf } from './statements.ts';
import type { Pair } from './walk.ts';

/** applied: everything committed before the question is in the view. */
export type FlowAnswer = 'applied' | 'late' | 'halted';

/** How the unit's changes flow; asked between two readings. */
export type Flow = {
  /** Waits until all that the source has committed by now is applied; at most `limitMs`. */
  untilApplied(limitMs: number): Promise<FlowAnswer>;
};

export type KeyDifference = {
  readonly key: KeyText;
  /** missing: only the source has it; surplus: only the view. */
  readonly kind: 'missing' | 'surplus' | 'different';
  /** Columns that differ, by the view's names; empty unless `kind` is different. */
  readonly columns: readonly string[];
};

export type Settled = {
  readonly differences: readonly KeyDifference[];
  /** Keys that differed at every reading but could not be decided, because they kept changing or the unit did not catch up. */
  readonly undecided: readonly KeyText[];
  readonly flow: FlowAnswer;
};

export type SettleOptions = {
  readonly flow: Flow;
  readonly clock: Clock;
  readonly limitMs: number;
  /** Between two rounds. */
  readonly pauseMs?: number;
};

const ROUNDS = 2;
const PAUSE_MS = 300;

type Suspect = { readonly key: KeyText; seen: string; rounds: number };

/** Reads `keys` again until each is cleared or believed; those still open at the limit are undecided. */
export async function settle(
  pair: Pair,
  keys: readonly KeyText[],
  { flow, clock, limitMs, pauseMs = PAUSE_MS }: SettleOptions,
): Promise<Settled> {
  const deadline = clock.now() + limitMs;
  const open = new Map<string, Suspect>(
    keys.map((key) => [keyId(key), { key, seen: '', rounds: 0 }]),
  );
  const believed: KeyText[] = [];
  let answer: FlowAnswer = 'applied';
  while (open.size > 0) {
    answer = await round(pair, {
      open,
      believed,
      flow,
      limitMs: Math.max(1, deadline - clock.now()),
    });
    if (open.size === 0 || answer === 'halted' || clock.now() >= deadline) break;
    await clock.sleep(pauseMs);
  }
  return {
    differences: await describe(pair, believed),
    undecided: [...open.values()].map(({ key }) => key),
    flow: answer,
  };
}

type Round = {
  readonly open: Map<string, Suspect>;
  readonly believed: KeyText[];
  readonly flow: Flow;
  readonly limitMs: number;
};

async function round(pair: Pair, { open, believed, flow, limitMs }: Round): Promise<FlowAnswer> {
  const keys = [...open.values()].map(({ key }) => key);
  const before = await rowsOf(pair.source, keys);
  const answer = await flow.untilApplied(limitMs);
  const view = await rowsOf(pair.view, keys);
  const after = await rowsOf(pair.source, keys);
  for (const [id, suspect] of open) {
    const [first, held, last] = [before, view, after].map((rows) => rows.get(id)?.digest ?? '');
    if (held === first || held === last) {
      open.delete(id);
      continue;
    }
    if (answer !== 'applied' || first !== last) {
      suspect.rounds = 0;
      continue;
    }
    const seen = `${last}/${held}`;
    suspect.rounds = seen === suspect.seen ? suspect.rounds + 1 : 1;
    suspect.seen = seen;
    if (suspect.rounds < ROUNDS) continue;
    open.delete(id);
    believed.push(suspect.key);
  }
  return answer;
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
