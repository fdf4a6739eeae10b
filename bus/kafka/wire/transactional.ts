/**
 * The transactional producer over single requests. An epoch of the id lives until the first
 * error; what `beforeCommit` aborts is none, because everything sent was taken. After an error
 * nothing is written before the id is taken over anew: so sequence numbers never go back, and
 * nobody who lost the id takes it back without noticing.
 */
import { BusError, isBusError, messageOf } from '../../base/errors.ts';
import { retry } from '../../base/retry.ts';
import { protocolNames, toKafkaError } from '../client-errors.ts';
import {
  partitionKey,
  type Sends,
  type TopicPartition,
  type TransactionalProducer,
} from '../kafka.ts';
import { CLIENT_LIMITS, type KafkaSettings } from '../settings.ts';
import { createPartitionLeaders, type Leadership } from './partition-leaders.ts';
import { createRecordPlacement, type PlacedBatch, portionsOf } from './record-placement.ts';
import {
  addPartitions,
  end,
  type Epoch,
  findTransactionCoordinator,
  produce,
  takeOver,
} from './transaction-requests.ts';
import { type Address, createWire } from './wire.ts';

const TRANSACTION_MS_MAX = 10_000;

const STILL_ENDING = 'CONCURRENT_TRANSACTIONS';
/** The transaction before is still ending, or its coordinator is changing. */
const PASSING = new Set([
  STILL_ENDING,
  'NOT_COORDINATOR',
  'COORDINATOR_NOT_AVAILABLE',
  'COORDINATOR_LOAD_IN_PROGRESS',
]);
const PATIENCE = {
  attemptsMax: 1_000,
  delayMs: 2,
  delayMsMax: 10,
  mayRetry: (error: unknown) => protocolNames(error).some((name) => PASSING.has(name)),
};

/** A topic that was just created has no working leader for some moments. */
const LEADER_PATIENCE = {
  attemptsMax: 30,
  delayMs: 5,
  delayMsMax: 100,
  mayRetry: (error: unknown) => isBusError(error, 'KAFKA_UNREACHABLE'),
};

type Leaders = ReadonlyMap<string, Leadership>;

export function openTransactional(settings: KafkaSettings, id: string): TransactionalProducer {
  const producer = new WireTransactional(settings, id);
  let queue: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>) => {
    const done = queue.then(work);
    queue = done.catch(() => undefined);
    return done;
  };
  return {
    fence: () => inTurn(() => producer.fence()),
    commit: (sends, { beforeCommit } = {}) => inTurn(() => producer.commit(sends, beforeCommit)),
    close: () => inTurn(() => producer.close()),
  };
}

/** One call at a time. */
class WireTransactional {
  readonly #id: string;
  readonly #wire;
  readonly #leaders;
  readonly #placement;
  #coordinator: Address | undefined;
  #epoch: Epoch | undefined;
  #mustFence = false;

  constructor(settings: KafkaSettings, id: string) {
    this.#id = id;
    this.#wire = createWire(settings);
    this.#leaders = createPartitionLeaders(this.#wire);
    this.#placement = createRecordPlacement(this.#wire);
  }

  async fence(): Promise<void> {
    this.#forget();
    try {
      this.#epoch = await this.#takeOver();
      this.#mustFence = false;
    } catch (error) {
      this.#mustFence = true;
      throw toKafkaError(error, `fence ${this.#id}`);
    }
  }

  async commit(
    sends: Sends,
    beforeCommit: (() => void | Promise<void>) | undefined,
  ): Promise<void> {
    if (this.#mustFence) throw new BusError('KAFKA_FENCED', { id: this.#id });
    let epoch: Epoch | undefined;
    let isWritten: boolean;
    try {
      epoch = this.#epoch ??= await this.#takeOver();
      isWritten = await this.#write(epoch, sends);
    } catch (error) {
      this.#forget();
      if (epoch) await this.#abort(epoch);
      throw toKafkaError(error, `write a transaction of ${this.#id}`);
    }
    try {
      await beforeCommit?.();
    } catch (error) {
      // Every record was taken, so the epoch may go on; where the abort is not confirmed, it may not.
      if (isWritten && !(await this.#abort(epoch))) this.#forget();
      throw error;
    }
    if (isWritten) await this.#end(epoch);
  }

  async close(): Promise<void> {
    this.#forget();
    await this.#wire.close();
  }

  #takeOver(): Promise<Epoch> {
    return this.#atCoordinator((coordinator) =>
      takeOver(this.#wire, coordinator, { id: this.#id, transactionMsMax: TRANSACTION_MS_MAX }),
    );
  }

  /** False where there was nothing to write, and so nothing to end. */
  async #write(epoch: Epoch, sends: Sends): Promise<boolean> {
    const batches = await this.#placement.place(sends);
    if (batches.length === 0) return false;
    await this.#leaders.find(batches).then((leaders) => mustExist(leaders, batches));
    await this.#atCoordinator((coordinator) =>
      addPartitions(this.#wire, coordinator, { epoch, partitions: batches }),
    );
    for (const portion of portionsOf(batches)) await this.#produce(epoch, portion);
    return true;
  }

  /** Asks for the leaders again as long as some batches found theirs gone. */
  async #produce(epoch: Epoch, portion: readonly PlacedBatch[]): Promise<void> {
    let open = portion;
    await retry(async () => {
      const leaders = await this.#leaders.find(open);
      const led = Map.groupBy(open, (one) => leaderOf(leaders, one));
      const refused = await Promise.all(
        [...led].map(([leader, batches]) =>
          produce(this.#wire, leader, {
            epoch,
            batches,
            timeoutMs: CLIENT_LIMITS.requestTimeoutMs,
          }),
        ),
      );
      const left = new Set(refused.flatMap((one) => [...one]));
      open = open.filter((one) => left.has(partitionKey(one)));
      const [first] = open;
      if (first === undefined) return;
      this.#leaders.forget();
      throw moving(first);
    }, LEADER_PATIENCE);
  }

  async #end(epoch: Epoch): Promise<void> {
    try {
      await this.#atCoordinator((at) => end(this.#wire, at, { epoch, commit: true }));
    } catch (error) {
      this.#forget();
      if (isBusError(error)) throw error;
      const details = { id: this.#id, why: messageOf(error) };
      throw new BusError('KAFKA_COMMIT_UNKNOWN', details, error);
    }
  }

  /** False where it is not confirmed: whoever takes the id over next ends it, or its time does. */
  async #abort(epoch: Epoch): Promise<boolean> {
    try {
      await this.#atCoordinator((at) => end(this.#wire, at, { epoch, commit: false }));
      return true;
    } catch {
      return false;
    }
  }

  #forget(): void {
    this.#epoch = undefined;
    this.#mustFence = true;
    this.#leaders.forget();
    this.#placement.forget();
  }

  #atCoordinator<T>(work: (coordinator: Address) => Promise<T>): Promise<T> {
    return retry(async () => {
      try {
        this.#coordinator ??= await findTransactionCoordinator(this.#wire, this.#id);
        return await work(this.#coordinator);
      } catch (error) {
        if (!protocolNames(error).includes(STILL_ENDING)) this.#coordinator = undefined;
        throw error;
      }
    }, PATIENCE);
  }
}

function leaderOf(leaders: Leaders, partition: TopicPartition): Address {
  mustExist(leaders, [partition]);
  const leader = leaders.get(partitionKey(partition));
  if (typeof leader === 'object') return leader;
  throw moving(partition);
}

function mustExist(leaders: Leaders, partitions: readonly TopicPartition[]): void {
  for (const one of partitions) {
    const why = leaders.get(partitionKey(one));
    const { topic } = one;
    if (why === 'absent' || why === 'denied') {
      throw new BusError('KAFKA_TOPIC_REFUSED', { topic, why });
    }
  }
}

function moving({ topic }: TopicPartition): BusError {
  const why = 'its leader is changing';
  return new BusError('KAFKA_UNREACHABLE', { what: `write to topic ${topic}`, why });
}
