/**
 * One shard of the gateway: its partitions of every view topic, read once for all pairs that are
 * attached, written in one transaction a round. Whatever fails, nothing of the round happened: the
 * predecessor is fenced, progress is read again, and the shard goes on from there.
 */
import { BusError, isBusError, messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Clock } from '../../base/clock.ts';
import {
  partitionKey,
  type FetchedRange,
  type KafkaAdmin,
  type KafkaBus,
  type LogReader,
  type TopicPartition,
  type TransactionalProducer,
} from '../../kafka/kafka.ts';
import { GATEWAY } from '../access.ts';
import { collect, type Member } from './collect.ts';
import { mayDeliver, type Lease } from './lease.ts';
import { Outcome } from './outcome.ts';
import type { GatewayPlan, Plans } from './plan.ts';
import {
  emptyProgress,
  PROGRESS_TOPIC,
  takeEntry,
  takeForeign,
  takeRecord,
  type Place,
  type Progress,
} from './progress.ts';
import { deliverable, isAttached, stepsOf, type Step } from './settle.ts';

export type ShardOptions = {
  readonly shard: number;
  readonly shards: number;
  readonly kafka: KafkaBus;
  readonly admin: KafkaAdmin;
  readonly lease: Lease;
  readonly plans: Plans;
  readonly log: Log;
  readonly clock: Clock;
  readonly onCommitted?: (committed: Committed) => void;
};

export type Committed = { readonly shard: number; readonly records: number };

export const SHARD = {
  fetchWaitMs: 200,
  fetchBytesMax: 8_388_608,
  fetchBytesPerPartition: 1_048_576,
  /** A pair whose topic cannot be written, and a partition that cannot be read, are tried again after this. */
  standBackMs: 5_000,
  retryMs: 500,
  /** Longer than the broker lets a transaction stay open. */
  openTransactionMs: 20_000,
  /** Progress over nothing but markers is noted so often. */
  quietNoteMs: 10_000,
} as const;

/** The lease changed while a transaction was made: nothing of it happened. */
export class LeaseChanged extends Error {}

/** Progress was read again since the work began: it has to begin again too. */
export class Superseded extends Error {}

export class Shard {
  readonly #options: ShardOptions;
  #progress: Progress = emptyProgress();
  #tail = 0n;
  #producer: TransactionalProducer | undefined;
  #reader: LogReader | undefined;
  #notedAt = 0;
  #ready = false;
  #epoch = 0;
  #turn: Promise<void> = Promise.resolve();
  readonly #kept = new Map<string, number>();
  readonly #blocked = new Map<string, number>();
  /** Pairs that a lane works on; main leaves their places alone. */
  readonly #laned = new Set<string>();

  constructor(options: ShardOptions) {
    this.#options = options;
  }

  /** Whether its progress is known; before, nobody may act upon it. */
  get isReady(): boolean {
    return this.#ready;
  }

  get progress(): Progress {
    return this.#progress;
  }

  get laned(): Set<string> {
    return this.#laned;
  }

  /** Grows whenever progress was read again: work begun before must not be committed after. */
  get epoch(): number {
    return this.#epoch;
  }

  /**
   * One transaction of this shard, for main, lanes and copies alike: one owner's fence holds for
   * all of them. Throws Superseded when progress was read again since `epoch`, LeaseChanged when a
   * pair in it may not deliver any more, and what the producer throws; then nothing happened, or
   * nobody knows and progress is read again before the next.
   */
  transact(outcome: Outcome, epoch: number): Promise<void> {
    return this.#inTurn(() => this.#commit(outcome, epoch));
  }

  /** Works until the signal fires; throws KAFKA_FENCED when another process took the shard over. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, shard } = this.#options;
    try {
      while (!signal.aborted) {
        try {
          if (!this.#ready) await this.#inTurn(() => this.#claim());
          await this.#round(signal);
        } catch (error) {
          if (signal.aborted) break;
          if (error instanceof LeaseChanged || error instanceof Superseded) continue;
          if (isBusError(error, 'KAFKA_FENCED')) throw error;
          this.#ready = false;
          this.#standBack(error);
          log.warn({ shard, error: messageOf(error) }, 'shard begins again');
          await clock.sleep(SHARD.retryMs, signal).catch(() => undefined);
        }
      }
    } finally {
      await this.close();
    }
  }

  async close(): Promise<void> {
    await this.#producer?.close();
    await this.#reader?.close();
    this.#producer = undefined;
    this.#reader = undefined;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }

  /** Ends what a predecessor left open, then reads how far it came. */
  async #claim(): Promise<void> {
    const { kafka, shard, clock } = this.#options;
    this.#epoch++;
    this.#producer ??= await kafka.transactional(`${GATEWAY.transactionalPrefix}${shard}`);
    this.#reader ??= await kafka.reader();
    await this.#producer.fence();
    const end = await this.#endOfProgress();
    const read = await readProgress(this.#reader, { shard, end, clock });
    this.#progress = read.progress;
    this.#tail = read.next;
    this.#ready = true;
  }

  /** The end of the log itself: what stands behind an open transaction counts too. */
  async #endOfProgress(): Promise<bigint> {
    const ends = await this.#options.admin.writtenEnds([PROGRESS_TOPIC]);
    return ends.find(({ partition }) => partition === this.#options.shard)?.offset ?? 0n;
  }

  /** A transaction that another topic refused is made again without that pair. */
  #standBack(error: unknown): void {
    if (!isBusError(error, 'KAFKA_TOPIC_REFUSED')) return;
    const { topic } = error.details;
    if (typeof topic !== 'string' || !topic.startsWith('pair.')) return;
    this.#kept.set(topic.slice('pair.'.length), this.#options.clock.now() + SHARD.standBackMs);
    this.#options.log.error({ topic }, 'pair is held: its topic cannot be written');
  }

  async #round(signal: AbortSignal): Promise<void> {
    const { lease, plans, clock, shard, shards } = this.#options;
    const snapshot = lease.current();
    if (!snapshot) {
      await clock.sleep(SHARD.retryMs / 5, signal).catch(() => undefined);
      return;
    }
    const plan = plans.of(snapshot);
    const epoch = this.#epoch;
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
    return stepsOf(this.#progress, { plan, isOurs, isKept, nowMs });
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
    if (!topic || !this.#reader) return;
    let next = place.next;
    if (next < until) {
      const [range] = await this.#reader.fetch([{ ...at(place), offset: next }], limits(0));
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
    this.#kept.set(place.agreement, clock.now() + SHARD.standBackMs);
    log.error(
      { agreement: place.agreement, ...at(place), fault: range?.fault },
      'pair is held: what it has not read is not in the log; ask for a new copy with civicbus resync agreement ID --reason TEXT',
    );
  }

  async #readOn(plan: GatewayPlan): Promise<void> {
    const epoch = this.#epoch;
    const { clock, shard, shards } = this.#options;
    const readers = this.#attached(plan);
    const nowMs = clock.now();
    const open = [...readers].filter(([key]) => (this.#blocked.get(key) ?? 0) <= nowMs);
    const positions = open.flatMap(([key, { where }]) => {
      const next = this.#progress.main.get(key);
      return next === undefined ? [] : [{ ...where, offset: next }];
    });
    const tail = { topic: PROGRESS_TOPIC, partition: shard, offset: this.#tail };
    const [foreign, ...ranges] =
      (await this.#reader?.fetch([tail, ...positions], limits(SHARD.fetchWaitMs))) ?? [];
    this.#takeTail(foreign);
    const outcome = new Outcome(shard, shards);
    for (const range of ranges) await this.#take(outcome, range, { readers, plan });
    const isQuiet = !outcome.isAccountable && nowMs - this.#notedAt < SHARD.quietNoteMs;
    if (isQuiet) for (const entry of outcome.entries) takeEntry(this.#progress, entry);
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
    const before = this.#progress.main.get(key) ?? 0n;
    const { next, blocked } = await collect(outcome, range, { topic, members: reading.members });
    if (blocked !== undefined) this.#block(range, blocked);
    outcome.readTo(range, next);
    if (next > before) outcome.note({ kind: 'main', at: at(range), next });
  }

  /** A record that cannot be read is never passed over: its partition waits, the others go on. */
  #block(where: TopicPartition, error: unknown): void {
    this.#blocked.set(partitionKey(where), this.#options.clock.now() + SHARD.standBackMs);
    this.#options.log.error({ ...at(where), error: messageOf(error) }, 'partition is held');
  }

  #takeTail(range: FetchedRange | undefined): void {
    if (!range) return;
    if (range.fault === 'out-of-range') throw logLost(range);
    for (const record of range.records) takeForeign(this.#progress, record);
    this.#tail = range.nextOffset;
  }

  #attached(plan: GatewayPlan): ReadonlyMap<string, Reading> {
    const { shard, shards, clock } = this.#options;
    const readings = new Map<string, Reading & { readonly members: Member[] }>();
    for (const place of this.#progress.places.values()) {
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

  async #commit(outcome: Outcome, epoch: number): Promise<void> {
    const { clock, shard } = this.#options;
    if (!this.#ready || epoch !== this.#epoch || !this.#producer) throw new Superseded();
    try {
      await this.#producer.commit(outcome.sends(clock.now()), {
        beforeCommit: () => requirePermission(outcome.agreements, this.#options),
      });
    } catch (error) {
      if (!(error instanceof LeaseChanged)) this.#ready = false;
      throw error;
    }
    for (const entry of outcome.entries) takeEntry(this.#progress, entry);
    this.#notedAt = clock.now();
    this.#options.onCommitted?.({ shard, records: outcome.records });
  }
}

type Reading = { readonly where: TopicPartition; readonly members: readonly Member[] };

/** Throws where one of the agreements, given with their hashes, may not deliver any more. */
function requirePermission(
  agreements: ReadonlyMap<string, string>,
  { lease, clock }: { readonly lease: Lease; readonly clock: Clock },
): void {
  for (const [agreement, contentHash] of agreements) {
    const leased = lease.pair(agreement);
    const isSame = leased?.pair.agreement.contentHash === contentHash;
    if (!isSame || !mayDeliver(leased, clock.now())) throw new LeaseChanged();
  }
}

/**
 * The whole progress of one shard up to `end`, and where its tail begins. Waits for transactions
 * that are open before `end`: they end soon, or their time ends them.
 */
export async function readProgress(
  reader: LogReader,
  { shard, end, clock }: { readonly shard: number; readonly end: bigint; readonly clock: Clock },
): Promise<{ readonly progress: Progress; readonly next: bigint }> {
  const progress = emptyProgress();
  const where = { topic: PROGRESS_TOPIC, partition: shard };
  const deadline = clock.now() + SHARD.openTransactionMs;
  let next = 0n;
  while (next < end) {
    const [range] = await reader.fetch([{ ...where, offset: next }], limits(SHARD.fetchWaitMs));
    if (range?.fault === 'out-of-range' && range.logStart > next) {
      next = range.logStart;
      continue;
    }
    if (!range || range.fault || (range.nextOffset <= next && clock.now() > deadline)) {
      const fault = range?.fault ?? 'a transaction stays open';
      throw new BusError('GATEWAY_PROGRESS_UNREADABLE', { ...where, fault });
    }
    for (const record of range.records) takeRecord(progress, record);
    next = range.nextOffset;
  }
  return { progress, next };
}

function logLost({ topic, partition, fault }: FetchedRange): BusError {
  return new BusError('GATEWAY_LOG_LOST', { topic, partition, fault });
}

/** Of every fetch of a shard and its lanes. */
export function limits(waitMs: number) {
  const { fetchBytesMax: bytesMax, fetchBytesPerPartition: bytesPerPartitionMax } = SHARD;
  return { waitMs, bytesMax, bytesPerPartitionMax };
}

function at({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition };
}
