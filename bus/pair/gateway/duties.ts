/**
 * What a shard's owner does beside reading: brings pairs that are far behind nearer in lanes,
 * writes whole copies, and tells subscribers of the end of an agreement. Each pair's copies and end
 * are the business of one shard, so that nobody writes them twice.
 */
import { createHash } from 'node:crypto';
import { isBusError, messageOf } from '../../base/errors.ts';
import type { KafkaAdmin, TransactionalProducer } from '../../kafka/kafka.ts';
import type { SqlDatabase } from '../../sql/sql.ts';
import type { End } from '../control-record.ts';
import { copyPair } from './copy.ts';
import { LANES_MAX, laneId, runLane } from './lane.ts';
import { hasEnded, mayDeliver } from './lease.ts';
import { Outcome } from './outcome.ts';
import type { GatewayPlan, PlannedPair } from './plan.ts';
import { takeEntry, type CopyState } from './progress.ts';
import { stepsOf } from './settle.ts';
import { requirePermission, SHARD, type Shard, type ShardOptions } from './shard.ts';

export type DutyPorts = { readonly admin: KafkaAdmin; readonly hub: SqlDatabase };

const DUTY = { pollMs: 100, copiesMax: 2 } as const;

/** Transactional ids, beside its own, that a new owner of the shard has to fence. */
export function dutyIds(shard: number): readonly string[] {
  const lanes = Array.from({ length: LANES_MAX }, (_, slot) => laneId(shard, slot));
  const copies = Array.from({ length: DUTY.copiesMax }, (_, slot) => copyId(shard, slot));
  return [...lanes, ...copies];
}

function copyId(shard: number, slot: number): string {
  return `gateway.${shard}.copy.${slot}`;
}

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

class Duties {
  readonly #shard: Shard;
  readonly #options: ShardOptions;
  readonly #ports: DutyPorts;
  readonly #signal: AbortSignal;
  readonly #lanes = new Map<number, Promise<void>>();
  readonly #copies = new Map<number, Promise<void>>();
  readonly #busy = new Set<string>();
  readonly #standBack = new Map<string, number>();

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
    for (const planned of plan.pairs.values()) {
      const { id } = planned.pair.agreement;
      const isHome = homeShard(id, this.#options.shards) === this.#options.shard;
      const isBack = (this.#standBack.get(id) ?? 0) <= this.#options.clock.now();
      if (!isHome || this.#busy.has(id) || !isBack) continue;
      if (this.#needsCopy(planned))
        this.#inSlot(id, (producer) => this.#copy(planned, plan, producer));
      else if (this.#needsEnd(planned))
        this.#inSlot(id, (producer) => this.#end(planned, producer));
    }
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
      const slot = freeSlot(this.#lanes, LANES_MAX);
      if (slot === undefined) return;
      if (kind !== 'lane' || this.#shard.laned.has(place.agreement)) continue;
      this.#shard.laned.add(place.agreement);
      const lane = { slot, of: this.#shard, options: this.#options, signal: this.#signal };
      const running = runLane(place.agreement, lane).finally(() => {
        this.#shard.laned.delete(place.agreement);
        this.#lanes.delete(slot);
      });
      this.#lanes.set(slot, running);
    }
  }

  /** Runs `work` with a producer of a free slot; a failure is tried again after a while. */
  #inSlot(agreement: string, work: (producer: TransactionalProducer) => Promise<void>): void {
    const slot = freeSlot(this.#copies, DUTY.copiesMax);
    if (slot === undefined) return;
    this.#busy.add(agreement);
    const { kafka, shard, log, clock } = this.#options;
    const running = (async () => {
      const producer = await kafka.transactional(copyId(shard, slot));
      try {
        await work(producer);
      } finally {
        await producer.close();
      }
    })()
      .catch((error: unknown) => {
        this.#standBack.set(agreement, clock.now() + SHARD.standBackMs);
        log.warn({ agreement, shard, error: messageOf(error) }, 'copy or end not written');
      })
      .finally(() => {
        this.#busy.delete(agreement);
        this.#copies.delete(slot);
      });
    this.#copies.set(slot, running);
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

  async #copy(
    planned: PlannedPair,
    plan: GatewayPlan,
    producer: TransactionalProducer,
  ): Promise<void> {
    const { shard, shards, clock, log } = this.#options;
    const { id: agreement } = planned.pair.agreement;
    const generation = (this.#shard.progress.copies.get(agreement)?.generation ?? 0) + 1;
    log.info({ agreement, generation }, 'whole copy begins');
    // Remembered before it begins: a copy that fails half-way is followed by the next generation.
    const running: CopyState = {
      agreement,
      request: planned.leased.request,
      contentHash: planned.pair.agreement.contentHash,
      generation,
      state: 'running',
    };
    takeEntry(this.#shard.progress, { kind: 'copy', copy: running });
    const done = await copyPair({
      planned,
      plan,
      generation,
      shard,
      shards,
      ports: {
        ...this.#ports,
        producer,
        nowMs: () => clock.now(),
        permit: (outcome) => requirePermission(outcome.agreements, this.#options),
      },
    });
    for (const entry of done.entries) takeEntry(this.#shard.progress, entry);
    log.info({ agreement, generation, rows: done.rows }, 'whole copy written');
  }

  async #end(planned: PlannedPair, producer: TransactionalProducer): Promise<void> {
    const { shard, shards, clock, log } = this.#options;
    const { id: agreement, contentHash } = planned.pair.agreement;
    const outcome = new Outcome(shard, shards);
    const isOver = clock.now() >= Date.parse(planned.pair.agreement.notAfter);
    const reason = isOver ? 'expired' : 'revoked';
    const body: End = { reason, at: new Date(clock.now()).toISOString() };
    const generation = this.#shard.progress.copies.get(agreement)?.generation ?? 1;
    outcome.control(planned, 'END', { generation, sequence: 0n, body });
    outcome.note({ kind: 'ended', agreement, contentHash });
    try {
      await producer.commit(outcome.sends(clock.now()));
    } catch (error) {
      // The topic is gone already: there is nobody left to tell.
      if (!isBusError(error, 'KAFKA_TOPIC_REFUSED')) throw error;
      log.warn({ agreement }, 'end not told: the topic of the pair cannot be written');
    }
    for (const entry of outcome.entries) takeEntry(this.#shard.progress, entry);
    log.info({ agreement, reason }, 'end told');
  }
}

function freeSlot(taken: ReadonlyMap<number, unknown>, max: number): number | undefined {
  for (let slot = 0; slot < max; slot++) if (!taken.has(slot)) return slot;
  return undefined;
}
