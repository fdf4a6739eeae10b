/**
 * A lane: one pair reads for itself, from where it stands to where main does, so that main waits for
 * nobody. Main takes the pair over once it is near (settle.ts).
 */
import { messageOf } from '../../base/errors.ts';
import { partitionKey, type LogReader } from '../../kafka/kafka.ts';
import { collect } from './collect.ts';
import { Outcome } from './outcome.ts';
import type { Place } from './progress.ts';
import { ATTACH_OFFSETS_MAX, deliverable } from './settle.ts';
import { limits } from './ownership.ts';
import type { Shard, ShardOptions } from './shard.ts';

/** Lanes of a shard that work at once; the others wait. */
export const LANES_MAX = 2;

/** Brings one pair near to main; ends also where it may not deliver any more, or something fails. */
export async function runLane(
  agreement: string,
  {
    of: shard,
    options,
    signal,
  }: {
    readonly of: Shard;
    readonly options: ShardOptions;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { kafka, log } = options;
  const reader = await kafka.reader();
  try {
    let moved = true;
    while (moved && !signal.aborted) moved = await step(agreement, { reader, shard, options });
  } catch (error) {
    log.info({ agreement, shard: options.shard, error: messageOf(error) }, 'lane ended');
  } finally {
    await reader.close();
  }
}

/** One transaction; false when nothing is left to do here. */
async function step(
  agreement: string,
  {
    reader,
    shard,
    options,
  }: { readonly reader: LogReader; readonly shard: Shard; readonly options: ShardOptions },
): Promise<boolean> {
  const { lease, plans, clock } = options;
  const { epoch } = shard;
  const snapshot = lease.current();
  if (!snapshot) return false;
  const plan = plans.of(snapshot);
  const behind = placesBehind(agreement, shard, options);
  const [first] = behind;
  const planned = first && deliverable(first.place, plan, clock.now());
  const topic = first && plan.topics.get(first.place.topic);
  if (!planned || !topic) return false;
  const ranges = await reader.fetch(
    behind.map(({ place: { topic: name, partition, next } }) => ({
      topic: name,
      partition,
      offset: next,
    })),
    limits(0),
  );
  const outcome = new Outcome(options.shard, options.shards);
  for (const [index, range] of ranges.entries()) {
    const one = behind[index];
    if (!one || range.fault) return false;
    const members = [{ planned, place: one.place }];
    const { next, blocked } = await collect(outcome, range, { topic, members, until: one.main });
    if (blocked !== undefined) throw blocked;
    outcome.readTo(range, next);
    if (next > one.place.next)
      outcome.note({ kind: 'place', place: { ...one.place, mode: 'lane', next } });
  }
  if (outcome.isEmpty) return false;
  await shard.transact(outcome, epoch);
  return true;
}

function placesBehind(
  agreement: string,
  { progress }: Shard,
  { shard, shards }: ShardOptions,
): readonly { readonly place: Place; readonly main: bigint }[] {
  return [...progress.places.values()].flatMap((place) => {
    const main = progress.main.get(partitionKey(place));
    const isOurs = place.agreement === agreement && place.partition % shards === shard;
    if (!isOurs || main === undefined || main - place.next <= ATTACH_OFFSETS_MAX / 2n) return [];
    return [{ place, main }];
  });
}
