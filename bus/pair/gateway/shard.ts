/**
 * One shard of the gateway: its partitions of every view topic, read once for all pairs that are
 * attached, written in one transaction a round. Whatever fails, nothing of the round happened: the
 * predecessor is fenced, progress is read again, and the shard goes on from there.
 */
import { isBusError, messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { partitionKey, type FetchedRange, type TopicPartition } from '../../kafka/kafka.ts';
import { collect, type Member } from './collect.ts';
import { Outcome } from './outcome.ts';
import {
  LeaseChanged,
  logLost,
  Ownership,
  Superseded,
  type OwnershipOptions,
} from './ownership.ts';
import type { GatewayPlan, Plans } from './plan.ts';
import { takeEntry, type Place, type Progress } from './progress.ts';
import { deliverable, isAttached, stepsOf, type Step } from './settle.ts';

export type ShardOptions = OwnershipOptions & {
  readonly shards: number;
  readonly plans: Plans;
  readonly log: Log;
};

/** A pair whose topic cannot be written, and a partition that cannot be read, are tried again after this. */
const STAND_BACK_MS = 5_000;
const RETRY_MS = 500;
/** How often the lease is asked for that is not there yet. */
const LEASE_POLL_MS = 100;
/** Progress over nothing but markers is noted so often. */
const QUIET_NOTE_MS = 10_000;

export class Shard {
  readonly #options: ShardOptions;
  readonly #owned: Ownership;
  /** Pairs that are left alone until a moment, ms. */
  readonly #kept = new Map<string, number>();
  /** Partitions that are not read until a moment, ms. */
  readonly #blocked = new Map<string, number>();
  /** Pairs that a lane works on; main leaves their places alone. */
  readonly #laned = new Set<string>();

  constructor(options: ShardOptions) {
    this.#options = options;
    this.#owned = new Ownership(options);
  }

  /** See Ownership. */
  get isReady(): boolean {
    return this.#owned.isReady;
  }

  get progress(): Progress {
    return this.#owned.progress;
  }

  get laned(): Set<string> {
    return this.#laned;
  }

  /** See Ownership. */
  get epoch(): number {
    return this.#owned.epoch;
  }

  /** For main, lanes and copies alike: one owner's fence holds for all of them. See Ownership. */
  transact(outcome: Outcome, epoch: number): Promise<void> {
    return this.#owned.transact(outcome, epoch);
  }

  /** Works until the signal fires; throws KAFKA_FENCED when another process took the shard over. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, shard } = this.#options;
    try {
      while (!signal.aborted) {
        try {
          if (!this.isReady) await this.#owned.claim();
          await this.#round(signal);
        } catch (error) {
          if (signal.aborted) break;
          if (error instanceof LeaseChanged || error instanceof Superseded) continue;
          if (isBusError(error, 'KAFKA_FENCED')) throw error;
          this.#owned.lose();
          this.#standBack(error);
          log.warn({ shard, error: messageOf(error) }, 'shard begins again');
          await clock.sleep(RETRY_MS, signal).catch(() => undefined);
        }
      }
    } finally {
      await this.close();
    }
  }

  close(): Promise<void> {
    return this.#owned.close();
  }

  /** A transaction that another topic refused is made again without that pair. */
  #standBack(error: unknown): void {
    if (!isBusError(error, 'KAFKA_TOPIC_REFUSED')) return;
    const { topic } = error.details;
    if (typeof topic !== 'string' || !topic.startsWith('pair.')) return;
    this.#kept.set(topic.slice('pair.'.length), this.#options.clock.now() + STAND_BACK_MS);
    this.#options.log.error({ topic }, 'pair is held: its topic cannot be written');
  }

  async #round(signal: AbortSignal): Promise<void> {
    const { lease, plans, clock, shard, shards } = this.#options;
    const snapshot = lease.current();
    if (!snapshot) {
      await clock.sleep(LEASE_POLL_MS, signal).catch(() => undefined);
      return;
    }
    const plan = plans.of(snapshot);
    const { epoch } = this;
    const settled = new Outcome(shard, shards);
    for (const step of this.#steps(plan)) await this.#settle(settled, step, plan);
    if (!settled.isEmpty) await this.transact(settled, epoch);
    await this.#readOn(plan);
  }

  #steps(plan: GatewayPlan): readonly Step[] {
    const { shard, shards, clock } = this.#options;
    const nowMs = clock.now();
    const isKept = (agreement: string): boolean =>
      this.#laned.has(agreement) || (this.#kept.get(agreement) ?? 0) > nowMs;
    const isOurs = (partition: number): boolean => partition % shards === shard;
    return stepsOf(this.progress, { plan, isOurs, isKept, nowMs });
  }

  async #settle(outcome: Outcome, step: Step, plan: GatewayPlan): Promise<void> {
    const { place } = step;
    switch (step.kind) {
      case 'hold':
        return outcome.note({ kind: 'place', place: { ...place, mode: 'held', next: step.next } });
      case 'lead':
        outcome.note({ kind: 'main', at: place, next: place.next });
        return outcome.note({ kind: 'place', place: { ...place, mode: 'attached' } });
      case 'attach':
        return this.#bringUp(outcome, step, plan);
      default:
        if (place.mode !== 'lane')
          outcome.note({ kind: 'place', place: { ...place, mode: 'lane' } });
    }
  }

  /** What lies between a pair and main goes into the transaction that attaches it; not all of it: the pair is a step nearer. */
  async #bringUp(
    outcome: Outcome,
    { place, planned, until }: Extract<Step, { kind: 'attach' }>,
    plan: GatewayPlan,
  ): Promise<void> {
    const topic = plan.topics.get(place.topic);
    if (!topic) return;
    let next = place.next;
    if (next < until) {
      const range = await this.#owned.fetchNow({ ...at(place), offset: next });
      if (!range || range.fault) return this.#lost(place, range);
      const collected = await collect(outcome, range, {
        topic,
        members: [{ planned, place }],
        until,
      });
      next = collected.next;
    }
    const mode = next >= until ? 'attached' : place.mode;
    outcome.note({ kind: 'place', place: { ...place, mode, next } });
  }

  #lost(place: Place, range: FetchedRange | undefined): void {
    const { log, clock } = this.#options;
    this.#kept.set(place.agreement, clock.now() + STAND_BACK_MS);
    log.error(
      { agreement: place.agreement, ...at(place), fault: range?.fault },
      'pair is held: what it has not read is not in the log; ask for a new copy with civicbus resync agreement ID --reason TEXT',
    );
  }

  async #readOn(plan: GatewayPlan): Promise<void> {
    const { epoch } = this;
    const { clock, shard, shards } = this.#options;
    const readers = this.#attached(plan);
    const nowMs = clock.now();
    const open = [...readers].filter(([key]) => (this.#blocked.get(key) ?? 0) <= nowMs);
    const positions = open.flatMap(([key, { where }]) => {
      const next = this.progress.main.get(key);
      return next === undefined ? [] : [{ ...where, offset: next }];
    });
    const ranges = await this.#owned.fetchOn(positions);
    const outcome = new Outcome(shard, shards);
    for (const range of ranges) await this.#take(outcome, range, { readers, plan });
    const isQuiet = !outcome.isAccountable && nowMs - this.#owned.committedAtMs < QUIET_NOTE_MS;
    if (isQuiet) for (const entry of outcome.entries) takeEntry(this.progress, entry);
    else if (!outcome.isEmpty) await this.transact(outcome, epoch);
  }

  async #take(
    outcome: Outcome,
    range: FetchedRange,
    {
      readers,
      plan,
    }: { readonly readers: ReadonlyMap<string, Reading>; readonly plan: GatewayPlan },
  ): Promise<void> {
    const key = partitionKey(range);
    const reading = readers.get(key);
    const topic = plan.topics.get(range.topic);
    if (!reading || !topic) return;
    if (range.fault) return this.#block(range, logLost(range));
    const before = this.progress.main.get(key) ?? 0n;
    const { next, blocked } = await collect(outcome, range, { topic, members: reading.members });
    if (blocked !== undefined) this.#block(range, blocked);
    outcome.readTo(range, next);
    if (next > before) outcome.note({ kind: 'main', at: at(range), next });
  }

  /** A record that cannot be read is never passed over: its partition waits, the others go on. */
  #block(where: TopicPartition, error: unknown): void {
    this.#blocked.set(partitionKey(where), this.#options.clock.now() + STAND_BACK_MS);
    this.#options.log.error({ ...at(where), error: messageOf(error) }, 'partition is held');
  }

  #attached(plan: GatewayPlan): ReadonlyMap<string, Reading> {
    const { shard, shards, clock } = this.#options;
    const readings = new Map<string, Reading & { readonly members: Member[] }>();
    for (const place of this.progress.places.values()) {
      if (!isAttached(place) || place.partition % shards !== shard) continue;
      const planned = deliverable(place, plan, clock.now());
      if (!planned) continue;
      const key = partitionKey(place);
      const known = readings.get(key);
      if (known) known.members.push({ planned, place });
      else readings.set(key, { where: at(place), members: [{ planned, place }] });
    }
    return readings;
  }
}

type Reading = { readonly where: TopicPartition; readonly members: readonly Member[] };

function at({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition };
}
