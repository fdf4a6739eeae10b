/**
 * What becomes of each place of a pair now: attached ones that may not deliver are held, others
 * are attached when main stands where they do, or is so near that the rest fits into the same
 * transaction. Pure: says what is to be done, does nothing.
 */
import { partitionKey } from '../../kafka/kafka.ts';
import { mayDeliver } from './lease.ts';
import type { GatewayPlan, PlannedPair } from './plan.ts';
import type { Place, Progress } from './progress.ts';

/** A pair that is no further behind is brought up by main itself. */
export const ATTACH_OFFSETS_MAX = 5_000n;

export type Step =
  | { readonly kind: 'hold'; readonly place: Place; readonly next: bigint }
  /** Nobody reads the partition: main goes to where the pair stands. */
  | { readonly kind: 'lead'; readonly place: Place; readonly planned: PlannedPair }
  /** Read [place.next, until) for it, then it reads with main. */
  | {
      readonly kind: 'attach';
      readonly place: Place;
      readonly planned: PlannedPair;
      readonly until: bigint;
    }
  | { readonly kind: 'lane'; readonly place: Place; readonly planned: PlannedPair };

export function stepsOf(
  progress: Progress,
  {
    plan,
    isOurs,
    isKept,
    nowMs,
  }: {
    readonly plan: GatewayPlan;
    /** Whether a partition belongs to this shard. */
    readonly isOurs: (partition: number) => boolean;
    /** Pairs that stand back for now: their topic cannot be written. */
    readonly isKept: (agreement: string) => boolean;
    readonly nowMs: number;
  },
): readonly Step[] {
  const steps: Step[] = [];
  const places = [...progress.places.values()].filter(({ partition }) => isOurs(partition));
  const mains = new Map(
    places.filter(isAttached).map((place) => {
      const key = partitionKey(place);
      return [key, progress.main.get(key) ?? place.next];
    }),
  );
  for (const place of places) {
    const planned = deliverable(place, plan, nowMs);
    const may = planned && planned.pair.delivery.mode === 'realtime' && !isKept(place.agreement);
    const main = mains.get(partitionKey(place));
    if (isAttached(place)) {
      const reached = main !== undefined && main > place.next ? main : place.next;
      if (!may) steps.push({ kind: 'hold', place, next: reached });
      continue;
    }
    if (!may) continue;
    if (main === undefined) {
      mains.set(partitionKey(place), place.next);
      steps.push({ kind: 'lead', place, planned });
    } else if (place.next <= main) {
      const isNear = main - place.next <= ATTACH_OFFSETS_MAX;
      steps.push(
        isNear ? { kind: 'attach', place, planned, until: main } : { kind: 'lane', place, planned },
      );
    }
    // Beyond main: it comes by.
  }
  return steps;
}

export function isAttached({ mode }: Place): boolean {
  return mode === 'attached';
}

/** The pair of a place, where its agreement, in this version, may deliver now. */
export function deliverable(
  place: Place,
  plan: GatewayPlan,
  nowMs: number,
): PlannedPair | undefined {
  const planned = plan.pairs.get(place.agreement);
  const isCurrent = planned?.pair.agreement.contentHash === place.contentHash;
  return isCurrent && mayDeliver(planned.leased, nowMs) ? planned : undefined;
}
