/**
 * A world around the engine with every accident in it: members that come, go, die and wake up
 * again, commits whose answer is lost, batches delivered twice, late or cut anywhere. The database
 * is real; the broker is played from the simulated source's logs.
 */
import type { Random } from '../../../bus/base/random.ts';
import { silentLog } from '../../../bus/base/log.ts';
import { BusError } from '../../../bus/base/errors.ts';
import {
  partitionKey,
  type Handled,
  type KafkaAdmin,
  type RecordBatch,
  type TopicPartition,
} from '../../../bus/kafka/kafka.ts';
import type { SqlDatabase, SqlSession } from '../../../bus/sql/sql.ts';
import { ViewEngine } from '../../../bus/view/apply/engine.ts';
import { compileView } from '../../../bus/view/compile/compile.ts';
import type { ViewModel } from '../../../bus/view/view.ts';
import { simulatedReader, type SimulatedSource } from './simulated-source.ts';

type Member = {
  readonly id: number;
  readonly engine: ViewEngine;
  readonly abort: AbortController;
  /** Where this member would fetch next, per claimed partition. */
  readonly positions: Map<string, bigint>;
};

export type WorldOptions = {
  readonly source: SimulatedSource;
  readonly view: ViewModel;
  readonly database: SqlDatabase;
  readonly random: Random;
  readonly partitions: number;
};

export class EngineWorld {
  readonly #options: WorldOptions;
  readonly #all: TopicPartition[];
  readonly #members: Member[] = [];
  /** Batches fetched but not yet applied: a zombie may still hold one. */
  readonly #inFlight: { readonly member: Member; readonly batch: RecordBatch }[] = [];
  #generation = 0;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.#all = [...options.source.logs].flatMap(([topic, logs]) =>
      logs.map((_, partition) => ({ topic, partition })),
    );
  }

  /** One random thing happens to the consumers. */
  async step(): Promise<void> {
    const { random } = this.#options;
    const roll = random.int(1, 100);
    if (this.#members.length === 0 || roll <= 6) await this.#rebalance();
    else if (roll <= 9) this.#kill();
    else if (roll <= 55) this.#fetch();
    else await this.#deliver();
  }

  /** A last, undisturbed member reads everything. */
  async settle(): Promise<void> {
    this.#members.length = 0;
    const member = this.#member(0);
    await this.#claim(member, this.#all);
    for (const tp of this.#all) {
      const end = this.#options.source.end(tp.topic, tp.partition);
      while ((member.positions.get(partitionKey(tp)) ?? 0n) < end) {
        const batch = this.#batch(member, tp, 1_000);
        if (!batch) break;
        const handled = await this.#hand(member, batch);
        // Undisturbed and with a database that answers, it must get on; else this would never end.
        if (handled.kind !== 'done' && handled.kind !== 'seek')
          throw new Error(
            `The last member stands at ${partitionKey(tp)}: ${JSON.stringify(handled)}`,
          );
      }
    }
    // What zombies still hold must change nothing.
    for (const { member: zombie, batch } of this.#inFlight.splice(0))
      await zombie.engine.apply(batch);
  }

  async #rebalance(): Promise<void> {
    const { random } = this.#options;
    if (this.#members.length < 3 && random.chance(0.5))
      this.#members.push(this.#member(random.int(1, 1_000_000)));
    if (this.#members.length === 0) return;
    this.#generation++;
    const share = new Map(this.#members.map((member) => [member, [] as TopicPartition[]]));
    for (const tp of this.#all) share.get(random.pick(this.#members))?.push(tp);
    for (const [member, partitions] of share) await this.#claim(member, partitions);
  }

  async #claim(member: Member, partitions: readonly TopicPartition[]): Promise<void> {
    member.positions.clear();
    const claims = await member.engine.claim({
      group: 'g',
      memberId: String(member.id),
      groupGeneration: this.#generation,
      partitions,
    });
    for (const [key, claim] of claims)
      if (claim.kind === 'start') member.positions.set(key, claim.offset);
  }

  /** The process is gone; what it had in flight may be delivered by the database all the same. */
  #kill(): void {
    const member = this.#options.random.pick(this.#members);
    this.#members.splice(this.#members.indexOf(member), 1);
    if (this.#options.random.chance(0.5)) member.abort.abort();
  }

  #fetch(): void {
    const { random } = this.#options;
    const member = random.pick(this.#members);
    const held = this.#all.filter((tp) => member.positions.has(partitionKey(tp)));
    if (held.length === 0) return;
    const tp = random.pick(held);
    if (
      this.#inFlight.some((f) => f.member === member && partitionKey(f.batch) === partitionKey(tp))
    )
      return;
    const batch = this.#batch(member, tp, random.int(1, 12));
    if (batch) this.#inFlight.push({ member, batch });
  }

  async #deliver(): Promise<void> {
    const { random } = this.#options;
    if (this.#inFlight.length === 0) return;
    const index = random.int(0, this.#inFlight.length - 1);
    const [next] = this.#inFlight.splice(index, 1);
    if (!next) return;
    await this.#hand(next.member, next.batch);
    // A duplicate: the same batch once more, as after a lost answer.
    if (random.chance(0.1)) await this.#hand(next.member, next.batch);
  }

  async #hand(member: Member, batch: RecordBatch): Promise<Handled> {
    const key = partitionKey(batch);
    const handled = await member.engine.apply(batch);
    if (handled.kind === 'done' && member.positions.has(key))
      member.positions.set(key, batch.nextOffset);
    if (handled.kind === 'seek') member.positions.set(key, handled.offset);
    if (handled.kind === 'pause') member.positions.delete(key);
    return handled;
  }

  #batch(member: Member, tp: TopicPartition, recordsMax: number): RecordBatch | undefined {
    const from = member.positions.get(partitionKey(tp)) ?? 0n;
    const log = this.#options.source.logs.get(tp.topic)?.[tp.partition] ?? [];
    // Out of range: only a new claim knows what to do.
    if (from < (this.#options.source.starts.get(partitionKey(tp)) ?? 0n)) {
      member.positions.delete(partitionKey(tp));
      return undefined;
    }
    // A fetch may begin before what was asked for, as compressed batches do.
    const records = log.filter(({ offset }) => offset >= from).slice(0, recordsMax);
    const last = records.at(-1);
    if (!last) return undefined;
    const more = log.find(({ offset }) => offset > last.offset);
    return {
      ...tp,
      records,
      fetchOffset: from,
      nextOffset: more ? last.offset + 1n : this.#options.source.end(tp.topic, tp.partition),
      highWatermark: this.#options.source.end(tp.topic, tp.partition),
      isStale: () => false,
      heartbeat: () => Promise.resolve(),
    };
  }

  #member(id: number): Member {
    const { view, source, random, partitions } = this.#options;
    const abort = new AbortController();
    const database = id === 0 ? this.#options.database : failing(this.#options.database, random);
    const engine = new ViewEngine({
      plans: compileView(view),
      readerFor: () => simulatedReader,
      database,
      admin: () => Promise.resolve(simulatedAdmin(source, partitions)),
      owner: `member-${id}`,
      log: silentLog,
      signal: abort.signal,
      clock: { now: () => Date.now(), sleep: () => Promise.resolve() },
      reclaim: () => {},
    });
    return { id, engine, abort, positions: new Map() };
  }
}

/** Now and then a transaction fails at its start, or its COMMIT's answer is lost, done or not. */
function failing(database: SqlDatabase, random: Random): SqlDatabase {
  const lost = (): BusError =>
    new BusError('SQL_COMMIT_UNKNOWN', { address: 'test', what: 'test' });
  return {
    query: (sql, values) => database.query(sql, values),
    execute: (sql, values) => database.execute(sql, values),
    close: () => Promise.resolve(),
    async transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
      const roll = random.int(1, 100);
      if (roll <= 5) throw new BusError('SQL_DEADLOCK', { errno: 1213 });
      if (roll > 10) return database.transaction(work);
      if (roll <= 7) {
        await database.transaction(work);
        throw lost();
      }
      await database.transaction(async (session) => {
        await work(session);
        throw lost();
      });
      throw lost();
    },
  };
}

export function simulatedAdmin(source: SimulatedSource, partitions: number): KafkaAdmin {
  const asked: Pick<KafkaAdmin, 'clusterId' | 'describeTopics' | 'offsets' | 'writtenEnds'> = {
    clusterId: () => Promise.resolve('cluster-1'),
    describeTopics: (names) =>
      Promise.resolve(names.map((name) => ({ name, topicId: `id-of-${name}`, partitions }))),
    offsets: (topics) =>
      Promise.resolve(
        topics.flatMap((topic) =>
          Array.from({ length: partitions }, (_, partition) => ({
            topic,
            partition,
            start: source.starts.get(`${topic}/${partition}`) ?? 0n,
            end: source.end(topic, partition),
          })),
        ),
      ),
    writtenEnds: (topics) =>
      Promise.resolve(
        topics.flatMap((topic) =>
          Array.from({ length: partitions }, (_, partition) => ({
            topic,
            partition,
            offset: source.end(topic, partition),
          })),
        ),
      ),
  };
  return asked as KafkaAdmin;
}
