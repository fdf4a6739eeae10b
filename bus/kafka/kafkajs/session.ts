/**
 * One life of a kafkajs consumer: joins, claims, hands batches over, and ends at the first
 * crash. It never lets kafkajs restart by itself (pauses and seeks would be lost) and never
 * throws into it; whoever opened the session decides what follows its end.
 */
import type { Consumer, EachBatchPayload } from 'kafkajs';
import { BusError, messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import {
  type Assignment,
  type ConsumerOptions,
  type Handled,
  partitionKey,
  type RecordBatch,
  type TopicPartition,
} from '../kafka.ts';
import type { KafkaSettings } from '../settings.ts';
import { toRecordBatch } from './batches.ts';
import { createClient, RETRY } from './client.ts';
import { createOffsetMirror, type Position } from './offset-mirror.ts';
import {
  assignmentOf,
  endMembership,
  forgetPassed,
  type Membership,
  newMembership,
  pauseSlot,
  settleClaim,
  type Slot,
  takePassed,
} from './partition-slots.ts';
import { type FetchedBatch, type GroupJoinExtra, listenToGroup } from './patches/consumer-group.ts';
import { consumerTimes, LIMITS } from './session-limits.ts';

/** Why a session ended: by `close`, by the client, or by a throw of the handler. */
export type SessionEnd =
  | { readonly kind: 'closed' }
  | { readonly kind: 'crashed'; readonly error: unknown }
  | { readonly kind: 'handler-failed'; readonly error: unknown };

/** A record and the marker of its transaction are no reason to read ahead. */
const AHEAD_OFFSETS_MIN = 3n;

export class Session {
  readonly #options: ConsumerOptions;
  readonly #log: Log;
  readonly #consumer: Consumer;
  readonly #mirror;
  readonly #ended = Promise.withResolvers<SessionEnd>();
  readonly #joined = Promise.withResolvers<void>();
  #membership: Membership | undefined;
  #claims: Promise<void> = Promise.resolve();
  #lastSignAt = Date.now();
  #applying = 0;
  #watchdog: NodeJS.Timeout | undefined;
  #over = false;

  constructor(settings: KafkaSettings, options: ConsumerOptions) {
    this.#options = options;
    this.#log = settings.log.child({ group: options.group });
    this.#consumer = createClient(settings).consumer({
      groupId: options.group,
      allowAutoTopicCreation: false,
      maxBytesPerPartition: options.bytesPerPartitionMax ?? LIMITS.bytesPerPartitionMax,
      ...consumerTimes(options),
      retry: { ...RETRY, restartOnFailure: () => Promise.resolve(false) },
    });
    this.#mirror = createOffsetMirror(
      (offsets) => this.#consumer.commitOffsets(offsets),
      this.#log,
    );
  }

  /** Settles once, when the session is over; never rejects. */
  get ended(): Promise<SessionEnd> {
    return this.#ended.promise;
  }

  /** Resolves at the first assignment; stays open when the session ends before. */
  get joined(): Promise<void> {
    return this.#joined.promise;
  }

  async open(topics: readonly string[]): Promise<void> {
    try {
      this.#listen();
      await this.#consumer.connect();
      await this.#consumer.subscribe({ topics: [...topics], fromBeginning: true });
      await this.#consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: this.#options.concurrency ?? LIMITS.concurrency,
        eachBatch: (payload) => this.#eachBatch(payload),
      });
    } catch (error) {
      this.#end({ kind: 'crashed', error });
    }
  }

  /** Claims one partition again; without effect where another member reads it now. */
  async reclaim(partition: TopicPartition): Promise<void> {
    const membership = this.#membership;
    const slot = membership?.slots.get(partitionKey(partition));
    if (membership === undefined || slot === undefined) return;
    pauseSlot(membership, slot, 'claiming');
    slot.turn++;
    await this.#claim(membership, [slot], assignmentOf(membership, slot));
  }

  mirror(position: Position): void {
    if (!this.#over) this.#mirror.note(position);
  }

  /** Finishes the batch in hand, leaves the group and ends. Bounded. */
  async close(): Promise<void> {
    if (!this.#over) await this.#mirror.flush();
    this.#end({ kind: 'closed' });
    const inHand = [...(this.#membership?.slots.values() ?? [])].map(({ work }) => work);
    const left = Promise.all([...inHand, this.#consumer.disconnect()]).catch((error: unknown) => {
      this.#log.debug({ error: messageOf(error) }, 'leaving the group failed');
    });
    const limit = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      this.#log.warn({ ms: LIMITS.closeMsMax }, 'consumer did not leave its group in time');
      limit.resolve();
    }, LIMITS.closeMsMax);
    await Promise.race([left, limit.promise]);
    clearTimeout(timer);
  }

  #listen(): void {
    const { events } = this.#consumer;
    const sign = () => {
      this.#lastSignAt = Date.now();
    };
    this.#consumer.on(events.FETCH, sign);
    this.#consumer.on(events.HEARTBEAT, sign);
    this.#consumer.on(events.GROUP_JOIN, ({ payload }) => {
      sign();
      this.#onJoin(payload as typeof payload & GroupJoinExtra);
    });
    this.#consumer.on(events.CRASH, ({ payload }) => {
      this.#end({ kind: 'crashed', error: payload.error });
    });
    this.#watchdog = setInterval(() => this.#watch(), LIMITS.watchMs).unref();
  }

  #watch(): void {
    const { sessionTimeout, rebalanceTimeout } = consumerTimes(this.#options);
    const silentMs = Date.now() - this.#lastSignAt;
    if (this.#applying > 0 || silentMs < sessionTimeout + rebalanceTimeout) return;
    const details = { group: this.#options.group, ms: silentMs };
    this.#end({ kind: 'crashed', error: new BusError('KAFKA_STALLED', details) });
  }

  /** Runs inside kafkajs' join, before its first fetch: the pause must not come later. */
  #onJoin(payload: {
    readonly memberId: string;
    readonly memberAssignment: Readonly<Record<string, number[]>>;
    readonly groupGeneration: number;
    readonly consumerGroup: GroupJoinExtra['consumerGroup'];
  }): void {
    const partitions = Object.entries(payload.memberAssignment).flatMap(([topic, members]) =>
      members.map((partition) => ({ topic, partition })),
    );
    const assignment: Assignment = {
      group: this.#options.group,
      memberId: payload.memberId,
      groupGeneration: payload.groupGeneration,
      partitions,
    };
    endMembership(this.#membership);
    const membership = newMembership(assignment, payload.consumerGroup);
    this.#membership = membership;
    for (const slot of membership.slots.values()) pauseSlot(membership, slot, 'claiming');
    listenToGroup(payload.consumerGroup, {
      outOfRange: (partition) => this.#onOutOfRange(membership, partition),
      passed: (batch) => this.#onPassed(membership, batch),
    });
    this.#mirror.keep(partitions);
    this.#joined.resolve();
    void this.#claim(membership, [...membership.slots.values()], assignment);
  }

  /** Claims run one after another; one that was overtaken changes nothing. */
  #claim(membership: Membership, slots: readonly Slot[], assignment: Assignment): Promise<void> {
    const turns = new Map(slots.map((slot) => [slot, slot.turn]));
    const valid = (slot: Slot) => this.#isCurrent(membership) && slot.turn === turns.get(slot);
    this.#claims = this.#claims.then(async () => {
      if (!this.#isCurrent(membership) || (slots.length > 0 && !slots.some(valid))) return;
      try {
        const claims = await this.#options.handler.claim(assignment);
        for (const slot of slots.filter(valid)) {
          const why = settleClaim(membership, slot, claims.get(partitionKey(slot)));
          if (why !== undefined) this.#log.info({ ...where(slot), why }, 'partition stays paused');
        }
      } catch (error) {
        this.#end({ kind: 'handler-failed', error });
      }
    });
    return this.#claims;
  }

  /**
   * While a partition is behind, resolves as soon as what came before this batch is done: kafkajs
   * fetches again only when all batches of a fetch are resolved, and so fetches while they are
   * applied; at most one batch of a partition waits behind the one in hand. At the end of the log
   * it resolves with the batch itself: heartbeats go on only as long as batches get done.
   */
  async #eachBatch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const membership = this.#membership;
    const slot = membership?.slots.get(partitionKey(batch));
    if (membership === undefined || slot === undefined) return;
    if (!this.#mayApply(membership, slot)) return;
    const before = slot.work;
    const { turn, stream } = slot;
    const fetched = batch as typeof batch & FetchedBatch;
    const isStale = () =>
      slot.turn !== turn || slot.stream !== stream || !this.#mayApply(membership, slot);
    const fetchOffset = takePassed(slot, BigInt(fetched.fetchedOffset));
    const heartbeat = () => this.#heartbeat(slot, () => payload.heartbeat());
    const records = () => toRecordBatch(fetched, { fetchOffset, isStale, heartbeat });
    membership.group.resolveOffset({ ...where(slot), offset: batch.lastOffset() });
    slot.work = before.then(() => this.#apply(membership, slot, { isStale, records }));
    const isBehind = BigInt(batch.highWatermark) - BigInt(batch.lastOffset()) > AHEAD_OFFSETS_MIN;
    await (isBehind ? before : slot.work);
  }

  async #apply(
    membership: Membership,
    slot: Slot,
    { isStale, records }: { readonly isStale: () => boolean; readonly records: () => RecordBatch },
  ): Promise<void> {
    if (isStale()) return;
    this.#applying++;
    try {
      const handled = await this.#options.handler.apply(records());
      slot.outOfRangeCount = 0;
      if (!isStale()) this.#carryOut(membership, slot, handled);
    } catch (error) {
      this.#end({ kind: 'handler-failed', error });
    } finally {
      this.#applying--;
      this.#lastSignAt = Date.now();
    }
  }

  /** A refused heartbeat ends the slot's turn where the group went on without this member. */
  async #heartbeat(slot: Slot, beat: () => Promise<void>): Promise<void> {
    try {
      await beat();
    } catch (error) {
      const type = (error as { readonly type?: unknown }).type;
      this.#log.debug({ ...where(slot), error: messageOf(error) }, 'heartbeat refused');
      if (type === 'UNKNOWN_MEMBER_ID' || type === 'ILLEGAL_GENERATION') slot.turn++;
    }
  }

  #carryOut(membership: Membership, slot: Slot, handled: Handled): void {
    if (handled.kind === 'done') return;
    if (handled.kind === 'seek') {
      forgetPassed(slot);
      slot.stream++;
      membership.group.seek({ ...where(slot), offset: handled.offset.toString() });
      return;
    }
    pauseSlot(membership, slot, 'paused');
    const why = handled.kind === 'pause' ? handled.reason : 'the partition belongs to another';
    this.#log.info({ ...where(slot), why }, 'partition paused');
  }

  #onPassed(membership: Membership, batch: FetchedBatch): void {
    const slot = membership.slots.get(partitionKey(batch));
    if (slot === undefined || !this.#mayApply(membership, slot)) return;
    const fetchOffset = takePassed(slot, BigInt(batch.fetchedOffset));
    slot.passed = { fetchOffset, nextOffset: BigInt(batch.lastOffset()) + 1n };
    const dueMs = Math.max(
      LIMITS.skipDelayMs,
      slot.passedToldAt + LIMITS.skipIntervalMs - Date.now(),
    );
    slot.passedTimer = setTimeout(() => {
      slot.work = slot.work.then(() => this.#tellPassed(membership, slot));
    }, dueMs);
  }

  async #tellPassed(membership: Membership, slot: Slot): Promise<void> {
    const { passed, turn } = slot;
    forgetPassed(slot);
    if (passed === undefined || !this.#mayApply(membership, slot)) return;
    slot.passedToldAt = Date.now();
    try {
      const handled = await this.#options.handler.skip({ ...where(slot), ...passed });
      if (slot.turn === turn) this.#carryOut(membership, slot, handled);
    } catch (error) {
      this.#end({ kind: 'handler-failed', error });
    }
  }

  /** The claim sees the log's start and decides; it is asked more and more slowly. */
  #onOutOfRange(membership: Membership, partition: TopicPartition): void {
    const slot = membership.slots.get(partitionKey(partition));
    if (slot === undefined || !this.#isCurrent(membership)) return;
    pauseSlot(membership, slot, 'claiming');
    const turn = ++slot.turn;
    const waitMs = Math.min(
      LIMITS.outOfRangeMsMax,
      LIMITS.outOfRangeMsFirst * 2 ** slot.outOfRangeCount++,
    );
    this.#log.warn({ ...where(slot), waitMs }, 'offset is not in the log; claiming again');
    setTimeout(() => {
      if (slot.turn === turn && this.#isCurrent(membership)) void this.reclaim(partition);
    }, waitMs).unref();
  }

  #mayApply(membership: Membership, slot: Slot): boolean {
    const sought = membership.group.hasSeekOffset(where(slot));
    return this.#isCurrent(membership) && slot.state === 'reading' && !sought;
  }

  #isCurrent(membership: Membership): boolean {
    return !this.#over && this.#membership === membership;
  }

  #end(end: SessionEnd): void {
    if (this.#over) return;
    this.#over = true;
    clearInterval(this.#watchdog);
    this.#mirror.stop();
    endMembership(this.#membership);
    this.#ended.resolve(end);
  }
}

function where({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition };
}
