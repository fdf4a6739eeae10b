/**
 * The fake's transactional producer: epochs that fence, records that nobody sees before their
 * commit, and topics that refuse. Like the real one it undoes everything at the first error.
 */
import type { Clock } from '../../base/clock.ts';
import { BusError } from '../../base/errors.ts';
import type { Sends, TopicPartition, TransactionalProducer } from '../kafka.ts';
import type { FakeBroker } from './fake-broker.ts';
import type { FakeLog, FakeTransaction } from './fake-log.ts';

/** What became of a commit whose answer is lost. */
export type LostCommit = 'committed' | 'aborted';

type Open = { readonly state: FakeTransaction; readonly logs: Set<FakeLog> };
type Id = { epoch: number; open: Open | undefined; lost: LostCommit | undefined };

/** All transactional ids of one fake broker. */
export class FakeTransactions {
  readonly #broker: FakeBroker;
  readonly #clock: Clock;
  readonly #ids = new Map<string, Id>();
  readonly #refusing = new Set<string>();

  constructor(broker: FakeBroker, clock: Clock) {
    this.#broker = broker;
    this.#clock = clock;
  }

  /** From now on writing to `topic` in a transaction is denied, or no longer. */
  refuse(topic: string, refused: boolean): void {
    if (refused) this.#refusing.add(topic);
    else this.#refusing.delete(topic);
  }

  /** The answer to the next commit of `id` gets lost. */
  loseCommit(id: string, outcome: LostCommit): void {
    this.#id(id).lost = outcome;
  }

  producer(id: string): TransactionalProducer {
    return new FakeTransactionalProducer(this, id);
  }

  /** A new epoch; what the one before had begun is aborted. */
  begin(id: string): number {
    const known = this.#id(id);
    this.#end(known, 'aborted');
    return ++known.epoch;
  }

  /** Writes everything or throws with nothing left open. */
  write({ id, epoch }: Owner, sends: Sends): void {
    const known = this.#owned({ id, epoch });
    const refusal = sends.map(({ topic }) => this.#refusal(topic)).find(Boolean);
    if (refusal) throw refusal;
    const open: Open = { state: { state: 'open' }, logs: new Set() };
    known.open = open;
    for (const { topic, records } of sends) {
      for (const record of records) {
        const partition = record.partition ?? this.#broker.partitionOf(topic, record.key);
        const at: TopicPartition = { topic, partition };
        this.#broker.log(at).append([record], this.#clock.now(), open.state);
        open.logs.add(this.#broker.log(at));
      }
    }
  }

  commit(owner: Owner): void {
    const known = this.#owned(owner);
    const { lost } = known;
    known.lost = undefined;
    this.#end(known, lost ?? 'committed');
    if (lost) {
      throw new BusError('KAFKA_COMMIT_UNKNOWN', { id: owner.id, why: 'the answer was lost' });
    }
  }

  abort({ id, epoch }: Owner): void {
    const known = this.#id(id);
    if (known.epoch === epoch) this.#end(known, 'aborted');
  }

  #id(id: string): Id {
    const known = this.#ids.get(id) ?? { epoch: 0, open: undefined, lost: undefined };
    this.#ids.set(id, known);
    return known;
  }

  #owned({ id, epoch }: Owner): Id {
    const known = this.#id(id);
    if (known.epoch !== epoch) throw new BusError('KAFKA_FENCED', { id });
    return known;
  }

  #refusal(topic: string): BusError | undefined {
    const absent = !this.#broker.topics.has(topic);
    if (!absent && !this.#refusing.has(topic)) return undefined;
    return new BusError('KAFKA_TOPIC_REFUSED', { topic, why: absent ? 'absent' : 'denied' });
  }

  #end(known: Id, state: LostCommit): void {
    if (known.open === undefined) return;
    known.open.state.state = state;
    for (const log of known.open.logs) log.appendGap(1);
    known.open = undefined;
    this.#broker.ring();
  }
}

type Owner = { readonly id: string; readonly epoch: number };

class FakeTransactionalProducer implements TransactionalProducer {
  readonly #transactions: FakeTransactions;
  readonly #id: string;
  #epoch: number | undefined;
  #mustFence = false;
  #queue: Promise<void> = Promise.resolve();

  constructor(transactions: FakeTransactions, id: string) {
    this.#transactions = transactions;
    this.#id = id;
  }

  fence(): Promise<void> {
    return this.#inTurn(async () => {
      this.#mustFence = false;
      this.#epoch = this.#transactions.begin(this.#id);
    });
  }

  commit(
    sends: Sends,
    { beforeCommit }: { readonly beforeCommit?: () => void | Promise<void> } = {},
  ): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#mustFence) throw new BusError('KAFKA_FENCED', { id: this.#id });
      this.#epoch ??= this.#transactions.begin(this.#id);
      const owner = { id: this.#id, epoch: this.#epoch };
      this.#orForget(() => this.#transactions.write(owner, sends));
      try {
        await beforeCommit?.();
      } catch (error) {
        this.#transactions.abort(owner);
        throw error;
      }
      this.#orForget(() => this.#transactions.commit(owner));
    });
  }

  #orForget(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#mustFence = true;
      this.#epoch = undefined;
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      this.#epoch = undefined;
    });
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined);
    return done;
  }
}
