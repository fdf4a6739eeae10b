/**
 * What one member knows of each partition of its current assignment. A slot's `turn` changes
 * whenever the partition is claimed anew, so that work begun under an older claim can see that
 * it is late. Slots live as long as one assignment.
 */
import { must } from '../../base/assert.ts';
import { type Assignment, type Claim, partitionKey, type TopicPartition } from '../kafka.ts';
import type { ConsumerGroup } from './patches/consumer-group.ts';

export type Passed = { readonly fetchOffset: bigint; readonly nextOffset: bigint };

export type Slot = TopicPartition & {
  state: 'claiming' | 'reading' | 'paused';
  turn: number;
  /** Offsets passed over without records, not yet told to the handler. */
  passed?: Passed | undefined;
  passedTimer?: NodeJS.Timeout | undefined;
  passedToldAt: number;
  /** Everything handed over so far, one after the other; settles with the last of it, never rejects. */
  work: Promise<void>;
  /** Grows when reading jumps: what was fetched before the jump is dropped. */
  stream: number;
  outOfRangeCount: number;
};

/** One assignment, from its GROUP_JOIN to the next. */
export type Membership = {
  readonly assignment: Assignment;
  readonly group: ConsumerGroup;
  readonly slots: ReadonlyMap<string, Slot>;
};

export function newMembership(assignment: Assignment, group: ConsumerGroup): Membership {
  const slots = assignment.partitions.map(({ topic, partition }): [string, Slot] => [
    partitionKey({ topic, partition }),
    {
      topic,
      partition,
      state: 'claiming',
      turn: 0,
      stream: 0,
      work: Promise.resolve(),
      passedToldAt: 0,
      outOfRangeCount: 0,
    },
  ]);
  return { assignment, group, slots: new Map(slots) };
}

/** Stops fetching the slot; what is in flight is dropped by kafkajs when it arrives. */
export function pauseSlot({ group }: Membership, slot: Slot, state: 'claiming' | 'paused'): void {
  group.pause([{ topic: slot.topic, partitions: [slot.partition] }]);
  slot.state = state;
  slot.stream++;
}

/** Carries out a claim; answers why the slot stays paused, where it does. */
export function settleClaim(
  membership: Membership,
  slot: Slot,
  claim: Claim | undefined,
): string | undefined {
  forgetPassed(slot);
  if (claim?.kind !== 'start') {
    slot.state = 'paused';
    return claim?.reason ?? 'not claimed';
  }
  const { topic, partition } = slot;
  membership.group.seek({ topic, partition, offset: claim.offset.toString() });
  membership.group.resume([{ topic, partitions: [partition] }]);
  slot.state = 'reading';
  return undefined;
}

/** Takes over what was passed before `fetchOffset`, so that a batch covers it as well. */
export function takePassed(slot: Slot, fetchOffset: bigint): bigint {
  const passed = slot.passed;
  forgetPassed(slot);
  return passed?.nextOffset === fetchOffset ? passed.fetchOffset : fetchOffset;
}

export function forgetPassed(slot: Slot): void {
  clearTimeout(slot.passedTimer);
  slot.passed = undefined;
  slot.passedTimer = undefined;
}

export function endMembership(membership: Membership | undefined): void {
  for (const slot of membership?.slots.values() ?? []) {
    forgetPassed(slot);
    slot.turn++;
  }
}

/** The assignment narrowed to one of its partitions. */
export function assignmentOf({ assignment }: Membership, slot: Slot): Assignment {
  const { topic, partition } = must(slot, 'a slot of this assignment');
  return { ...assignment, partitions: [{ topic, partition }] };
}
