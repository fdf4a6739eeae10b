/**
 * The process of the peer, the design that comes first to mind: for each pair a consumer of its own
 * reads the whole topic, judges, masks and writes by transactions of its own, with the same account
 * and progress. Judging, masking and encoding are the same functions as ours.
 */
import { must } from '../../bus/base/assert.ts';
import { isBusError } from '../../bus/base/errors.ts';
import { retry } from '../../bus/base/retry.ts';
import {
  partitionKey,
  type BusConsumer,
  type Claim,
  type PartitionHandler,
  type RecordBatch,
  type TransactionalProducer,
} from '../../bus/kafka/kafka.ts';
import type { LeasedPair } from '../../bus/pair/gateway/lease.ts';
import { Outcome } from '../../bus/pair/gateway/outcome.ts';
import { makePlan, type PlannedPair, type PlannedTopic } from '../../bus/pair/gateway/plan.ts';
import { runSide, tell, type SidePorts } from './side-process.ts';

/** Of a fetch; more and the consumers' buffers together would not fit into memory. */
const BYTES_PER_PARTITION = 524_288;
const STARTING_AT_ONCE = 10;
/** So many producers at once are more than a broker answers in time; it ends what stays open for too long. */
const PATIENCE = {
  attemptsMax: 50,
  delayMs: 20,
  delayMsMax: 1_000,
  mayRetry: (error: unknown) => isBusError(error, 'KAFKA_UNREACHABLE', 'KAFKA_FENCED'),
};
/** As many as the progress topic has partitions. */
const SHARDS = 4;
/** Hundreds at once keep process and broker so busy that transactions grow too old: fewer are faster. */
const APPLYING_AT_ONCE = 8;

/** Lets so many work at once; the others wait in the order in which they came. */
class Gate {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  async through<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((go) => void this.#waiting.push(go));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }
}

const applying = new Gate(APPLYING_AT_ONCE);

class NaiveRun {
  readonly #consumers: PairConsumer[];
  #records = 0;
  #unfinished: number;
  #fromMs = 0;

  constructor(ports: SidePorts) {
    this.#unfinished = ports.pairs.length;
    this.#consumers = ports.pairs.map((leased) => new PairConsumer(leased, ports));
  }

  /** All join first, so that no time of one is spent on another's joining. */
  async start(): Promise<void> {
    const waiting = [...this.#consumers];
    const joinSome = async () => {
      for (let one = waiting.pop(); one; one = waiting.pop()) await one.join();
    };
    await Promise.all(Array.from({ length: STARTING_AT_ONCE }, joinSome));
    this.#fromMs = Date.now();
    for (const one of this.#consumers) void one.run((records) => this.#finished(records));
  }

  async close(): Promise<void> {
    await Promise.all(this.#consumers.map((one) => one.close()));
  }

  #finished(records: number): void {
    this.#records += records;
    if (--this.#unfinished > 0) return;
    tell({ kind: 'done', fromMs: this.#fromMs, toMs: Date.now(), records: this.#records });
  }
}

class PairConsumer implements PartitionHandler {
  readonly #planned: PlannedPair;
  readonly #topic: PlannedTopic;
  readonly #consumer: BusConsumer;
  readonly #producer: Promise<TransactionalProducer>;
  readonly #left: Map<string, bigint>;
  readonly #joined = Promise.withResolvers<void>();
  #isOpen = false;
  #records = 0;
  #finished: (records: number) => void = () => {};

  constructor(leased: LeasedPair, { kafka, tools, fetchSchema, ends }: SidePorts) {
    const { id } = leased.pair.agreement;
    const { topic } = leased.pair.resource;
    const plan = makePlan({ version: 1n, pairs: [leased] }, { tools, fetchSchema });
    this.#planned = must(plan.pairs.get(id), `pair ${id} can be bound`);
    this.#topic = must(plan.topics.get(topic), 'a topic of the plan');
    this.#left = new Map([...ends].filter(([key]) => key.startsWith(`${topic}/`)));
    this.#producer = kafka.transactional(`naive.${id}`);
    this.#consumer = kafka.consumer({
      group: `naive-${id}`,
      topics: [topic],
      handler: this,
      bytesPerPartitionMax: BYTES_PER_PARTITION,
      sessionTimeoutMs: 300_000,
    });
    void this.#consumer.ended.then((error) => {
      if (error) tell({ kind: 'ended', why: error.message });
    });
  }

  async join(): Promise<void> {
    const producer = await this.#producer;
    await retry(() => producer.fence(), PATIENCE);
    await this.#consumer.start();
    await this.#joined.promise;
  }

  async run(finished: (records: number) => void): Promise<void> {
    this.#finished = finished;
    this.#isOpen = true;
    this.#passEmpty();
    for (const key of this.#left.keys()) {
      const [topic = '', partition = ''] = key.split('/');
      await this.#consumer.reclaim({ topic, partition: Number(partition) });
    }
  }

  async close(): Promise<void> {
    await this.#consumer.close();
    await (await this.#producer).close();
  }

  claim({ partitions }: Parameters<PartitionHandler['claim']>[0]) {
    this.#joined.resolve();
    const claim: Claim = this.#isOpen
      ? { kind: 'start', offset: 0n }
      : { kind: 'pause', reason: 'the others are still joining' };
    return Promise.resolve(new Map(partitions.map((one) => [partitionKey(one), claim])));
  }

  apply(batch: RecordBatch) {
    return applying.through(() => this.#apply(batch));
  }

  async #apply(batch: RecordBatch) {
    const { reader } = this.#topic;
    const outcome = new Outcome(batch.partition % SHARDS, SHARDS);
    const at = { topic: batch.topic, partition: batch.partition };
    await reader.prepare(batch.records);
    for (const record of batch.records) {
      const change = reader.read(record);
      if (!change) continue;
      const { decision } = this.#planned.decide(change.before, change.after);
      if (decision)
        outcome.deliver(this.#planned, decision, {
          generation: 1,
          sequence: change.sequence,
          at,
          from: batch.fetchOffset,
        });
    }
    outcome.readTo(at, batch.nextOffset);
    outcome.note({ kind: 'main', at, next: batch.nextOffset });
    const producer = await this.#producer;
    await commitPatiently(producer, outcome);
    this.#records += outcome.records;
    this.#passed(batch);
    return { kind: 'done' } as const;
  }

  skip(position: Parameters<PartitionHandler['skip']>[0]) {
    this.#passed(position);
    return Promise.resolve({ kind: 'done' } as const);
  }

  #passEmpty(): void {
    for (const [key, end] of this.#left) if (end === 0n) this.#left.delete(key);
    if (this.#left.size === 0) this.#finished(0);
  }

  #passed(position: Parameters<typeof partitionKey>[0] & { readonly nextOffset: bigint }): void {
    const key = partitionKey(position);
    const end = this.#left.get(key);
    if (end === undefined || position.nextOffset < end) return;
    this.#left.delete(key);
    if (this.#left.size === 0) this.#finished(this.#records);
  }
}

/** What failed was not committed: the id is taken over anew before the next try. */
async function commitPatiently(producer: TransactionalProducer, outcome: Outcome): Promise<void> {
  let isFirst = true;
  await retry(async () => {
    if (!isFirst) await producer.fence();
    isFirst = false;
    await producer.commit(outcome.sends(Date.now()));
  }, PATIENCE);
}

await runSide(async (ports) => {
  const run = new NaiveRun(ports);
  await run.start();
  return () => run.close();
});
