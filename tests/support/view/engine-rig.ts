/**
 * The engine on a real database, one batch at a time: the test plays the broker and says what each
 * batch holds. `EngineWorld` is for chance; this is for one exact case.
 */
import { createHash } from 'node:crypto';
import { afterEach } from 'vitest';
import type { Clock } from '../../../bus/base/clock.ts';
import { silentLog } from '../../../bus/base/log.ts';
import { newSecret } from '../../../bus/base/secrets.ts';
import {
  partitionKey,
  type Claim,
  type KafkaAdmin,
  type TopicPartition,
} from '../../../bus/kafka/kafka.ts';
import type { SqlDatabase, SqlRow, SqlTarget } from '../../../bus/sql/sql.ts';
import type { RecordReader } from '../../../bus/view/apply/decode.ts';
import { ViewEngine, type Applied } from '../../../bus/view/apply/engine.ts';
import { compileView } from '../../../bus/view/compile/compile.ts';
import { viewTables, type ViewModel } from '../../../bus/view/view.ts';
import { installView } from '../../../consumers/install.ts';
import type { TestStack } from '../env.ts';
import { oracleView } from './oracle-view.ts';
import { scriptedReader } from './records.ts';
import { MARRIAGES, PEOPLE } from './simulated-source.ts';
import { dropUser } from '../drop-user.ts';

export const PARTITIONS = 3;

/** What the broker says of its topics; a test changes it between claims. */
export type BrokerState = {
  clusterId: string;
  topicIds: Record<string, string>;
  partitions: number;
  start: bigint;
  end: bigint;
  /** Topics the broker does not know. */
  readonly absent: Set<string>;
  /** Thrown by the next looks, one each. */
  readonly failures: Error[];
  looks: number;
};

export type EngineOfTest = {
  readonly engine: ViewEngine;
  readonly applied: Applied[];
  readonly reclaims: TopicPartition[];
  readonly claim: (
    generation: number,
    partitions?: readonly TopicPartition[],
  ) => Promise<Map<string, Claim>>;
};

export type Rig = {
  readonly view: ViewModel;
  /** As the consumer's own user, who may not delete. */
  readonly database: SqlDatabase;
  readonly root: SqlDatabase;
  readonly broker: BrokerState;
  start(
    owner: string,
    options?: {
      readonly database?: SqlDatabase;
      readonly reader?: RecordReader;
      readonly clock?: Clock;
    },
  ): EngineOfTest;
  /** What readers of the view see, by key. */
  persons(): Promise<Map<string, SqlRow>>;
  /** Offset rows of a unit's partition. */
  progress(at: TopicPartition): Promise<Progress>;
  count(table: string): Promise<number>;
  /** Takes everything out, as after every test. */
  empty(): Promise<void>;
};

export type Progress = {
  readonly next: bigint;
  readonly epoch: bigint;
  readonly owner: string;
  readonly haltCode: string | null;
};

/** Never waits: what the engine would sleep through is not what these tests are about. */
export const noWaiting: Clock = { now: () => Date.now(), sleep: () => Promise.resolve() };

export function at(topic: string, partition = 0): TopicPartition {
  return { topic, partition };
}

export const ALL_PARTITIONS: readonly TopicPartition[] = [PEOPLE, MARRIAGES].flatMap((topic) =>
  Array.from({ length: PARTITIONS }, (_, partition) => at(topic, partition)),
);

/** Installs the oracle view as `<prefix>_<name>`, emptied after every test and dropped at the end. */
export async function engineRig(
  stack: TestStack,
  name: string,
  viewOf: (database: string) => ViewModel = oracleView,
): Promise<Rig> {
  const view = viewOf(`${stack.prefix}_${name}`);
  const { host, port, root: login } = stack.endpoints.databases.hub;
  const administrator: SqlTarget = {
    host,
    port,
    user: login.user,
    password: await stack.password(login),
  };
  const consumer = { user: `u_${stack.prefix}_${name}`, password: newSecret() };
  await installView(view, { administrator, consumer });
  const root = await stack.openSql('hub', { database: view.database });
  const database = await stack.openSql('hub', { database: view.database, as: consumer });
  stack.atEnd(() => dropView(root, view, consumer.user));
  const broker = newBroker();
  afterEach(async () => {
    Object.assign(broker, newBroker());
    await emptyView(root, view);
  });
  return {
    view,
    database,
    root,
    broker,
    start: (owner, options) => startEngine({ view, database, broker, owner, ...options }),
    persons: () => visiblePersons(database),
    progress: (tp) => progressOf(database, tp),
    empty: () => emptyView(root, view),
    async count(table) {
      const [row] = await database.query<{ n: number }>(`SELECT COUNT(*) AS n FROM \`${table}\``);
      return row?.n ?? 0;
    },
  };
}

/** As the administrator: the consumer has no right to delete. */
export async function emptyView(root: SqlDatabase, view: ViewModel): Promise<void> {
  const own = ['offset', 'dead_letter', 'sweep', 'sweep_run', 'conflict', 'history'];
  for (const table of [...viewTables(view), ...own.map((name) => `civicbus_${name}`)])
    await root.execute(`DELETE FROM ${table}`);
}

async function dropView(root: SqlDatabase, view: ViewModel, user: string): Promise<void> {
  await root.execute(`DROP DATABASE IF EXISTS \`${view.database}\``);
  await dropUser(root, user);
}

function startEngine({
  view,
  database,
  broker,
  owner,
  reader = scriptedReader,
  clock = noWaiting,
}: {
  readonly view: ViewModel;
  readonly database: SqlDatabase;
  readonly broker: BrokerState;
  readonly owner: string;
  readonly reader?: RecordReader;
  readonly clock?: Clock;
}): EngineOfTest {
  const applied: Applied[] = [];
  const reclaims: TopicPartition[] = [];
  const engine = new ViewEngine({
    plans: compileView(view),
    readerFor: () => reader,
    database,
    admin: () => Promise.resolve(adminOf(broker)),
    owner,
    log: silentLog,
    signal: new AbortController().signal,
    clock,
    reclaim: (partition) => void reclaims.push(partition),
    onApplied: (a) => void applied.push(a),
  });
  return {
    engine,
    applied,
    reclaims,
    claim: async (groupGeneration, partitions = ALL_PARTITIONS) =>
      new Map(await engine.claim({ group: 'g', memberId: owner, groupGeneration, partitions })),
  };
}

function newBroker(): BrokerState {
  return {
    clusterId: 'cluster-1',
    topicIds: {},
    partitions: PARTITIONS,
    start: 0n,
    end: 1_000_000n,
    absent: new Set(),
    failures: [],
    looks: 0,
  };
}

/** No longer than a broker's own ids, whatever the topic is called. */
export function topicIdOf(topic: string): string {
  return createHash('md5').update(topic).digest('base64url');
}

/** The three questions the engine asks a broker. */
function adminOf(broker: BrokerState): KafkaAdmin {
  const known = (names: readonly string[]): string[] =>
    names.filter((name) => !broker.absent.has(name));
  const asked: Pick<KafkaAdmin, 'clusterId' | 'describeTopics' | 'offsets'> = {
    async clusterId() {
      broker.looks++;
      const failure = broker.failures.shift();
      if (failure) throw failure;
      return broker.clusterId;
    },
    describeTopics: async (names) =>
      known(names).map((name) => ({
        name,
        topicId: broker.topicIds[name] ?? topicIdOf(name),
        partitions: broker.partitions,
      })),
    offsets: async (names) =>
      known(names).flatMap((topic) =>
        Array.from({ length: broker.partitions }, (_, partition) => ({
          topic,
          partition,
          start: broker.start,
          end: broker.end,
        })),
      ),
  };
  return asked as KafkaAdmin;
}

export async function visiblePersons(database: SqlDatabase): Promise<Map<string, SqlRow>> {
  const rows = await database.query<SqlRow & { readonly id_number: string }>(
    'SELECT id_number, name, CAST(points AS CHAR) AS points, marital_status, spouse FROM person',
  );
  return new Map(rows.map(({ id_number, ...row }) => [id_number, row]));
}

async function progressOf(database: SqlDatabase, tp: TopicPartition): Promise<Progress> {
  const [row] = await database.query<{
    next: string;
    epoch: string;
    owner: string;
    halt_code: string | null;
  }>(
    'SELECT CAST(next_offset AS CHAR) AS next, CAST(epoch AS CHAR) AS epoch, owner, halt_code FROM civicbus_offset WHERE topic = ? AND `partition` = ?',
    [tp.topic, tp.partition],
  );
  if (!row) throw new Error(`no progress of ${partitionKey(tp)}`);
  const { next, epoch, owner, halt_code: haltCode } = row;
  return { next: BigInt(next), epoch: BigInt(epoch), owner, haltCode };
}
