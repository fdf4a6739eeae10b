/**
 * Tells a wrong row from one whose change is on its way. A row is cleared as soon as the copy holds
 * what the original held at any reading of this run. It is believed to differ when the original's row
 * stayed the same over several rounds, the copy's too, and between the readings of each round
 * everything that the original had committed was captured and applied.
 */
import type { Clock } from '../base/clock.ts';

/** applied: everything committed before the question is in the copy. */
export type FlowAnswer = 'applied' | 'late' | 'halted';

/** How changes flow; asked between two readings. */
export type Flow = {
  /** Waits until all that the original has committed by now is applied; at most `limitMs`. */
  untilApplied(limitMs: number): Promise<FlowAnswer>;
};

/** Reads the rows with these ids; answers one text for each state a row can have, '' where there is none. */
export type ReadRows = (ids: readonly string[]) => Promise<(id: string) => string>;

export type SettleLimits = {
  readonly flow: Flow;
  readonly clock: Clock;
  readonly limitMs: number;
  /** Between two rounds. */
  readonly pauseMs?: number;
};

export type SettledSuspects = {
  readonly believed: readonly string[];
  /** Differed at every reading but could not be decided, because they kept changing or did not catch up. */
  readonly undecided: readonly string[];
  readonly flow: FlowAnswer;
};

type Sides = { readonly original: ReadRows; readonly copy: ReadRows };
type Suspect = { seen: string; rounds: number };

const ROUNDS = 2;
const PAUSE_MS = 300;

/** Reads the rows `ids` again until each is cleared or believed; those still open at the limit are undecided. */
export async function settleSuspects(
  ids: Iterable<string>,
  { flow, clock, limitMs, pauseMs = PAUSE_MS, ...sides }: Sides & SettleLimits,
): Promise<SettledSuspects> {
  const deadline = clock.now() + limitMs;
  const open = new Map([...ids].map((id): [string, Suspect] => [id, { seen: '', rounds: 0 }]));
  const believed: string[] = [];
  let answer: FlowAnswer = 'applied';
  while (open.size > 0) {
    const leftMs = Math.max(1, deadline - clock.now());
    answer = await round(open, { ...sides, untilApplied: () => flow.untilApplied(leftMs) });
    for (const [id, { rounds }] of open) {
      if (rounds < ROUNDS) continue;
      open.delete(id);
      believed.push(id);
    }
    if (open.size === 0 || answer === 'halted' || clock.now() >= deadline) break;
    await clock.sleep(pauseMs);
  }
  return { believed, undecided: [...open.keys()], flow: answer };
}

/** Clears what the copy holds and counts for how many rounds the others stood still. */
async function round(
  open: Map<string, Suspect>,
  { original, copy, untilApplied }: Sides & { readonly untilApplied: () => Promise<FlowAnswer> },
): Promise<FlowAnswer> {
  const ids = [...open.keys()];
  const before = await original(ids);
  const answer = await untilApplied();
  const found = await copy(ids);
  const after = await original(ids);
  for (const [id, suspect] of open) {
    const [first, held, last] = [before(id), found(id), after(id)];
    if (held === first || held === last) {
      open.delete(id);
      continue;
    }
    const seen = `${last}/${held}`;
    if (answer !== 'applied' || first !== last) suspect.rounds = 0;
    else suspect.rounds = seen === suspect.seen ? suspect.rounds + 1 : 1;
    suspect.seen = seen;
  }
  return answer;
}
