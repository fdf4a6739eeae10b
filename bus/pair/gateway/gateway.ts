/**
 * The gateway in one process. The group of the progress topic hands out shards; each shard that is
 * ours runs until it is taken away, and a newer owner's fence ends what we might still write. Rows
 * leave only while the control database says so (lease.ts). SPEC.md states what is promised.
 */
import { systemClock, type Clock } from '../../base/clock.ts';
import { isBusError, messageOf } from '../../base/errors.ts';
import { Lifetime } from '../../base/lifecycle.ts';
import type { Log } from '../../base/log.ts';
import {
  partitionKey,
  type Assignment,
  type BusConsumer,
  type Claim,
  type KafkaAdmin,
  type KafkaBus,
  type PartitionHandler,
} from '../../kafka/kafka.ts';
import { GATEWAY } from '../access.ts';
import type { PairTools } from './bound-pair.ts';
import type { HubCuts } from './daily/cuts.ts';
import { runDuties } from './duties.ts';
import type { HubMoments } from './hub-moment.ts';
import { KnownViews, type HubTables } from './known-views.ts';
import { Lease, type LeaseSource } from './lease.ts';
import type { Committed } from './ownership.ts';
import { Plans } from './plan.ts';
import { PROGRESS_TOPIC } from './progress.ts';
import { Shard, type ShardOptions } from './shard.ts';

export type GatewayOptions = {
  /** As the gateway's own user. */
  readonly kafka: KafkaBus;
  readonly leaseSource: LeaseSource;
  /** For whole copies. */
  readonly hub: HubMoments;
  /** Opens tables of the hub when they are first needed; left out where the user may read them all. */
  readonly tables?: HubTables;
  /** For daily pairs. */
  readonly cuts: HubCuts;
  /** Of dates ("2026-10-01"), for pairs that are delivered on working days only. */
  readonly isWorkingDay: (date: string) => boolean;
  readonly tools: PairTools;
  readonly fetchSchema: (id: number) => Promise<unknown>;
  readonly log: Log;
  readonly clock?: Clock;
  /** Default: the gateway's. */
  readonly group?: string;
  readonly sessionTimeoutMs?: number;
  readonly leasePollMs?: number;
  /** How long deliveries may wait to be archived before nothing more is delivered. */
  readonly archiveLagMsMax?: number;
  readonly onCommitted?: (committed: Committed) => void;
};

export type RunningGateway = {
  /** Settles when it stopped: undefined after `close`, else why. */
  readonly ended: Promise<Error | undefined>;
  /** Agreements of pairs that wait because their view is not there; as far as shards of ours know. */
  waiting(): readonly string[];
  close(): Promise<void>;
};

const TAKEN_BACK_MS = 2_000;

/** Starts the gateway; throws where the broker or its topics are not there. */
export async function runGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { kafka, log } = options;
  const lifetime = new Lifetime(log);
  try {
    const admin = await kafka.admin();
    lifetime.defer('admin', () => admin.close());
    const [progress] = await admin.describeTopics([PROGRESS_TOPIC]);
    const lease = new Lease(options.leaseSource, {
      log,
      ...(options.leasePollMs === undefined ? {} : { pollMs: options.leasePollMs }),
      ...(options.archiveLagMsMax === undefined
        ? {}
        : { archiveLagMsMax: options.archiveLagMsMax }),
      ...(options.clock ? { clock: options.clock } : {}),
    });
    void lease.keep(lifetime.signal);
    const owner = new ShardOwner(options, { lease, shards: progress?.partitions ?? 1, admin });
    lifetime.defer('shards', () => owner.close());
    const consumer: BusConsumer = kafka.consumer({
      group: options.group ?? GATEWAY.group,
      topics: [PROGRESS_TOPIC],
      handler: owner,
      ...(options.sessionTimeoutMs === undefined
        ? {}
        : { sessionTimeoutMs: options.sessionTimeoutMs }),
    });
    owner.reclaim = (partition) =>
      void consumer.reclaim({ topic: PROGRESS_TOPIC, partition }).catch(() => {});
    lifetime.defer('consumer', () => consumer.close());
    await consumer.start();
    return { ended: consumer.ended, waiting: () => owner.waiting(), close: () => lifetime.end() };
  } catch (error) {
    await lifetime.end();
    throw error;
  }
}

type OwnerParts = Pick<ShardOptions, 'lease' | 'shards'> & { readonly admin: KafkaAdmin };

type Running = { readonly stop: AbortController; readonly ended: Promise<void> };

class ShardOwner implements PartitionHandler {
  readonly #options: GatewayOptions;
  readonly #parts: OwnerParts;
  readonly #plans: Plans;
  readonly #views: KnownViews;
  readonly #running = new Map<number, Running>();
  #generation = -1;
  reclaim: (partition: number) => void = () => {};

  constructor(options: GatewayOptions, parts: OwnerParts) {
    this.#options = options;
    this.#parts = parts;
    this.#plans = new Plans(options);
    const { tables, log, clock = systemClock } = options;
    this.#views = new KnownViews({ tables, admin: parts.admin, clock, log });
  }

  waiting(): readonly string[] {
    return this.#views.waiting();
  }

  async claim({ partitions, groupGeneration }: Assignment): Promise<ReadonlyMap<string, Claim>> {
    const ours = new Set(partitions.map(({ partition }) => partition));
    // Within one generation a claim is of some of our partitions; a new generation names them all.
    if (groupGeneration !== this.#generation) {
      const lost = [...this.#running.keys()].filter((shard) => !ours.has(shard));
      await Promise.all(lost.map((shard) => this.#stop(shard)));
    }
    this.#generation = groupGeneration;
    for (const shard of ours) if (!this.#running.has(shard)) this.#start(shard);
    const pause: Claim = { kind: 'pause', reason: 'read by the shard itself' };
    return new Map(partitions.map((one) => [partitionKey(one), pause]));
  }

  apply() {
    return Promise.resolve({ kind: 'drop' } as const);
  }

  skip() {
    return Promise.resolve({ kind: 'drop' } as const);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((shard) => this.#stop(shard)));
  }

  #start(number: number): void {
    const { kafka, log, clock = systemClock, onCommitted } = this.#options;
    const { lease, shards, admin } = this.#parts;
    const options: ShardOptions = {
      shard: number,
      shards,
      kafka,
      admin,
      lease,
      plans: this.#plans,
      log,
      clock,
      ...(onCommitted ? { onCommitted } : {}),
    };
    const stop = new AbortController();
    const shard = new Shard(options);
    const duties = runDuties(shard, options, {
      ports: { ...this.#options, admin, views: this.#views },
      signal: stop.signal,
    });
    const ended = shard
      .run(stop.signal)
      .catch((error: unknown) => {
        const level = isBusError(error, 'KAFKA_FENCED') ? 'info' : 'error';
        log[level]({ shard: number, error: messageOf(error) }, 'shard given up');
        if (!stop.signal.aborted) this.#askAgain(number);
      })
      .finally(() => stop.abort())
      .then(() => duties);
    this.#running.set(number, { stop, ended });
    log.info({ shard: number, shards }, 'shard taken');
  }

  /** Another process believes that it owns the shard: the group decides. */
  #askAgain(number: number): void {
    const { clock = systemClock } = this.#options;
    this.#running.delete(number);
    void clock.sleep(TAKEN_BACK_MS).then(() => this.reclaim(number));
  }

  async #stop(shard: number): Promise<void> {
    const running = this.#running.get(shard);
    this.#running.delete(shard);
    running?.stop.abort();
    await running?.ended;
  }
}
