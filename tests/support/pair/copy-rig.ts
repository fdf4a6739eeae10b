/**
 * The subscriber's engine on a real database, one batch at a time: the test plays gateway and
 * broker. Records are encoded by the gateway's own codec; `feed` holds the log of each partition.
 */
import { createHash } from 'node:crypto';
import { isBusError } from '../../../bus/base/errors.ts';
import { silentLog } from '../../../bus/base/log.ts';
import { parseColumnType, isProblem } from '../../../bus/change/column-type.ts';
import type { ColumnValue } from '../../../bus/change/column-value.ts';
import {
  partitionKey,
  type Claim,
  type Handled,
  type KafkaAdmin,
  type RawRecord,
  type RecordBatch,
  type TopicPartition,
} from '../../../bus/kafka/kafka.ts';
import type { Backfill } from './pair-feed.ts';
import { PairFeed } from './pair-feed.ts';
import type { PairField } from '../../../bus/pair/pair.ts';
import { CopyEngine, type AppliedRows } from '../../../bus/pair/subscriber/engine.ts';
import { dialectOf, type Dialect } from '../../../bus/pair/subscriber/dialect.ts';
import { readProgress, type Progress } from '../../../bus/pair/subscriber/progress-store.ts';
import {
  noteSubscription,
  readSubscription,
  type Subscription,
} from '../../../bus/pair/subscriber/subscription-store.ts';
import type { Settled } from '../../../bus/pair/subscriber/settle.ts';
import type { Delivery } from '../../../bus/pair/subscriber/steps.ts';
import { createOwnTables } from '../../../bus/pair/subscriber/tables.ts';
import type { DatabaseOptions } from '../../../bus/sql/mysql/mysql-database.ts';
import type { SqlDatabase, SqlEngine, SqlRow } from '../../../bus/sql/sql.ts';
import type { TestStack } from '../env.ts';
import { noWaiting } from '../view/engine-rig.ts';

export type { Backfill };

export const TABLE = 'copy';

/** What a field of these tests is delivered as. */
export function field(name: string, type: string): PairField {
  const parsed = parseColumnType(type);
  if (isProblem(parsed)) throw new Error(parsed.message);
  return { name, type: parsed, deliveredType: parsed };
}

export const FIELDS: readonly PairField[] = [
  field('id', 'varchar(40)'),
  field('name', 'varchar(60)'),
  field('points', 'int'),
];

export function contentHash(of: string): string {
  return `$1$${createHash('sha256').update(of).digest('base64url')}`;
}

export type CopyOfTest = {
  readonly engine: CopyEngine;
  readonly settled: Settled[];
  readonly applied: AppliedRows[];
  readonly reclaims: TopicPartition[];
  readonly claim: (
    groupGeneration: number,
    parts?: readonly number[],
  ) => Promise<Map<string, Claim>>;
  /** Hands over what a partition holds from `from` on, `count` records at most, as one batch. */
  readonly read: (part: number, options?: ReadOptions) => Promise<Handled>;
  /** Reads every partition to its end, claiming where the engine asks for it. */
  readonly drain: (options?: { readonly perBatch?: number }) => Promise<void>;
};

export type ReadOptions = {
  readonly from?: bigint;
  readonly count?: number;
  readonly isStale?: () => boolean;
};

export type CopyRig = {
  readonly dialect: Dialect;
  readonly database: SqlDatabase;
  readonly databaseName: string;
  /** Connections of their own to the same database. */
  openAgain(limits: DatabaseOptions): Promise<SqlDatabase>;
  readonly feed: PairFeed;
  readonly broker: { topicId: string; starts: Map<number, bigint>; failures: Error[] };
  start(
    owner: string,
    options?: {
      readonly database?: SqlDatabase;
      readonly delivery?: Delivery;
      readonly contentHash?: string;
    },
  ): CopyOfTest;
  /** The copy by its first column, as text. */
  rows(): Promise<Map<string, SqlRow>>;
  progress(): Promise<Progress[]>;
  subscription(): Promise<Subscription>;
  count(table: string): Promise<number>;
};

let serial = 0;

/** A subscription of its own, in a fresh database of `engine` unless said otherwise. */
export async function copyRig(
  stack: TestStack,
  engine: SqlEngine,
  {
    partitions = 2,
    beside,
  }: {
    readonly partitions?: number;
    /** Another copy whose database has room for this one's table too. */
    readonly beside?: CopyRig;
  } = {},
): Promise<CopyRig> {
  const role = engine === 'postgresql' ? 'registers' : 'subscribers';
  const table = beside ? `${TABLE}_${++serial}` : TABLE;
  const place = beside
    ? { database: beside.databaseName, sql: beside.database }
    : await stack.newDatabase(role, `c${++serial}`);
  const { database: databaseName, sql: database } = place;
  const dialect = dialectOf(engine);
  const agreementId = `agreement-${serial}`;
  await createOwnTables(database, dialect);
  await noteSubscription(database, dialect, { agreementId, table });
  const feed = new PairFeed(FIELDS, partitions);
  const topic = `pair.${agreementId}`;
  const broker = { topicId: 'life-1', starts: new Map<number, bigint>(), failures: [] as Error[] };
  return {
    dialect,
    database,
    databaseName,
    openAgain: (limits) => stack.openSql(role, { database: databaseName, limits }),
    feed,
    broker,
    start: (owner, options = {}) =>
      startCopy({ agreementId, topic, table, dialect, database, feed, broker, owner, ...options }),
    rows: () => copyRows(database, dialect, table),
    progress: () => readProgress(database, agreementId),
    subscription: () => readSubscription(database, agreementId),
    async count(of) {
      const [row] = await database.query<{ n: number }>(`SELECT COUNT(*) AS n FROM ${of}`);
      return Number(row?.n ?? 0);
    },
  };
}

export async function copyRows(
  database: SqlDatabase,
  dialect: Dialect,
  table: string,
): Promise<Map<string, SqlRow>> {
  const rows = await database.query(`SELECT * FROM ${dialect.quote(table)}`);
  return new Map(rows.map((row) => [String(Object.values(row)[0]), row]));
}

function startCopy(of: {
  readonly agreementId: string;
  readonly topic: string;
  readonly table: string;
  readonly dialect: Dialect;
  readonly database: SqlDatabase;
  readonly feed: PairFeed;
  readonly broker: CopyRig['broker'];
  readonly owner: string;
  readonly delivery?: Delivery;
  readonly contentHash?: string;
}): CopyOfTest {
  const { topic, feed, broker, delivery = 'realtime', ...rest } = of;
  const settled: Settled[] = [];
  const applied: AppliedRows[] = [];
  const reclaims: TopicPartition[] = [];
  const admin = adminOf({ topic, feed, broker });
  const engine = new CopyEngine({
    ...rest,
    topic,
    delivery,
    admin: () => Promise.resolve(admin),
    fetchSchema: (id) => Promise.resolve(feed.schema(id)),
    log: silentLog,
    signal: new AbortController().signal,
    clock: noWaiting,
    reclaim: (partition) => void reclaims.push(partition),
    onApplied: (a) => void applied.push(a),
    onSettled: (s) => void settled.push(s),
  });
  const all = Array.from({ length: feed.partitions }, (_, part) => part);
  const claim = async (groupGeneration: number, parts: readonly number[] = all) =>
    new Map(
      await engine.claim({
        group: 'g',
        memberId: of.owner,
        groupGeneration,
        partitions: parts.map((partition) => ({ topic, partition })),
      }),
    );
  const read: CopyOfTest['read'] = (part, options) =>
    engine.apply(batchOf({ topic, partition: part }, feed, options));
  return {
    engine,
    settled,
    applied,
    reclaims,
    claim,
    read,
    drain: (options) => drain({ engine, claim, read, feed, topic }, options),
  };
}

/** Looks without anything new before a log counts as read. */
const IDLE_MAX = 3;

/** A little consumer: reads, seeks, pauses and claims as it is told, until nothing is left. */
async function drain(
  of: Pick<CopyOfTest, 'engine' | 'claim' | 'read'> & { feed: PairFeed; topic: string },
  { perBatch = 1_000 }: { readonly perBatch?: number } = {},
): Promise<void> {
  const next = new Map<number, bigint>();
  const take = (claims: Map<string, Claim>): void => {
    for (let part = 0; part < of.feed.partitions; part++) {
      const claim = claims.get(partitionKey({ topic: of.topic, partition: part }));
      if (claim?.kind === 'start') next.set(part, claim.offset);
    }
  };
  take(await of.claim(1));
  for (let idle = 0; idle < IDLE_MAX;) {
    const before = JSON.stringify([...next], (_, value: unknown) => String(value));
    for (const [part, offset] of next) {
      if (offset >= of.feed.end(part)) continue;
      const batch = { from: offset, count: perBatch };
      const handled = await of.read(part, batch);
      const after = of.feed.next(part, batch);
      if (handled.kind === 'done') next.set(part, after);
      else if (handled.kind === 'seek') next.set(part, handled.offset);
      else next.delete(part);
    }
    // What fails here is tried again, as by the process that runs the engine.
    await of.engine.watch().catch((error: unknown) => {
      if (!isBusError(error) || isBusError(error, 'BUS_BUG')) throw error;
    });
    const paused = Array.from({ length: of.feed.partitions }, (_, part) => part).filter(
      (part) => !next.has(part),
    );
    take(await of.claim(1, paused));
    const after = JSON.stringify([...next], (_, value: unknown) => String(value));
    idle = before === after ? idle + 1 : 0;
  }
}

function batchOf(
  at: TopicPartition,
  feed: PairFeed,
  { from = 0n, count = 1_000, isStale = () => false }: ReadOptions = {},
): RecordBatch {
  const records: readonly RawRecord[] = feed.records(at.partition, { from, count });
  return {
    ...at,
    records,
    fetchOffset: from,
    nextOffset: feed.next(at.partition, { from, count }),
    highWatermark: feed.end(at.partition),
    isStale,
    heartbeat: () => Promise.resolve(),
  };
}

/** The questions the engine asks a broker. */
function adminOf(of: {
  readonly topic: string;
  readonly feed: PairFeed;
  readonly broker: CopyRig['broker'];
}): KafkaAdmin {
  const { topic, feed, broker } = of;
  const asked: Pick<KafkaAdmin, 'describeTopics' | 'offsets'> = {
    async describeTopics() {
      const failure = broker.failures.shift();
      if (failure) throw failure;
      return [{ name: topic, topicId: broker.topicId, partitions: feed.partitions }];
    },
    offsets: async () =>
      Array.from({ length: feed.partitions }, (_, partition) => ({
        topic,
        partition,
        start: broker.starts.get(partition) ?? 0n,
        end: feed.end(partition),
      })),
  };
  return asked as KafkaAdmin;
}

export type RowOfTest = readonly ColumnValue[];
