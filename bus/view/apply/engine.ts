/**
 * The apply engine of one view in one process: claims partitions, applies their batches exactly
 * once in effect, and keeps units apart so that one bad table stops nothing else. SPEC.md states
 * the invariants. Never throws at its caller; what cannot go on is paused with a reason.
 */
import { must } from '../../base/assert.ts';
import { BACKOFF, backoffMs } from '../../base/backoff.ts';
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
  type RawRecord,
  type RecordBatch,
  type TopicPartition,
} from '../../kafka/kafka.ts';
import type { SqlDatabase } from '../../sql/sql.ts';
import type { UnitPlan } from '../compile/compile.ts';
import { advance, haltUnit, readOffsets } from '../store/offset-store.ts';
import { takeUntilSure, type Judged } from './claim.ts';
import { unitDecoder, type Decoded, type RecordReader } from './decode.ts';
import { missOutcome, progressOf, type Held, type Unit } from './held.ts';
import { reduceByKey } from './reduce.ts';
import { writeBatch } from './write.ts';

export type EngineOptions = {
  readonly plans: readonly UnitPlan[];
  readonly readerFor: (plan: UnitPlan) => RecordReader;
  readonly database: SqlDatabase;
  readonly admin: () => Promise<KafkaAdmin>;
  /** Unique to this process and life; written into the offsets of claimed partitions. */
  readonly owner: string;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  /** Asks the consumer for a fresh claim of one partition. */
  readonly reclaim: (partition: TopicPartition) => void;
  readonly onApplied?: (applied: Applied) => void;
};

/** What one committed batch changed, for counters. */
export type Applied = TopicPartition & {
  readonly unit: string;
  readonly records: number;
  readonly rows: number;
  readonly deadLetters: number;
  readonly nextOffset: bigint;
  readonly elapsedMs: number;
};

/** A little below the second at which the consumer tells of markers: what it tells last must not be passed over. */
const SKIP_INTERVAL_MS = 900;

export class ViewEngine implements PartitionHandler {
  readonly #options: EngineOptions;
  readonly #clock: Clock;
  readonly #units: ReadonlyMap<string, Unit>;
  readonly #held = new Map<string, Held>();
  readonly #refused = new Map<string, number>();
  /** Partitions kept from us by a halt; read again once an operator lifts it. */
  readonly #halted = new Map<string, TopicPartition & { readonly unit: string }>();
  readonly #skippedAt = new Map<string, number>();
  /** The newest claim of each partition; an older one still under way gives way to it. */
  readonly #claims = new Map<string, symbol>();

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#units = new Map(
      options.plans.map((plan) => {
        const reader = options.readerFor(plan);
        return [plan.topic, { plan, reader, decode: unitDecoder(plan, reader) }];
      }),
    );
  }

  async claim(assignment: Assignment): Promise<ReadonlyMap<string, Claim>> {
    const id = Symbol('claim');
    const keys = assignment.partitions.map(partitionKey);
    for (const key of keys) {
      this.#held.delete(key);
      this.#halted.delete(key);
      this.#claims.set(key, id);
    }
    const current = (key: string): boolean => this.#claims.get(key) === id;
    const judged = await this.#take(assignment, () => keys.some(current));
    const byKey = new Map(judged?.map((found) => [partitionKey(found.row), found]));
    return new Map(
      keys.map((key): [string, Claim] => {
        const found = current(key) ? byKey.get(key) : undefined;
        if (!found) return [key, { kind: 'pause', reason: 'superseded' }];
        return [key, this.#settle(found, assignment)];
      }),
    );
  }

  async apply(batch: RecordBatch): Promise<Handled> {
    const held = this.#held.get(partitionKey(batch));
    if (!held || batch.isStale()) return { kind: 'drop' };
    // Something between our progress and this batch was passed over: read it again from there.
    if (batch.fetchOffset > held.next) return { kind: 'seek', offset: held.next };
    // All of it is behind us: progress must not follow it back.
    if (batch.nextOffset < held.next) return { kind: 'seek', offset: held.next };
    const started = this.#clock.now();
    const records = batch.records.filter(({ offset }) => offset >= held.next);
    return this.#whileOurs(batch, held, async () => {
      await held.unit.reader.prepare(records);
      const decoded = held.unit.decode(records, held);
      return this.#write(batch, held, { records, decoded, started });
    });
  }

  async skip(
    position: TopicPartition & { readonly fetchOffset: bigint; readonly nextOffset: bigint },
  ): Promise<Handled> {
    const key = partitionKey(position);
    const held = this.#held.get(key);
    if (!held) return { kind: 'drop' };
    if (position.fetchOffset > held.next) return { kind: 'seek', offset: held.next };
    const now = this.#clock.now();
    if (
      position.nextOffset <= held.next ||
      now - (this.#skippedAt.get(key) ?? 0) < SKIP_INTERVAL_MS
    ) {
      return { kind: 'done' };
    }
    this.#skippedAt.set(key, now);
    try {
      const moved = await advance(
        this.#options.database,
        progressOf(held, position.nextOffset, null),
      );
      if (moved) held.next = position.nextOffset;
      return moved ? { kind: 'done' } : await this.#explainMiss(held, position.nextOffset);
    } catch (error) {
      // Markers hold nothing: the next batch, or the next skip, notes the same progress.
      this.#options.log.debug(
        { unit: held.unit.plan.unit, error: messageOf(error) },
        'skip not noted',
      );
      return { kind: 'done' };
    }
  }

  /** Claims partitions again whose unit's halt was lifted; call now and then. */
  async reviveHalted(): Promise<void> {
    if (this.#halted.size === 0) return;
    const rows = await readOffsets(this.#options.database, [...this.#halted.values()]);
    for (const row of rows) {
      if (row.haltCode !== null) continue;
      this.#halted.delete(partitionKey(row));
      this.#options.reclaim({ topic: row.topic, partition: row.partition });
    }
  }

  /** Asks for a fresh claim of what a newer member, or an error, kept from us. */
  #reclaimLater(partition: TopicPartition, delayMs: number): void {
    void this.#clock
      .sleep(delayMs, this.#options.signal)
      .then(() => this.#options.reclaim(partition))
      .catch(() => {});
  }

  #take(assignment: Assignment, current: () => boolean): Promise<Judged[] | undefined> {
    const { database, admin, owner, log, signal } = this.#options;
    return takeUntilSure(assignment, {
      database,
      admin,
      owner,
      log,
      signal,
      clock: this.#clock,
      current,
      unitOf: (topic) => must(this.#units.get(topic), `no unit reads ${topic}`).plan.unit,
      force: assignment.partitions.some(
        (p) => this.#refused.get(partitionKey(p)) === assignment.groupGeneration,
      ),
    });
  }

  #settle({ row, verdict }: Judged, assignment: Assignment): Claim {
    const key = partitionKey(row);
    if (verdict.kind === 'go') {
      this.#refused.delete(key);
      const unit = must(this.#units.get(row.topic), `no unit reads ${row.topic}`);
      const { topic, partition, generation, epoch, nextOffset } = row;
      this.#held.set(key, {
        unit,
        topic,
        partition,
        generation,
        epoch,
        next: nextOffset,
        deadInARow: 0,
      });
      return { kind: 'start', offset: nextOffset };
    }
    if (verdict.kind === 'refused') {
      this.#refused.set(key, assignment.groupGeneration);
      this.#reclaimLater(row, BACKOFF.maxMs);
      return { kind: 'pause', reason: 'held by a newer member' };
    }
    const reason = verdict.kind === 'halt' ? verdict.code : (row.haltCode ?? 'halted');
    this.#halted.set(key, row);
    this.#options.log.error(
      { unit: row.unit, topic: row.topic, partition: row.partition, code: reason },
      'unit halted',
    );
    return { kind: 'pause', reason };
  }

  /** Repeats `work` through outages as long as the partition is ours; the group is kept informed meanwhile. */
  async #whileOurs(batch: RecordBatch, held: Held, work: () => Promise<Handled>): Promise<Handled> {
    const { log, signal } = this.#options;
    const ours = (): boolean =>
      !batch.isStale() && !signal.aborted && this.#held.get(partitionKey(held)) === held;
    for (let tries = 1; ours(); tries++) {
      try {
        return await work();
      } catch (error) {
        const about = {
          unit: held.unit.plan.unit,
          partition: held.partition,
          tries,
          error: messageOf(error),
        };
        if (isBusError(error, 'SQL_COMMIT_UNKNOWN')) {
          log.warn(about, 'commit answer lost');
        } else if (reactionTo(error) !== 'retry') {
          log.error(about, 'partition paused');
          return this.#giveUp(held, error);
        } else log.warn(about, 'batch not applied yet');
        await this.#clock.sleep(backoffMs(tries), signal).catch(() => {});
        await batch.heartbeat().catch(() => {});
      }
    }
    return { kind: 'drop' };
  }

  /** A value that the table refuses would come back for ever: the unit halts, for everybody to see. Anything else may pass with a repair from outside. */
  async #giveUp(held: Held, error: unknown): Promise<Handled> {
    const { database, log } = this.#options;
    const reason = error instanceof BusError ? error.code : 'BUS_BUG';
    if (isBusError(error, 'SQL_BAD_VALUE')) {
      const { unit } = held.unit.plan;
      const halted = haltUnit(database, unit, { code: error.code, detail: error.message });
      await halted.catch((why: unknown) => log.warn({ unit, error: messageOf(why) }, 'not halted'));
    }
    this.#held.delete(partitionKey(held));
    this.#reclaimLater(held, BACKOFF.maxMs * 5);
    return { kind: 'pause', reason };
  }

  async #write(
    batch: RecordBatch,
    held: Held,
    {
      records,
      decoded,
      started,
    }: {
      readonly records: readonly RawRecord[];
      readonly decoded: Decoded;
      readonly started: number;
    },
  ): Promise<Handled> {
    const { cut } = decoded;
    const next = cut ? cut.offset : batch.nextOffset;
    const { plan } = held.unit;
    const written = await writeBatch(this.#options.database, {
      plan,
      progress: progressOf(held, next, records.at(-1)?.timestampMs ?? null),
      rows: reduceByKey(decoded.rows),
      history: decoded.history,
      generation: held.generation,
      deadLetters: decoded.deadLetters,
      ...(cut ? { cut } : {}),
    });
    if (!written) {
      const handled = await this.#explainMiss(held, next);
      if (handled.kind === 'done') held.deadInARow = decoded.deadInARow;
      return handled;
    }
    held.next = next;
    held.deadInARow = decoded.deadInARow;
    this.#report(held, { records: records.length, decoded, started });
    if (!cut) return { kind: 'done' };
    this.#letGo(held);
    this.#options.log.error(
      { unit: plan.unit, topic: held.topic, partition: held.partition, code: cut.code },
      'unit halted',
    );
    return { kind: 'pause', reason: cut.code };
  }

  /** Why the compare-and-set did not hold, and what follows. */
  async #explainMiss(held: Held, next: bigint): Promise<Handled> {
    const { database, owner } = this.#options;
    const wanted = { unit: held.unit.plan.unit, topic: held.topic, partition: held.partition };
    const [row] = await readOffsets(database, [wanted]);
    const outcome = missOutcome(row, { epoch: held.epoch, owner, next });
    switch (outcome) {
      case 'happened':
        held.next = next;
        return { kind: 'done' };
      case 'elsewhere':
        held.next = must(row, 'offset row').nextOffset;
        return { kind: 'seek', offset: held.next };
      case 'halted':
        this.#letGo(held);
        return { kind: 'pause', reason: row?.haltCode ?? 'halted' };
      case 'reclaimed':
        return { kind: 'drop' };
      default:
        this.#held.delete(partitionKey(held));
        this.#reclaimLater(held, BACKOFF.maxMs);
        return { kind: 'pause', reason: 'held by a newer member' };
    }
  }

  /** The unit is halted: nothing more is applied until `reviveHalted` finds it lifted. */
  #letGo(held: Held): void {
    const key = partitionKey(held);
    this.#held.delete(key);
    this.#halted.set(key, {
      unit: held.unit.plan.unit,
      topic: held.topic,
      partition: held.partition,
    });
  }

  #report(
    held: Held,
    { records, decoded, started }: { records: number; decoded: Decoded; started: number },
  ): void {
    this.#options.onApplied?.({
      unit: held.unit.plan.unit,
      topic: held.topic,
      partition: held.partition,
      records,
      rows: decoded.rows.length,
      deadLetters: decoded.deadLetters.length,
      nextOffset: held.next,
      elapsedMs: this.#clock.now() - started,
    });
  }
}
