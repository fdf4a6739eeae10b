/**
 * What a shard's owner does beside reading: brings pairs that are far behind nearer in lanes,
 * writes whole copies, and tells subscribers of the end of an agreement. Each pair's copies and end
 * are the business of one shard, so that nobody writes them twice.
 */
import { createHash } from 'node:crypto';
import { must } from '../../base/assert.ts';
import { isBusError, messageOf } from '../../base/errors.ts';
import type { KafkaAdmin } from '../../kafka/kafka.ts';
import type { End } from '../control-record.ts';
import { copyPair } from './copy.ts';
import { findCut, type HubCuts } from './daily/cuts.ts';
import { dailyNote, deliverDay, readDaily, type DailyState } from './daily/day.ts';
import { cutId, dueDay } from './daily/due.ts';
import { LANES_MAX, runLane } from './lane.ts';
import type { HubMoments } from './hub-moment.ts';
import type { KnownViews } from './known-views.ts';
import { hasEnded, mayDeliver } from './lease.ts';
import { Outcome } from './outcome.ts';
import { LeaseChanged, Superseded } from './ownership.ts';
import type { GatewayPlan, PlannedPair } from './plan.ts';
import { stepsOf } from './settle.ts';
import type { Shard, ShardOptions } from './shard.ts';

export type DutyPorts = {
  readonly admin: KafkaAdmin;
  readonly hub: HubMoments;
  readonly views: KnownViews;
  readonly cuts: HubCuts;
  readonly isWorkingDay: (date: string) => boolean;
};

const DUTY = { pollMs: 100, copiesMax: 2, retryMs: 1_000 } as const;

/** The shard that writes a pair's copies and its end. */
export function homeShard(agreement: string, shards: number): number {
  return createHash('sha256').update(agreement).digest().readUInt32BE(0) % shards;
}

/** Works until the signal fires. */
export async function runDuties(
  shard: Shard,
  options: ShardOptions,
  { ports, signal }: { readonly ports: DutyPorts; readonly signal: AbortSignal },
): Promise<void> {
  const { clock, lease, plans, log } = options;
  const duties = new Duties(shard, options, ports, signal);
  while (!signal.aborted) {
    const snapshot = lease.current();
    try {
      if (snapshot && shard.isReady) duties.begin(plans.of(snapshot));
    } catch (error) {
      log.warn({ shard: options.shard, error: messageOf(error) }, 'duties not begun');
    }
    await clock.sleep(DUTY.pollMs, signal).catch(() => undefined);
  }
  await duties.ended();
}

/** A day whose cut-off has passed, and how far its pair is. */
type DueDay = { readonly day: string; readonly state: DailyState };

class Duties {
  readonly #shard: Shard;
  readonly #options: ShardOptions;
  readonly #ports: DutyPorts;
  readonly #signal: AbortSignal;
  readonly #lanes = new Map<string, Promise<void>>();
  readonly #copies = new Map<string, Promise<void>>();
  readonly #standBack = new Map<string, number>();
  readonly #generations = new Map<string, number>();
  #home: { readonly plan: GatewayPlan; readonly pairs: readonly PlannedPair[] } | undefined;

  constructor(shard: Shard, options: ShardOptions, ports: DutyPorts, signal: AbortSignal) {
    this.#shard = shard;
    this.#options = options;
    this.#ports = ports;
    this.#signal = signal;
  }

  async ended(): Promise<void> {
    await Promise.allSettled([...this.#lanes.values(), ...this.#copies.values()]);
  }

  begin(plan: GatewayPlan): void {
    this.#beginLanes(plan);
    for (const planned of this.#homePairs(plan)) {
      const { id } = planned.pair.agreement;
      const isBack = (this.#standBack.get(id) ?? 0) <= this.#options.clock.now();
      if (this.#copies.has(id) || !isBack) continue;
      const due = this.#dueDay(planned);
      const needsCopy = this.#needsCopy(planned);
      if ((needsCopy || due) && !this.#ports.views.isThere(planned.pair)) continue;
      if (needsCopy) this.#alone(planned, () => this.#copy(planned, plan));
      else if (due) this.#alone(planned, () => this.#day(planned, { plan, ...due }));
      else if (this.#needsEnd(planned)) this.#alone(planned, () => this.#end(planned));
    }
  }

  /** Found once for each plan: this is asked ten times a second. */
  #homePairs(plan: GatewayPlan): readonly PlannedPair[] {
    const { shard, shards } = this.#options;
    if (this.#home?.plan !== plan) {
      const all = [...plan.pairs.values()];
      const pairs = all.filter(({ pair }) => homeShard(pair.agreement.id, shards) === shard);
      this.#home = { plan, pairs };
    }
    return this.#home.pairs;
  }

  #beginLanes(plan: GatewayPlan): void {
    const { shard, shards, clock } = this.#options;
    const steps = stepsOf(this.#shard.progress, {
      plan,
      isOurs: (partition) => partition % shards === shard,
      isKept: (agreement) => this.#shard.laned.has(agreement),
      nowMs: clock.now(),
    });
    for (const { kind, place } of steps) {
      const { agreement } = place;
      if (this.#lanes.size >= LANES_MAX) return;
      if (kind !== 'lane' || this.#shard.laned.has(agreement)) continue;
      this.#shard.laned.add(agreement);
      const lane = { of: this.#shard, options: this.#options, signal: this.#signal };
      const running = runLane(agreement, lane).finally(() => {
        this.#shard.laned.delete(agreement);
        this.#lanes.delete(agreement);
      });
      this.#lanes.set(agreement, running);
    }
  }

  /** Runs `work` while fewer than so many run; a failure is tried again after a while. */
  #alone({ pair }: PlannedPair, work: () => Promise<void>): void {
    if (this.#copies.size >= DUTY.copiesMax) return;
    const { id: agreement } = pair.agreement;
    const { shard, log, clock } = this.#options;
    const running = work()
      .catch((error: unknown) => {
        const isPassing = error instanceof Superseded || error instanceof LeaseChanged;
        this.#standBack.set(agreement, clock.now() + (isPassing ? 0 : DUTY.retryMs));
        if (isBusError(error, 'SQL_ACCESS_DENIED')) this.#ports.views.doubt(pair);
        log.info({ agreement, shard, error: messageOf(error) }, 'copy or end not written');
      })
      .finally(() => this.#copies.delete(agreement));
    this.#copies.set(agreement, running);
  }

  #needsCopy({ leased, pair }: PlannedPair): boolean {
    if (!mayDeliver(leased, this.#options.clock.now())) return false;
    const copy = this.#shard.progress.copies.get(pair.agreement.id);
    const isAnswered =
      copy?.contentHash === pair.agreement.contentHash && copy.request >= leased.request;
    // One that runs, and not here, was cut off.
    return !isAnswered || copy.state === 'running';
  }

  #needsEnd({ leased, pair }: PlannedPair): boolean {
    const { progress } = this.#shard;
    const copy = progress.copies.get(pair.agreement.id);
    const isTold = progress.ended.get(pair.agreement.id) === pair.agreement.contentHash;
    return hasEnded(leased) && !isTold && copy?.contentHash === pair.agreement.contentHash;
  }

  async #copy(planned: PlannedPair, plan: GatewayPlan): Promise<void> {
    const { shard, shards, log } = this.#options;
    const { epoch } = this.#shard;
    const { id: agreement } = planned.pair.agreement;
    const known = this.#shard.progress.copies.get(agreement)?.generation ?? 0;
    // Also one whose beginning the log does not show must not be used twice.
    const generation = Math.max(known, this.#generations.get(agreement) ?? 0) + 1;
    this.#generations.set(agreement, generation);
    log.info({ agreement, generation }, 'whole copy begins');
    const transact = (outcome: Outcome): Promise<void> => this.#shard.transact(outcome, epoch);
    const nowMs = (): number => this.#options.clock.now();
    const ports = { ...this.#ports, nowMs, transact };
    const rows = await copyPair({ planned, plan, generation, shard, shards, ports });
    log.info({ agreement, generation, rows }, 'whole copy written');
  }

  #dueDay({ pair, leased }: PlannedPair): DueDay | undefined {
    const { id, contentHash } = pair.agreement;
    const { daily } = pair.delivery;
    const nowMs = this.#options.clock.now();
    if (!daily || !mayDeliver(leased, nowMs)) return undefined;
    const state = readDaily(this.#shard.progress.notes.get(dailyNote(id)));
    if (state?.contentHash !== contentHash) return undefined;
    const { lastDay, sinceMs } = state;
    const { isWorkingDay } = this.#ports;
    const day = dueDay(daily, { lastDay, sinceMs, nowMs, isWorkingDay });
    return day === undefined ? undefined : { day, state };
  }

  /** Makes the cut, waits until capture has come there, and delivers the day. */
  async #day(
    planned: PlannedPair,
    { plan, day, state }: DueDay & { readonly plan: GatewayPlan },
  ): Promise<void> {
    const { epoch } = this.#shard;
    const { kafka, shard, shards, clock, log, plans } = this.#options;
    const { pair } = planned;
    const id = cutId(must(pair.delivery.daily, 'a daily pair'), day);
    await this.#ports.cuts.make(pair.resource, id);
    const reader = await kafka.reader();
    try {
      const ports = { admin: this.#ports.admin, reader, fetchSchema: plans.fetchSchema };
      let cut: bigint | undefined;
      while ((cut = await findCut(pair.resource, id, ports)) === undefined)
        await clock.sleep(DUTY.pollMs, this.#signal);
      const transact = (outcome: Outcome): Promise<void> => this.#shard.transact(outcome, epoch);
      const job = { planned, plan, state, day, cut, shard, shards };
      const keys = await deliverDay({ ...job, ports: { ...ports, transact } });
      log.info({ agreement: pair.agreement.id, day, keys }, 'day delivered');
    } finally {
      await reader.close();
    }
  }

  async #end(planned: PlannedPair): Promise<void> {
    const { epoch } = this.#shard;
    const { shard, shards, clock, log } = this.#options;
    const { id: agreement, contentHash } = planned.pair.agreement;
    const outcome = new Outcome(shard, shards);
    const isOver = clock.now() >= Date.parse(planned.pair.agreement.notAfter);
    const reason = isOver ? 'expired' : 'revoked';
    const body: End = { reason, at: new Date(clock.now()).toISOString() };
    const generation = this.#shard.progress.copies.get(agreement)?.generation ?? 1;
    outcome.control(planned, 'END', { generation, sequence: 0n, body });
    outcome.note({ kind: 'ended', agreement, contentHash });
    await this.#shard.transact(outcome, epoch);
    log.info({ agreement, reason }, 'end told');
  }
}
