/**
 * Tells a wrong row of a copy from one whose change is on its way, by the rule of bus/verify: a key
 * is cleared as soon as the copy holds what the hub gave at any reading; it is believed to differ
 * when hub and copy stayed as they were over two rounds, and in each round everything that the hub
 * had committed was captured, sent and applied in between.
 */
import type { Clock } from '../../base/clock.ts';
import type { Flow, FlowAnswer } from '../../verify/settle.ts';
import { rowsOf, stateOf, type Sides } from './compare.ts';
import type { DeliveredRow } from './rows.ts';

export type PairDifference = {
  /** As delivered: tokens where the key is masked. */
  readonly key: readonly string[];
  /** missing: the copy lacks it; surplus: only the copy has it. */
  readonly kind: 'missing' | 'surplus' | 'different';
  /** Delivered fields that differ; empty unless `kind` is different. */
  readonly columns: readonly string[];
};

export type SettledPair = {
  readonly differences: readonly PairDifference[];
  /** Keys that differed at every reading and could not be decided. */
  readonly undecided: readonly (readonly string[])[];
  readonly flow: FlowAnswer;
};

export type SettlePair = {
  readonly sides: Sides;
  readonly fields: readonly string[];
  readonly flow: Flow;
  readonly clock: Clock;
  readonly limitMs: number;
  readonly pauseMs?: number;
};

const ROUNDS = 2;
const PAUSE_MS = 300;

type Suspect = {
  seen: string;
  rounds: number;
  expected: DeliveredRow | undefined;
  held: DeliveredRow | undefined;
};

/** Reads the keys with these ids again until each is cleared or believed. */
export async function settlePair(
  ids: ReadonlySet<string>,
  options: SettlePair,
): Promise<SettledPair> {
  const { clock, limitMs, pauseMs = PAUSE_MS, fields } = options;
  const deadline = clock.now() + limitMs;
  const open = new Map<string, Suspect>(
    [...ids].map((id) => [id, { seen: '', rounds: 0, expected: undefined, held: undefined }]),
  );
  const differences: PairDifference[] = [];
  let flow: FlowAnswer = 'applied';
  while (open.size > 0) {
    flow = await round(open, { ...options, limitMs: Math.max(1, deadline - clock.now()) });
    for (const [id, suspect] of open) {
      if (suspect.rounds < ROUNDS) continue;
      open.delete(id);
      differences.push(differenceOf(suspect, fields));
    }
    if (open.size === 0 || flow === 'halted' || clock.now() >= deadline) break;
    await clock.sleep(pauseMs);
  }
  const undecided = [...open.values()].map(({ expected, held }) => (expected ?? held)?.key ?? []);
  return { differences, undecided, flow };
}

async function round(
  open: Map<string, Suspect>,
  { sides, flow, limitMs }: SettlePair,
): Promise<FlowAnswer> {
  const isOpen = ({ id }: DeliveredRow) => open.has(id);
  const before = await rowsOf(sides.hub, isOpen);
  const answer = await flow.untilApplied(limitMs);
  const copy = await rowsOf(sides.copy, isOpen);
  const after = await rowsOf(sides.hub, isOpen);
  for (const [id, suspect] of open) {
    const [first, held, last] = [before, copy, after].map((rows) => stateOf(rows.get(id)));
    if (held === first || held === last) {
      open.delete(id);
      continue;
    }
    suspect.expected = after.get(id);
    suspect.held = copy.get(id);
    const isStill = answer === 'applied' && first === last;
    const seen = `${last}/${held}`;
    if (!isStill) suspect.rounds = 0;
    else suspect.rounds = seen === suspect.seen ? suspect.rounds + 1 : 1;
    suspect.seen = seen;
  }
  return answer;
}

function differenceOf({ expected, held }: Suspect, fields: readonly string[]): PairDifference {
  const key = (expected ?? held)?.key ?? [];
  if (!held) return { key, kind: 'missing', columns: [] };
  if (!expected) return { key, kind: 'surplus', columns: [] };
  const columns = fields.filter((_, at) => expected.prints[at] !== held.prints[at]);
  return { key, kind: 'different', columns };
}
