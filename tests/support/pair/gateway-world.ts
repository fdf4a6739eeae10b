/** Gateways on a Kafka in memory, over a hub in memory; members join, leave, freeze and die. */
import type { Clock } from '../../../bus/base/clock.ts';
import { silentLog, type Log } from '../../../bus/base/log.ts';
import { createFakeKafka, type FakeKafka } from '../../../bus/kafka/fake/fake-kafka.ts';
import type { KafkaBus } from '../../../bus/kafka/kafka.ts';
import { runGateway, type RunningGateway } from '../../../bus/pair/gateway/gateway.ts';
import type { HubTables } from '../../../bus/pair/gateway/known-views.ts';
import type { LeasedPair, LeaseSource } from '../../../bus/pair/gateway/lease.ts';
import { salePair, saleTools, type PairWish } from './pair-fixture.ts';
import { SaleHub } from './sale-hub.ts';

export const SHARDS = 3;

export class GatewayWorld {
  readonly kafka: FakeKafka = createFakeKafka({ recordsPerBatchMax: 20 });
  readonly hub = new SaleHub(this.kafka);
  readonly pairs = new Map<string, LeasedPair>();
  readonly versions = new Map<string, LeasedPair['pair'][]>();
  readonly members: { readonly running: RunningGateway; readonly kill: () => void }[] = [];
  #version = 0n;

  readonly #clock: Clock | undefined;

  constructor(wishes: readonly PairWish[], clock?: Clock) {
    this.#clock = clock;
    this.kafka.createTopic('gateway.progress', SHARDS);
    this.kafka.createTopic('gateway.audit');
    for (const wish of wishes) this.put(wish);
  }

  put(wish: PairWish, changes: Partial<LeasedPair> = {}): void {
    const pair = salePair(wish);
    this.kafka.createTopic(pair.topic.name);
    const before = this.pairs.get(wish.id);
    const known = this.versions.get(wish.id) ?? [];
    if (!known.some(({ agreement }) => agreement.contentHash === pair.agreement.contentHash))
      this.versions.set(wish.id, [...known, pair]);
    this.pairs.set(wish.id, {
      state: 'active',
      request: before?.request ?? 1,
      schemaIds: { key: 1, value: 2 },
      ...changes,
      pair,
    });
    this.#version++;
  }

  alter(id: string, changes: Partial<LeasedPair>): void {
    const known = this.pairs.get(id);
    if (known) this.pairs.set(id, { ...known, ...changes });
    this.#version++;
  }

  lease: LeaseSource = {
    version: () => Promise.resolve(this.#version),
    read: () => Promise.resolve({ version: this.#version, pairs: [...this.pairs.values()] }),
  };

  /** What the gateways find of the views' tables at the hub; all there unless a test says otherwise. */
  openTables: HubTables['open'] = () => Promise.resolve();

  async join(log: Log = silentLog): Promise<void> {
    const { bus, kill } = mortal(this.kafka.bus);
    const running = await runGateway({
      kafka: bus,
      leaseSource: this.lease,
      leasePollMs: 5,
      hub: this.hub.moments,
      cuts: this.hub.cutter,
      isWorkingDay: () => true,
      ...(this.#clock ? { clock: this.#clock } : {}),
      tools: saleTools,
      fetchSchema: this.hub.fetchSchema,
      tables: { open: (pair) => this.openTables(pair) },
      log,
    });
    this.members.push({ running, kill });
  }

  async end(): Promise<void> {
    await Promise.all(this.members.splice(0).map(({ running }) => running.close()));
  }
}

/** A bus whose process dies at `kill`: from then on nothing of it reaches the broker, without any good-bye. */
function mortal(bus: KafkaBus): { readonly bus: KafkaBus; readonly kill: () => void } {
  let dead = false;
  const dies = () => {
    if (dead) throw new Error('the process is dead');
  };
  return {
    kill: () => {
      dead = true;
    },
    bus: {
      ...bus,
      async transactional(id) {
        const producer = await bus.transactional(id);
        return {
          async fence() {
            dies();
            await producer.fence();
          },
          async commit(sends, options) {
            dies();
            await producer.commit(sends, {
              async beforeCommit() {
                await options?.beforeCommit?.();
                dies();
              },
            });
          },
          close: () => Promise.resolve(),
        };
      },
    },
  };
}
