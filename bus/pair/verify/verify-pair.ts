/**
 * Is a subscriber's copy exactly mask(project(filter(hub))), key by key? Everything committed is
 * awaited, both sides are compared while everybody goes on writing, and what differs is looked at
 * again until it is equal or surely wrong. Keys are told as they are delivered; values never.
 */
import type { Clock } from '../../base/clock.ts';
import type { Flow, FlowAnswer } from '../../verify/suspects.ts';
import type { CompiledPair } from '../pair.ts';
import { compareSides, type Sides } from './compare.ts';
import { settlePair, type PairDifference } from './settle.ts';

export type PairVerification = {
  readonly agreementId: string;
  readonly hubRows: number;
  readonly copyRows: number;
  /** Rows of the hub that no rule or mask could judge: they are not delivered. */
  readonly faults: number;
  readonly differences: readonly PairDifference[];
  /** Differences that the agreement itself allows: rows frozen in the copy, or older than it. */
  readonly allowed: number;
  readonly undecided: readonly (readonly string[])[];
  readonly isCut: boolean;
  readonly flow: FlowAnswer;
  readonly tookMs: number;
};

export type VerifyPairOptions = {
  readonly sides: Sides;
  readonly flow: Flow;
  readonly clock: Clock;
  /** Of one wait. */
  readonly waitMsMax: number;
};

export async function verifyPair(
  pair: CompiledPair,
  { sides, flow, clock, waitMsMax }: VerifyPairOptions,
): Promise<PairVerification> {
  const began = clock.now();
  // A copy that is far behind would make every row a suspect.
  const atStart = await flow.untilApplied(waitMsMax);
  const { suspects, ...compared } = await compareSides(sides);
  const settled = await settlePair(suspects, {
    sides,
    fields: pair.fields.map(({ name }) => name),
    flow,
    clock,
    limitMs: waitMsMax,
  });
  const differences = settled.differences.filter((one) => !isAllowed(pair, one));
  return {
    agreementId: pair.agreement.id,
    ...compared,
    differences,
    allowed: settled.differences.length - differences.length,
    undecided: settled.undecided,
    flow: suspects.size === 0 ? atStart : settled.flow,
    tookMs: clock.now() - began,
  };
}

/** A frozen row stays although it left the scope; without a first copy older rows come as they change. */
function isAllowed(pair: CompiledPair, { kind }: PairDifference): boolean {
  if (kind === 'surplus') return pair.onRowExit === 'freeze';
  return kind === 'missing' && pair.backfill === 'none';
}
