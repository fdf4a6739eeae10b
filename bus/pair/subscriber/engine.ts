/**
 * The subscriber's engine of one agreement in one process: claims partitions of the pair topic and
 * keeps the copy exactly what was sent, whatever dies. SPEC.md states the invariants. Never throws
 * at its caller; what cannot go on is paused with its cause noted, and tried again.
 */
import { backoffMs, TRY_AGAIN_MS } from '../../base/backoff.ts';
import { systemClock, type Clock } from '../../base/clock.ts';
import { BusError, isBusError, messageOf, reactionTo } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import {
  partitionKey,
  type Assignment,
  type Claim,
  type Handled,
  type KafkaAdmin,
  type PartitionHandler,
  type RecordBatch,
  type TopicPartition,
} from '../../kafka/kafka.ts';
import type { SqlDatabase } from '../../sql/sql.ts';
import { adoptLayout, dropFormerColumns } from './adopt.ts';
import { takeUntilSure, type ClaimedPartition } from './claim.ts';
import { readAll, recordSource, type RecordSource, type SubscriberRecord } from './decode.ts';
import type { Dialect } from './dialect.ts';
import { notePartitionFault, readProgress } from './progress-store.ts';
import { settle, type Settled } from './settle.ts';
import { nextStep, takenBy, type Delivery, type Step } from './steps.ts';
import { takeStep, type Held } from './take-step.ts';

export type CopyEngineOptions = {
  readonly agreementId: string;
  readonly topic: string;
  readonly table: string;
  readonly delivery: Delivery;
  /** The only content that may arrive; absent: every version of the agreement. */
  readonly contentHash?: string;
  readonly database: SqlDatabase;
  readonly dialect: Dialect;
  readonly admin: () => Promise<KafkaAdmin>;
  readonly fetchSchema: (schemaId: number) => Promise<unknown>;
  /** Unique to this process and life. */
  readonly owner: string;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  /** Asks the consumer for a fresh claim of one partition. */
  readonly reclaim: (partition: TopicPartition) => void;
  readonly onApplied?: (applied: AppliedRows) => void;
  readonly onSettled?: (settled: Settled) => void;
};

/** Rows of one committed step. */
export type AppliedRows = {
  readonly rows: number;
  /** Of the newest change among them; null where none is known. */
  readonly sourceTimeMs: number | null;
};

const SKIP_INTERVAL_MS = 900;
const HEARTBEAT_MS = 1_000;

export class CopyEngine implements PartitionHandler {
  readonly #options: CopyEngineOptions;
  readonly #clock: Clock;
  readonly #held = new Map<number, Held>();
  readonly #sources = new Map<number, RecordSource>();
  readonly #refused = new Map<number, number>();
  /** Paused at a control record until all partitions have come to it. */
  readonly #waiting = new Set<number>();
  readonly #skippedAt = new Map<number, number>();
  /** The newest claim of each partition; an older one still under way gives way to it. */
  readonly #claims = new Map<number, symbol>();
  /** The content hash whose layout the tables are known to have. */
  #adopted: string | undefined;

  constructor(options: CopyEngineOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Partitions this process reads or waits at. */
  get partitions(): readonly number[] {
    return [...new Set([...this.#held.keys(), ...this.#waiting])].toSorted((a, b) => a - b);
  }

  async claim(assignment: Assignment): Promise<ReadonlyMap<string, Claim>> {
    const id = Symbol('claim');
    const parts = assignment.partitions.map(({ partition }) => partition);
    for (const part of parts) {
      this.#held.delete(part);
      this.#waiting.delete(part);
      this.#claims.set(part, id);
    }
    const current = (part: number): boolean => this.#claims.get(part) === id;
    const { groupGeneration } = assignment;
    const claimed = await takeUntilSure({
      ...this.#options,
      clock: this.#clock,
      parts,
      groupGeneration,
      force: parts.some((part) => this.#refused.get(part) === groupGeneration),
      current: () => parts.some(current),
    });
    if (parts.length > 0) await this.#tidy();
    const byPart = new Map(claimed?.map((found) => [found.progress.part, found]));
    return new Map(
      assignment.partitions.map((partition): [string, Claim] => {
        const found = current(partition.partition) ? byPart.get(partition.partition) : undefined;
        const claim: Claim = found
          ? this.#begin(found, assignment)
          : { kind: 'pause', reason: 'superseded' };
        return [partitionKey(partition), claim];
      }),
    );
  }

  async apply(batch: RecordBatch): Promise<Handled> {
    const held = this.#held.get(batch.partition);
    if (!held || batch.isStale()) return { kind: 'drop' };
    // Something between our progress and this batch was passed over, or all of it is behind us.
    if (batch.fetchOffset > held.next || batch.nextOffset < held.next)
      return { kind: 'seek', offset: held.next };
    const { epoch } = held;
    const ours = (): boolean =>
      !batch.isStale() &&
      !this.#options.signal.aborted &&
      this.#held.get(batch.partition)?.epoch === epoch;
    for (let tries = 1; ours(); tries++) {
      try {
        return await this.#applyAll(batch, ours);
      } catch (error) {
        if (!this.#mayRepeat(error, { part: batch.partition, tries }))
          return this.#giveUp(batch.partition, error);
        await this.#clock.sleep(backoffMs(tries), this.#options.signal).catch(() => {});
        await batch.heartbeat().catch(() => {});
      }
    }
    return { kind: 'drop' };
  }

  async skip(
    position: TopicPartition & { readonly fetchOffset: bigint; readonly nextOffset: bigint },
  ): Promise<Handled> {
    const { partition: part, fetchOffset, nextOffset } = position;
    const held = this.#held.get(part);
    if (!held) return { kind: 'drop' };
    if (fetchOffset > held.next) return { kind: 'seek', offset: held.next };
    const now = this.#clock.now();
    const isSoon = now - (this.#skippedAt.get(part) ?? 0) < SKIP_INTERVAL_MS;
    if (nextOffset <= held.next || isSoon) return { kind: 'done' };
    this.#skippedAt.set(part, now);
    const step: Step = { kind: 'pass', records: 0, state: stateOf(held) };
    try {
      const moved = await takeStep(this.#options, held, { step, next: nextOffset });
      if (moved) this.#held.set(part, moved);
      return moved ? { kind: 'done' } : await this.#missed(part, held);
    } catch (error) {
      // Markers hold nothing: the next batch, or the next skip, notes the same progress.
      this.#options.log.debug({ part, error: messageOf(error) }, 'skip not noted');
      return { kind: 'done' };
    }
  }

  /**
   * Settles what all partitions wait for, also those of other processes, and reads on where a wait is
   * over. Call now and then.
   */
  async watch(): Promise<void> {
    if (this.#waiting.size === 0) return;
    await this.#settle();
    const progress = await readProgress(this.#options.database, this.#options.agreementId);
    for (const { part, mode } of progress) {
      if (mode === 'waiting' || !this.#waiting.has(part)) continue;
      this.#waiting.delete(part);
      this.#options.reclaim({ topic: this.#options.topic, partition: part });
    }
  }

  /** What an exchange could not finish is finished at the next claim. */
  async #tidy(): Promise<void> {
    await dropFormerColumns(this.#options).catch((error: unknown) =>
      this.#options.log.warn({ error: messageOf(error) }, 'former columns not dropped yet'),
    );
  }

  #begin({ progress, verdict }: ClaimedPartition, { groupGeneration }: Assignment): Claim {
    const { part, owner } = progress;
    if (verdict !== 'go' || owner === null) {
      this.#refused.set(part, groupGeneration);
      this.#reclaimLater(part, backoffMs(20));
      return { kind: 'pause', reason: 'held by a newer member' };
    }
    this.#refused.delete(part);
    if (progress.mode === 'waiting') return this.#await(part);
    this.#held.set(part, { ...progress, owner });
    const { contentHash, fetchSchema } = this.#options;
    const pinned = contentHash === undefined ? {} : { contentHash };
    if (!this.#sources.has(part))
      this.#sources.set(part, recordSource({ partition: part, fetchSchema, ...pinned }));
    this.#options.log.info(
      { part, mode: progress.mode, next: progress.next.toString() },
      'partition claimed',
    );
    return { kind: 'start', offset: progress.next };
  }

  /** Applies everything of a batch that is not applied yet, step by step. */
  async #applyAll(batch: RecordBatch, ours: () => boolean): Promise<Handled> {
    const part = batch.partition;
    const raw = batch.records.filter(({ offset }) => offset >= this.#nextOf(part));
    const source = this.#sources.get(part);
    await source?.prepare(raw);
    const { records, fault } = readAll(source, raw);
    for (let at = 0; ours();) {
      const held = this.#held.get(part);
      if (!held) return { kind: 'drop' };
      if (held.mode === 'waiting') {
        const waits = await alive(batch, () => this.#waitsStill(part, held.epoch));
        if (waits) return waits;
        continue;
      }
      if (at > 0 && at >= records.length && fault === undefined) return { kind: 'done' };
      const rest = records.slice(at);
      if (rest.length === 0 && fault !== undefined) throw fault;
      const step = nextStep(rest, { ...this.#options, state: stateOf(held), partition: part });
      at += takenBy(step);
      const isLast = at >= records.length && fault === undefined;
      const next = isLast ? batch.nextOffset : afterStep(rest, step);
      await this.#adopt(step);
      const moved = await takeStep(this.#options, held, { step, next });
      if (!moved) return this.#missed(part, held);
      this.#held.set(part, moved);
      this.#noteApplied(step);
      if (isLast && step.kind !== 'wait') return { kind: 'done' };
    }
    return { kind: 'drop' };
  }

  #nextOf(part: number): bigint {
    return this.#held.get(part)?.next ?? 0n;
  }

  /** The tables fit what the step writes, before it writes. */
  async #adopt(step: Step): Promise<void> {
    if (step.kind === 'pass') return;
    const [record] = step.kind === 'rows' ? step.rows : [step.record];
    if (!record || record.layout.contentHash === this.#adopted) return;
    await adoptLayout(this.#options, record);
    this.#adopted = record.layout.contentHash;
  }

  /** At a control record: undefined when all had come to it and reading may go on. */
  async #waitsStill(part: number, epoch: bigint): Promise<Handled | undefined> {
    await this.#settle();
    const progress = await readProgress(this.#options.database, this.#options.agreementId);
    const mine = progress.find((one) => one.part === part);
    if (!mine || mine.epoch !== epoch) return { kind: 'drop' };
    if (mine.mode === 'waiting') {
      this.#held.delete(part);
      const { reason } = this.#await(part);
      return { kind: 'pause', reason };
    }
    this.#held.set(part, { ...mine, owner: this.#options.owner });
    return undefined;
  }

  #await(part: number): { readonly kind: 'pause'; readonly reason: string } {
    this.#waiting.add(part);
    return { kind: 'pause', reason: 'waits for the other partitions' };
  }

  async #settle(): Promise<void> {
    const { log, onSettled } = this.#options;
    const settled = await settle({ ...this.#options, nowMs: this.#clock.now() });
    if (settled.kind === 'not-yet') return;
    if (settled.kind === 'copied') await this.#tidy();
    if (settled.kind === 'mismatch') log.error({ code: settled.fault.code }, settled.fault.message);
    else log.info(settled, 'copy settled');
    onSettled?.(settled);
  }

  /** Why the compare-and-set did not hold, and what follows. */
  async #missed(part: number, held: Held): Promise<Handled> {
    const now = await this.#refresh(part, held.epoch);
    const waits = now?.mode === 'waiting' ? await this.#waitsStill(part, now.epoch) : undefined;
    if (waits) return waits;
    if (now) return { kind: 'seek', offset: now.next };
    this.#reclaimLater(part, backoffMs(20));
    return { kind: 'pause', reason: 'held by a newer member' };
  }

  /** Reads the partition's state anew; undefined when it is no longer ours. */
  async #refresh(part: number, epoch: bigint): Promise<Held | undefined> {
    const progress = await readProgress(this.#options.database, this.#options.agreementId);
    const mine = progress.find((one) => one.part === part);
    if (mine?.epoch === epoch && mine.owner === this.#options.owner) {
      const held = { ...mine, owner: mine.owner };
      this.#held.set(part, held);
      return held;
    }
    this.#held.delete(part);
    return undefined;
  }

  #mayRepeat(error: unknown, { part, tries }: { part: number; tries: number }): boolean {
    const about = { part, tries, error: messageOf(error) };
    if (!isBusError(error, 'SQL_COMMIT_UNKNOWN') && reactionTo(error) !== 'retry') return false;
    this.#options.log.warn(about, 'batch not applied yet');
    return true;
  }

  /** The cause is noted for everybody to see; it is tried again, as somebody may have removed it. */
  async #giveUp(part: number, error: unknown): Promise<Handled> {
    const { database, agreementId, log } = this.#options;
    const fault = error instanceof BusError ? error : undefined;
    const code = fault?.code ?? 'BUS_BUG';
    log.error({ part, code, error: messageOf(error) }, 'partition stands still');
    const detail = `${messageOf(error)} ${fault?.remedy ?? ''}`.trim();
    await notePartitionFault(database, { agreementId, part }, { code, detail }).catch(() => {});
    this.#held.delete(part);
    this.#adopted = undefined;
    this.#reclaimLater(part, TRY_AGAIN_MS);
    return { kind: 'pause', reason: code };
  }

  #reclaimLater(part: number, delayMs: number): void {
    const partition = { topic: this.#options.topic, partition: part };
    void this.#clock
      .sleep(delayMs, this.#options.signal)
      .then(() => this.#options.reclaim(partition))
      .catch(() => {});
  }

  #noteApplied(step: Step): void {
    if (step.kind !== 'rows') return;
    const times = step.rows.flatMap(({ sourceTimeMs: at }) => (at === null ? [] : [at]));
    const sourceTimeMs = times.length === 0 ? null : times.reduce((a, b) => Math.max(a, b));
    this.#options.onApplied?.({ rows: step.rows.length, sourceTimeMs });
  }
}

/** Tells the group that this member lives while `work` exchanges a big copy. */
async function alive<T>(batch: RecordBatch, work: () => Promise<T>): Promise<T> {
  const beat = setInterval(() => void batch.heartbeat().catch(() => {}), HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
  }
}

function stateOf({
  mode,
  generation,
  control,
}: Held): Pick<Held, 'mode' | 'generation' | 'control'> {
  return { mode, generation, control };
}

function afterStep(rest: readonly SubscriberRecord[], step: Step): bigint {
  const last = rest[takenBy(step) - 1];
  return last === undefined ? 0n : last.offset + 1n;
}
