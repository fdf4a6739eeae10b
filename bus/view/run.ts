/**
 * Runs one view in this process: wires the engine to a consumer, watches for halts that an
 * operator lifts, and ends when asked or when the consumer cannot go on.
 */
import { randomUUID } from 'node:crypto';
import { createReaderCache } from '../avro/reader.ts';
import { BusError, messageOf } from '../base/errors.ts';
import { Lifetime } from '../base/lifecycle.ts';
import { systemClock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { BusConsumer, KafkaAdmin, KafkaBus } from '../kafka/kafka.ts';
import type { SqlDatabase } from '../sql/sql.ts';
import type { RecordReader } from './apply/decode.ts';
import { ViewEngine, type Applied } from './apply/engine.ts';
import { guardKeys } from './apply/key-guard.ts';
import { compileView, type UnitPlan } from './compile/compile.ts';
import { pruneHistory } from './store/history-store.ts';
import { viewGroup, type ViewModel } from './view.ts';

export type RunViewOptions = {
  readonly view: ViewModel;
  readonly kafka: KafkaBus;
  readonly database: SqlDatabase;
  /** The parsed writer schema of an id; rejects with the codes of the registry port. */
  readonly fetchSchema: (schemaId: number) => Promise<unknown>;
  readonly log: Log;
  readonly concurrency?: number;
  /** The consumer group; default: the view's own. A rebuild reads beside it. */
  readonly group?: string;
  readonly sessionTimeoutMs?: number;
  readonly onApplied?: (applied: Applied) => void;
};

export type RunningView = {
  /** Settles when the view stopped: undefined after `close`, else why. */
  readonly ended: Promise<Error | undefined>;
  /** Finishes the batch in hand, leaves the group and closes; the database stays the caller's. */
  close(): Promise<void>;
};

const CONCURRENCY = 4;
const HALT_CHECK_MS = 1_000;
const PRUNE_INTERVAL_MS = 3_600_000;
/** Bounds one transaction: about 5,000 records of a usual row. */
const BYTES_PER_PARTITION_MAX = 1_048_576;

/** Starts the view; throws VIEW_TOPIC_ABSENT when a topic is missing or hidden from this user. */
export async function runView(options: RunViewOptions): Promise<RunningView> {
  const { view, kafka, log } = options;
  const lifetime = new Lifetime(log);
  const plans = compileView(view);
  const admin = await kafka.admin();
  lifetime.defer('admin', () => admin.close());
  try {
    await requireTopics(admin, view, plans);
    const consumer = startConsumer(options, { plans, admin, lifetime });
    await consumer.start();
    return { ended: consumer.ended, close: () => lifetime.end() };
  } catch (error) {
    await lifetime.end();
    throw error;
  }
}

function startConsumer(
  options: RunViewOptions,
  {
    plans,
    admin,
    lifetime,
  }: {
    readonly plans: readonly UnitPlan[];
    readonly admin: KafkaAdmin;
    readonly lifetime: Lifetime;
  },
): BusConsumer {
  const { view, kafka, database, log, onApplied } = options;
  const engine: ViewEngine = new ViewEngine({
    plans,
    readerFor: (plan) =>
      guardKeys(recordReader(plan, options.fetchSchema), { unit: plan.unit, database }),
    database,
    admin: () => Promise.resolve(admin),
    owner: randomUUID(),
    log,
    signal: lifetime.signal,
    reclaim: (partition) => void consumer.reclaim(partition).catch(() => {}),
    onApplied: (applied) => {
      consumer.mirrorOffset(applied);
      onApplied?.(applied);
    },
  });
  const consumer = kafka.consumer({
    group: options.group ?? viewGroup(view.name),
    topics: plans.map(({ topic }) => topic),
    handler: engine,
    concurrency: options.concurrency ?? CONCURRENCY,
    bytesPerPartitionMax: BYTES_PER_PARTITION_MAX,
    ...(options.sessionTimeoutMs === undefined
      ? {}
      : { sessionTimeoutMs: options.sessionTimeoutMs }),
  });
  lifetime.defer('consumer', () => consumer.close());
  void watchHalts(engine, lifetime.signal, log);
  if (view.history) void boundHistory(view.history, { database, signal: lifetime.signal, log });
  return consumer;
}

/** Projects exactly the declared columns out of each record. */
export function recordReader(
  plan: UnitPlan,
  fetchSchema: (id: number) => Promise<unknown>,
): RecordReader {
  const cache = createReaderCache({
    fetchSchema,
    projection: { key: plan.key, value: plan.columns, before: false, position: plan.history },
  });
  return {
    prepare: (records) => cache.prepareFor(records),
    key: (key) => cache.keyReader.decode(key),
    change: (value) => cache.valueReader.decode(value),
  };
}

async function requireTopics(
  admin: KafkaAdmin,
  view: ViewModel,
  plans: readonly UnitPlan[],
): Promise<void> {
  const topics = plans.map(({ topic }) => topic);
  const there = new Set((await admin.describeTopics(topics)).map(({ name }) => name));
  const absent = topics.filter((topic) => !there.has(topic));
  if (absent.length > 0)
    throw new BusError('VIEW_TOPIC_ABSENT', { view: view.name, topics: absent.join(', ') });
}

async function watchHalts(engine: ViewEngine, signal: AbortSignal, log: Log): Promise<void> {
  while (!signal.aborted) {
    await engine
      .reviveHalted()
      .catch((error: unknown) => log.debug({ error: messageOf(error) }, 'halts not read'));
    await systemClock.sleep(HALT_CHECK_MS, signal).catch(() => {});
  }
}

/** Deletes what is older than the retention, now and then for as long as the view runs. */
async function boundHistory(
  { retentionDays }: { readonly retentionDays: number },
  {
    database,
    signal,
    log,
  }: { readonly database: SqlDatabase; readonly signal: AbortSignal; readonly log: Log },
): Promise<void> {
  while (!signal.aborted) {
    await pruneHistory(database, retentionDays)
      .then((rows) => rows > 0 && log.info({ rows, retentionDays }, 'history pruned'))
      .catch((error: unknown) => log.debug({ error: messageOf(error) }, 'history not pruned'));
    await systemClock.sleep(PRUNE_INTERVAL_MS, signal).catch(() => {});
  }
}
