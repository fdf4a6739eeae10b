/**
 * The fake's consumer: the port's contract without a network. A member in a long `apply` does
 * not hold up a rebalance here: the others go on at once and the late one becomes a zombie,
 * which is the worst case that a handler must survive.
 */
import { randomUUID } from 'node:crypto';
import { setImmediate as otherTasks } from 'node:timers/promises';
import { BusError, messageOf } from '../../base/errors.ts';
import {
  type Assignment,
  type BusConsumer,
  type Claim,
  type ConsumerOptions,
  type Handled,
  partitionKey,
  type TopicPartition,
} from '../kafka.ts';
import type { FakeBroker, FakeMember } from './fake-broker.ts';
import type { Fetched } from './fake-log.ts';

type Slot = TopicPartition & { state: 'reading' | 'paused'; turn: number; next: bigint };
type Membership = { readonly assignment: Assignment; readonly slots: readonly Slot[] };

export type FakeConsumerOptions = ConsumerOptions & { readonly recordsPerBatchMax: number };

export class FakeConsumer implements BusConsumer, FakeMember {
  readonly memberId = randomUUID();
  readonly topics: readonly string[];
  readonly #broker: FakeBroker;
  readonly #options: FakeConsumerOptions;
  readonly #ended = Promise.withResolvers<Error | undefined>();
  #membership: Membership | undefined;
  #running: Promise<void> | undefined;
  #over = false;

  constructor(broker: FakeBroker, options: FakeConsumerOptions) {
    this.#broker = broker;
    this.#options = options;
    this.topics = options.topics;
  }

  get ended(): Promise<Error | undefined> {
    return this.#ended.promise;
  }

  start(): Promise<void> {
    if (this.#running) return Promise.resolve();
    if (!this.topics.some((topic) => this.#broker.topics.has(topic))) {
      const absent = new BusError('KAFKA_TOPIC_ABSENT', { what: this.topics.join(', ') });
      this.#end(absent);
      return Promise.reject(absent);
    }
    this.#broker.join(this.#options.group, this);
    this.#running = this.#run();
    return Promise.resolve();
  }

  async reclaim(partition: TopicPartition): Promise<void> {
    const membership = this.#membership;
    const slot = membership?.slots.find((one) => partitionKey(one) === partitionKey(partition));
    if (membership === undefined || slot === undefined) return;
    slot.state = 'paused';
    slot.turn++;
    await this.#claim([slot], { ...membership.assignment, partitions: [where(slot)] });
    this.#broker.ring();
  }

  mirrorOffset(position: TopicPartition & { readonly nextOffset: bigint }): void {
    this.#broker
      .group(this.#options.group)
      .committed.set(partitionKey(position), { ...where(position), offset: position.nextOffset });
  }

  async close(): Promise<void> {
    this.#end(undefined);
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#over) {
      const changed = this.#broker.changed();
      await this.#rejoinIfMoved();
      const membership = this.#membership;
      const worked = await Promise.all((membership?.slots ?? []).map((slot) => this.#step(slot)));
      if (!worked.includes(true) && !this.#over) await changed;
    }
  }

  async #rejoinIfMoved(): Promise<void> {
    const { group } = this.#options;
    const { generation } = this.#broker.group(group);
    if (this.#over || this.#membership?.assignment.groupGeneration === generation) return;
    const partitions = this.#broker.assignmentOf(group, this);
    const assignment: Assignment = {
      group,
      memberId: this.memberId,
      groupGeneration: generation,
      partitions,
    };
    const slots = partitions.map((partition): Slot => ({
      ...partition,
      state: 'paused',
      turn: 0,
      next: 0n,
    }));
    this.#membership = { assignment, slots };
    await this.#claim(slots, assignment);
  }

  async #claim(slots: readonly Slot[], assignment: Assignment): Promise<void> {
    const turns = new Map(slots.map((slot) => [slot, slot.turn]));
    const claims = await this.#guarded(() => this.#options.handler.claim(assignment));
    for (const slot of slots) {
      if (claims === undefined || this.#isStale(slot, turns.get(slot))) continue;
      this.#settle(slot, claims.get(partitionKey(slot)));
    }
  }

  #settle(slot: Slot, claim: Claim | undefined): void {
    if (claim?.kind !== 'start') return;
    slot.next = claim.offset;
    slot.state = 'reading';
  }

  /** One fetch of one partition; false when there was nothing to do. */
  async #step(slot: Slot): Promise<boolean> {
    if (slot.state !== 'reading' || this.#isStale(slot, slot.turn)) return false;
    const log = this.#broker.topics.get(slot.topic)?.logs[slot.partition];
    const fetched = log?.fetch(slot.next, this.#options.recordsPerBatchMax);
    if (log === undefined || fetched === undefined) return false;
    if (fetched === 'out-of-range') {
      // A claim that insists on the lost offset must not starve everything else.
      await otherTasks();
      await this.reclaim(slot);
      return false;
    }
    const { turn } = slot;
    const handled = await this.#guarded(() => this.#handOver(slot, fetched, log.writtenEnd));
    if (handled !== undefined && slot.turn === turn) this.#carryOut(slot, handled, fetched);
    return true;
  }

  #handOver(slot: Slot, { records, nextOffset }: Fetched, end: bigint): Promise<Handled> {
    const { turn } = slot;
    const position = { ...where(slot), fetchOffset: slot.next, nextOffset };
    if (records.length === 0) return this.#options.handler.skip(position);
    return this.#options.handler.apply({
      ...position,
      records,
      highWatermark: end,
      isStale: () => this.#isStale(slot, turn),
      heartbeat: () => Promise.resolve(),
    });
  }

  #carryOut(slot: Slot, handled: Handled, { nextOffset }: Fetched): void {
    if (handled.kind === 'done') slot.next = nextOffset;
    else if (handled.kind === 'seek') slot.next = handled.offset;
    else slot.state = 'paused';
  }

  #isStale(slot: Slot, turn: number | undefined): boolean {
    const { generation } = this.#broker.group(this.#options.group);
    const current = this.#membership?.slots.includes(slot) === true;
    const moved = this.#membership?.assignment.groupGeneration !== generation;
    return this.#over || !current || moved || slot.turn !== turn;
  }

  async #guarded<T>(call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await call();
    } catch (error) {
      this.#end(error instanceof Error ? error : new Error(messageOf(error)));
      return undefined;
    }
  }

  #end(error: Error | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#broker.leave(this.#options.group, this);
    this.#ended.resolve(error);
    this.#broker.ring();
  }
}

function where({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition };
}
