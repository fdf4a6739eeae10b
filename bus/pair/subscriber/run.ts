/**
 * Runs the subscriber of one agreement in this process: engine, consumer and reporter, until it is
 * asked to end or the agreement has ended and the copy is purged. A right that was taken away is
 * said once and asked for again, slowly: a suspension ends by itself for the subscriber.
 */
import { randomUUID } from 'node:crypto';
import { pairNames } from '../../agreement/agreement.ts';
import type { OrgSigningKey } from '../../agreement/signature/keys.ts';
import { systemClock } from '../../base/clock.ts';
import { BusError, isBusError, messageOf } from '../../base/errors.ts';
import { Lifetime } from '../../base/lifecycle.ts';
import type { Log } from '../../base/log.ts';
import type { BusConsumer, BusProducer, KafkaAdmin, KafkaBus } from '../../kafka/kafka.ts';
import type { SqlDatabase, SqlEngine } from '../../sql/sql.ts';
import { TRY_AGAIN_MS } from '../../base/backoff.ts';
import { dialectOf } from './dialect.ts';
import { CopyEngine, type AppliedRows } from './engine.ts';
import { noteSubscription, readSubscription } from './subscription-store.ts';
import type { Settled } from './settle.ts';
import type { Receipt } from './receipts.ts';
import { Reporter } from './report.ts';
import type { Delivery } from './steps.ts';
import { createOwnTables } from './tables.ts';

export type RunSubscriberOptions = {
  readonly agreementId: string;
  readonly table: string;
  readonly delivery: Delivery;
  /** The only content that may arrive; absent: every version of the agreement. */
  readonly contentHash?: string;
  readonly kafka: KafkaBus;
  readonly database: SqlDatabase;
  readonly engine: SqlEngine;
  /** The parsed writer schema of an id; rejects with the codes of the registry port. */
  readonly fetchSchema: (schemaId: number) => Promise<unknown>;
  readonly signingKey: OrgSigningKey;
  /** A change that arrives later than this after its source is logged. */
  readonly lateAfterMs?: number;
  readonly log: Log;
  readonly onApplied?: (applied: AppliedRows) => void;
  readonly onSettled?: (settled: Settled) => void;
  readonly onReceipt?: (receipt: Receipt) => void;
  readonly sessionTimeoutMs?: number;
  /** Between asking again for a right that was refused. */
  readonly tryAgainMs?: number;
};

export type RunningSubscriber = {
  /** Settles when it stopped: 'purged' when the agreement has ended and the receipt was told. */
  readonly ended: Promise<'closed' | 'purged' | Error>;
  /** Why nothing can be read now; undefined while it can. */
  readonly refusal: () => BusError | undefined;
  /** Finishes the step in hand, leaves the group and closes; the database stays the caller's. */
  close(): Promise<void>;
};

const WATCH_INTERVAL_MS = 300;
const WATCH_FAILED_MS = 3_000;
/** Bounds one transaction: some thousands of records of a usual row. */
const BYTES_PER_PARTITION_MAX = 1_048_576;

/** Makes the kit's tables and starts. Throws SUBSCRIBER_TABLE_DIFFERS when the copy stands in another table. */
export async function runSubscriber(options: RunSubscriberOptions): Promise<RunningSubscriber> {
  const { agreementId, database, table, log } = options;
  const dialect = dialectOf(options.engine);
  await createOwnTables(database, dialect);
  await noteSubscription(database, dialect, { agreementId, table });
  const known = await readSubscription(database, agreementId);
  if (known.table !== table) {
    const differences = `this copy stands in table ${known.table}`;
    throw new BusError('SUBSCRIBER_TABLE_DIFFERS', { table, differences });
  }
  const lifetime = new Lifetime(log);
  const ended = Promise.withResolvers<'closed' | 'purged' | Error>();
  const run = new SubscriberRun(options, { lifetime, dialect, end: ended.resolve });
  if (known.receiptSent) ended.resolve('purged');
  else run.start();
  return {
    ended: ended.promise,
    refusal: () => run.refusal,
    async close() {
      await lifetime.end();
      ended.resolve('closed');
    },
  };
}

type RunParts = {
  readonly lifetime: Lifetime;
  readonly dialect: ReturnType<typeof dialectOf>;
  readonly end: (how: 'purged' | Error) => void;
};

class SubscriberRun {
  readonly #options: RunSubscriberOptions;
  readonly #parts: RunParts;
  #consumer: BusConsumer | undefined;
  #admin: Promise<KafkaAdmin> | undefined;
  #producer: Promise<BusProducer> | undefined;
  refusal: BusError | undefined;

  constructor(options: RunSubscriberOptions, parts: RunParts) {
    this.#options = options;
    this.#parts = parts;
  }

  start(): void {
    const { lifetime, end } = this.#parts;
    const engine = this.#engine();
    const reporter = this.#reporter();
    const work = [this.#consume(engine), this.#watch(engine), reporter.run(lifetime.signal)];
    lifetime.defer('clients', async () => {
      await this.#closeConsumer();
      await Promise.all(work);
      // What was applied last is told before the process ends.
      await reporter.tell();
      await (await this.#producer?.catch(() => undefined))?.close();
    });
    for (const one of work) one.catch((error: unknown) => end(toError(error)));
  }

  #engine(): CopyEngine {
    const { lifetime, dialect } = this.#parts;
    const { topic } = pairNames(this.#options.agreementId);
    return new CopyEngine({
      ...this.#options,
      onApplied: (applied) => this.#noteApplied(applied),
      topic,
      dialect,
      admin: () => this.#openAdmin(),
      owner: randomUUID(),
      signal: lifetime.signal,
      reclaim: (partition) => void this.#consumer?.reclaim(partition).catch(() => {}),
    });
  }

  #noteApplied(applied: AppliedRows): void {
    const { log, lateAfterMs, onApplied } = this.#options;
    onApplied?.(applied);
    if (lateAfterMs === undefined || applied.sourceTimeMs === null) return;
    const ageMs = Date.now() - applied.sourceTimeMs;
    if (ageMs > lateAfterMs) log.warn({ ageMs, rows: applied.rows }, 'changes arrive late');
  }

  #reporter(): Reporter {
    const { kafka } = this.#options;
    return new Reporter({
      ...this.#options,
      dialect: this.#parts.dialect,
      producer: () => {
        this.#producer ??= kafka.producer().catch((error: unknown) => {
          this.#producer = undefined;
          throw error;
        });
        return this.#producer;
      },
      onPurged: () => this.#parts.end('purged'),
    });
  }

  /** One consumer after another: each ends when a right is taken away, and the next asks for it again. */
  async #consume(engine: CopyEngine): Promise<void> {
    const { agreementId, log, tryAgainMs = TRY_AGAIN_MS } = this.#options;
    const { signal } = this.#parts.lifetime;
    while (!signal.aborted) {
      const refusal = await this.#oneConsumer(engine);
      await this.#closeConsumer();
      if (signal.aborted) return;
      if (refusal && !isRefusal(refusal)) throw refusal;
      const why = refusal ? messageOf(refusal) : 'the consumer ended';
      const details = { agreement: agreementId, why, seconds: Math.ceil(tryAgainMs / 1_000) };
      const told = new BusError('SUBSCRIBER_NO_ACCESS', details, refusal);
      if (this.refusal?.message !== told.message)
        log.warn({ code: told.code, remedy: told.remedy }, told.message);
      this.refusal = told;
      await systemClock.sleep(tryAgainMs, signal).catch(() => {});
    }
  }

  /** Why it ended. */
  async #oneConsumer(engine: CopyEngine): Promise<Error | undefined> {
    const { kafka, agreementId, sessionTimeoutMs, log } = this.#options;
    const { topic, group } = pairNames(agreementId);
    const consumer = kafka.consumer({
      group,
      topics: [topic],
      handler: engine,
      bytesPerPartitionMax: BYTES_PER_PARTITION_MAX,
      ...(sessionTimeoutMs === undefined ? {} : { sessionTimeoutMs }),
    });
    this.#consumer = consumer;
    try {
      await consumer.start();
      if (this.refusal) log.info({}, 'agreement is readable again');
      this.refusal = undefined;
      return await consumer.ended;
    } catch (error) {
      return toError(error);
    }
  }

  async #watch(engine: CopyEngine): Promise<void> {
    const { signal } = this.#parts.lifetime;
    while (!signal.aborted) {
      let waitMs = WATCH_INTERVAL_MS;
      await engine.watch().catch((error: unknown) => {
        if (isBusError(error, 'BUS_BUG') || !(error instanceof BusError)) throw error;
        this.#options.log.warn({ error: messageOf(error) }, 'copy not settled yet');
        waitMs = WATCH_FAILED_MS;
      });
      await systemClock.sleep(waitMs, signal).catch(() => {});
    }
  }

  #openAdmin(): Promise<KafkaAdmin> {
    this.#admin ??= this.#options.kafka.admin().catch((error: unknown) => {
      this.#admin = undefined;
      throw error;
    });
    return this.#admin;
  }

  async #closeConsumer(): Promise<void> {
    const [consumer, admin] = [this.#consumer, this.#admin];
    this.#consumer = undefined;
    this.#admin = undefined;
    await consumer?.close();
    await (await admin?.catch(() => undefined))?.close();
  }
}

/** What the provider's side can lift: suspended, not deployed yet, a wrong password. */
function isRefusal(error: Error): boolean {
  return isBusError(
    error,
    'KAFKA_NOT_AUTHORIZED',
    'KAFKA_NOT_AUTHENTICATED',
    'KAFKA_TOPIC_ABSENT',
    'KAFKA_REFUSED',
    'KAFKA_UNREACHABLE',
  );
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(messageOf(error));
}
