/** From a stretch of a view topic to what leaves for the pairs that read it. Pure but for fetching schemas. */
import { setImmediate as others } from 'node:timers/promises';
import { BusError } from '../../base/errors.ts';
import type { FetchedRange } from '../../kafka/kafka.ts';
import { isCovered, type HubChange } from './changes.ts';
import type { Outcome } from './outcome.ts';
import type { PlannedPair, PlannedTopic } from './plan.ts';
import type { Place } from './progress.ts';

export type Member = { readonly planned: PlannedPair; readonly place: Place };

export type Collected = {
  /** Where to read on. */
  readonly next: bigint;
  /** Why reading cannot go beyond `next`: nothing is passed over. */
  readonly blocked?: unknown;
};

/**
 * Records for pairs in one transaction; more are left to the next. Many, because a transaction
 * over hundreds of topics costs the broker a batch and a marker in each, however few its records.
 */
export const RECORDS_MAX = 20_000;
/** After so many the process looks to its other work: a lease that is not renewed in time stops everybody. */
const RECORDS_AT_A_STRETCH = 1_000;

/** Collects changes of `range` below `until` for every member into `outcome`. */
export async function collect(
  outcome: Outcome,
  range: FetchedRange,
  {
    topic,
    members,
    until,
  }: {
    readonly topic: PlannedTopic;
    readonly members: readonly Member[];
    readonly until?: bigint;
  },
): Promise<Collected> {
  const records =
    until === undefined ? range.records : range.records.filter(({ offset }) => offset < until);
  const from = records[0]?.offset ?? range.nextOffset;
  const at = { topic: range.topic, partition: range.partition };
  const attached = new Map(members.map((member) => [member.planned, member]));
  await topic.reader.prepare(records);
  let stretchEnd = outcome.records + RECORDS_AT_A_STRETCH;
  for (const record of records) {
    if (outcome.records >= stretchEnd) {
      await others();
      stretchEnd = outcome.records + RECORDS_AT_A_STRETCH;
    }
    let change: HubChange | undefined;
    try {
      change = topic.reader.read(record);
    } catch (error) {
      return { next: record.offset, blocked: error };
    }
    if (change?.truncates)
      return {
        next: record.offset,
        blocked: new BusError('GATEWAY_TRUNCATED', { topic: at.topic }),
      };
    if (change)
      deliverTo(outcome, change, { members: concerned(topic, attached, change), at, from });
    if (outcome.records >= RECORDS_MAX) return { next: record.offset + 1n };
  }
  const next = until !== undefined && range.nextOffset > until ? until : range.nextOffset;
  return { next };
}

/** Fewer than these are asked one by one. */
const FEW = 4;

function concerned(
  { dispatch }: PlannedTopic,
  attached: ReadonlyMap<PlannedPair, Member>,
  { before, after }: HubChange,
): Iterable<Member> {
  if (attached.size < FEW) return attached.values();
  const members: Member[] = [];
  for (const planned of dispatch.for(before, after)) {
    const member = attached.get(planned);
    if (member) members.push(member);
  }
  return members;
}

function deliverTo(
  outcome: Outcome,
  change: HubChange,
  {
    members,
    at,
    from,
  }: {
    readonly members: Iterable<Member>;
    readonly at: { readonly topic: string; readonly partition: number };
    readonly from: bigint;
  },
): void {
  for (const { planned, place } of members) {
    // After a crash main may begin before where the pair was attached.
    if (change.offset < place.next || isCovered(change, place.floor)) continue;
    const { decision, faulty } = planned.decide(change.before, change.after);
    const about = {
      generation: place.generation,
      sequence: change.sequence === 0n ? place.floor.sequence : change.sequence,
      at,
      from,
    };
    if (faulty) outcome.fault(planned, about);
    if (decision) outcome.deliver(planned, decision, about);
  }
}
