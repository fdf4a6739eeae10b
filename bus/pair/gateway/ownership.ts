/**
 * What the one living owner of a shard has: the fenced producer, and progress as the shard's own
 * partition of the progress topic tells it. One transaction at a time, whoever asks for it; when one
 * fails nothing of it happened, or nobody knows, and progress is read again before the next.
 */
import { BusError } from '../../base/errors.ts';
import type { Clock } from '../../base/clock.ts';
import type {
  FetchedRange,
  KafkaAdmin,
  KafkaBus,
  LogReader,
  RecordPosition,
  TransactionalProducer,
} from '../../kafka/kafka.ts';
import { GATEWAY } from '../access.ts';
import { mayDeliver, type Lease } from './lease.ts';
import type { Outcome } from './outcome.ts';
import {
  emptyProgress,
  PROGRESS_TOPIC,
  takeEntry,
  takeForeign,
  takeRecord,
  type Progress,
} from './progress.ts';

export type OwnershipOptions = {
  readonly shard: number;
  readonly kafka: KafkaBus;
  readonly admin: KafkaAdmin;
  readonly lease: Lease;
  readonly clock: Clock;
  readonly onCommitted?: (committed: Committed) => void;
};

export type Committed = { readonly shard: number; readonly records: number };

const FETCH = { waitMs: 200, bytesMax: 8_388_608, bytesPerPartitionMax: 1_048_576 } as const;
/** Longer than the broker lets a transaction stay open. */
const OPEN_TRANSACTION_MS = 20_000;

/** The lease changed while a transaction was made: nothing of it happened. */
export class LeaseChanged extends Error {}

/** Progress was read again since the work began: it has to begin again too. */
export class Superseded extends Error {}

export class Ownership {
  readonly #options: OwnershipOptions;
  #progress: Progress = emptyProgress();
  #tail = 0n;
  #producer: TransactionalProducer | undefined;
  #reader: LogReader | undefined;
  #isReady = false;
  #epoch = 0;
  #committedAtMs = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: OwnershipOptions) {
    this.#options = options;
  }

  /** Whether progress is known; before, nobody may act upon it. */
  get isReady(): boolean {
    return this.#isReady;
  }

  get progress(): Progress {
    return this.#progress;
  }

  /** Grows whenever progress was read again: work begun before must not be committed after. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Of the last transaction. */
  get committedAtMs(): number {
    return this.#committedAtMs;
  }

  /** Ends what a predecessor left open, then reads how far it came. */
  claim(): Promise<void> {
    return this.#inTurn(async () => {
      const { kafka, shard, clock } = this.#options;
      this.#epoch++;
      this.#producer ??= await kafka.transactional(`${GATEWAY.transactionalPrefix}${shard}`);
      this.#reader ??= await kafka.reader();
      await this.#producer.fence();
      const end = await this.#endOfProgress();
      const read = await readProgress(this.#reader, { shard, end, clock });
      this.#progress = read.progress;
      this.#tail = read.next;
      this.#isReady = true;
    });
  }

  /** Something went wrong: progress has to be read again. */
  lose(): void {
    this.#isReady = false;
  }

  /**
   * One transaction of this shard. Throws Superseded when progress was read again since `epoch`,
   * LeaseChanged when a pair in it may not deliver any more, and what the producer throws; then
   * nothing happened, or nobody knows and progress is read again before the next.
   */
  transact(outcome: Outcome, epoch: number): Promise<void> {
    return this.#inTurn(() => this.#commit(outcome, epoch));
  }

  /** One long poll over the positions; what others noted of this shard's progress is taken in beside. */
  async fetchOn(positions: readonly RecordPosition[]): Promise<readonly FetchedRange[]> {
    if (!this.#reader) return [];
    const tail = { topic: PROGRESS_TOPIC, partition: this.#options.shard, offset: this.#tail };
    const [foreign, ...ranges] = await this.#reader.fetch(
      [tail, ...positions],
      limits(FETCH.waitMs),
    );
    this.#takeTail(foreign);
    return ranges;
  }

  /** What stands at one position now. */
  async fetchNow(position: RecordPosition): Promise<FetchedRange | undefined> {
    const [range] = (await this.#reader?.fetch([position], limits(0))) ?? [];
    return range;
  }

  async close(): Promise<void> {
    await this.#producer?.close();
    await this.#reader?.close();
    this.#producer = undefined;
    this.#reader = undefined;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }

  /** The end of the log itself: what stands behind an open transaction counts too. */
  async #endOfProgress(): Promise<bigint> {
    const ends = await this.#options.admin.writtenEnds([PROGRESS_TOPIC]);
    return ends.find(({ partition }) => partition === this.#options.shard)?.offset ?? 0n;
  }

  #takeTail(range: FetchedRange | undefined): void {
    if (!range) return;
    if (range.fault === 'out-of-range') throw logLost(range);
    for (const record of range.records) takeForeign(this.#progress, record);
    this.#tail = range.nextOffset;
  }

  async #commit(outcome: Outcome, epoch: number): Promise<void> {
    const { clock, shard } = this.#options;
    if (!this.#isReady || epoch !== this.#epoch || !this.#producer) throw new Superseded();
    try {
      await this.#producer.commit(outcome.sends(clock.now()), {
        beforeCommit: () => requirePermission(outcome.agreements, this.#options),
      });
    } catch (error) {
      if (!(error instanceof LeaseChanged)) this.#isReady = false;
      throw error;
    }
    for (const entry of outcome.entries) takeEntry(this.#progress, entry);
    this.#committedAtMs = clock.now();
    this.#options.onCommitted?.({ shard, records: outcome.records });
  }
}

/** Throws where one of the agreements, given with their hashes, may not deliver any more. */
function requirePermission(
  agreements: ReadonlyMap<string, string>,
  { lease, clock }: { readonly lease: Lease; readonly clock: Clock },
): void {
  for (const [agreement, contentHash] of agreements) {
    const leased = lease.pair(agreement);
    const isSame = leased?.pair.agreement.contentHash === contentHash;
    if (!isSame || !mayDeliver(leased, clock.now())) throw new LeaseChanged();
  }
}

/**
 * The whole progress of one shard up to `end`, and where its tail begins. Waits for transactions
 * that are open before `end`: they end soon, or their time ends them.
 */
async function readProgress(
  reader: LogReader,
  { shard, end, clock }: { readonly shard: number; readonly end: bigint; readonly clock: Clock },
): Promise<{ readonly progress: Progress; readonly next: bigint }> {
  const progress = emptyProgress();
  const where = { topic: PROGRESS_TOPIC, partition: shard };
  const deadline = clock.now() + OPEN_TRANSACTION_MS;
  let next = 0n;
  while (next < end) {
    const [range] = await reader.fetch([{ ...where, offset: next }], limits(FETCH.waitMs));
    if (range?.fault === 'out-of-range' && range.logStart > next) {
      next = range.logStart;
      continue;
    }
    if (!range || range.fault || (range.nextOffset <= next && clock.now() > deadline)) {
      const fault = range?.fault ?? 'a transaction stays open';
      throw new BusError('GATEWAY_PROGRESS_UNREADABLE', { ...where, fault });
    }
    for (const record of range.records) takeRecord(progress, record);
    next = range.nextOffset;
  }
  return { progress, next };
}

export function logLost({ topic, partition, fault }: FetchedRange): BusError {
  return new BusError('GATEWAY_LOG_LOST', { topic, partition, fault });
}

/** Of every fetch of a shard and its lanes. */
export function limits(waitMs: number) {
  const { bytesMax, bytesPerPartitionMax } = FETCH;
  return { waitMs, bytesMax, bytesPerPartitionMax };
}
