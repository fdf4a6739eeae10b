/**
 * A whole copy of a pair: every row in its scope as of one moment of the hub, between BACKFILL_START
 * and BACKFILL_END, and the places in the log from which the pair reads on. The log's ends are noted
 * before the moment, so nothing falls between; what the copy holds already is known by its floor.
 * A copy that was cut off begins anew under the next generation.
 */
import { must } from '../../base/assert.ts';
import type { ColumnValue } from '../../change/column-value.ts';
import { parseGtid } from '../../change/position.ts';
import type { KafkaAdmin, PartitionOffsets, TransactionalProducer } from '../../kafka/kafka.ts';
import { quoteName } from '../../sql/mysql/mysql-literal.ts';
import type { SqlDatabase, SqlSession, SqlValue } from '../../sql/sql.ts';
import type { BackfillEnd, BackfillStart } from '../control-record.ts';
import { KeySet } from '../key-set.ts';
import type { Column } from './bound-pair.ts';
import { Outcome } from './outcome.ts';
import type { GatewayPlan, PlannedPair } from './plan.ts';
import type { CopyState, Floor, ProgressEntry } from './progress.ts';

export const COPY_ROWS = 2_000;
/** In accounts, in place of a partition: rows read from the table itself. */
const WHOLE = -1;

export type CopyPorts = {
  readonly admin: KafkaAdmin;
  readonly hub: SqlDatabase;
  readonly producer: TransactionalProducer;
  readonly nowMs: () => number;
  /** Throws where the pair may not deliver any more. */
  readonly permit: (outcome: Outcome) => void;
};

export type CopyDone = { readonly entries: readonly ProgressEntry[]; readonly rows: number };

export type CopyJob = {
  readonly planned: PlannedPair;
  readonly plan: GatewayPlan;
  readonly generation: number;
  readonly shard: number;
  readonly shards: number;
  readonly ports: CopyPorts;
};

/** Writes the copy and answers the progress that was committed with its end. */
export async function copyPair(job: CopyJob): Promise<CopyDone> {
  const { topic } = job.planned.pair.resource;
  const ends = await job.ports.admin.offsets([topic]);
  return job.ports.hub.transaction(async (session) => {
    const floor = await floorOf(session);
    await begin(job, floor);
    const keys = await copyRows(job, session, floor);
    return { entries: await end(job, { floor, keys, ends }), rows: keys.count };
  }, 'REPEATABLE READ');
}

async function begin(job: CopyJob, floor: Floor): Promise<void> {
  const { planned, generation } = job;
  const outcome = new Outcome(job.shard, job.shards);
  const body: BackfillStart = { generation };
  outcome.control(planned, 'BACKFILL_START', { generation, sequence: floor.sequence, body });
  outcome.note(copyEntry(job, 'running'));
  await commit(job, outcome);
}

async function copyRows(job: CopyJob, session: SqlSession, floor: Floor): Promise<KeySet> {
  const { planned, plan } = job;
  const { columns } = must(plan.topics.get(planned.pair.resource.topic), 'a topic of the plan');
  const keys = new KeySet();
  if (planned.pair.backfill === 'none') return keys;
  for await (const rows of pages(session, planned, columns)) {
    const outcome = new Outcome(job.shard, job.shards);
    for (const row of rows) copyRow(outcome, row, { job, floor, keys });
    if (outcome.isAccountable) await commit(job, outcome);
  }
  return keys;
}

async function end(
  job: CopyJob,
  {
    floor,
    keys,
    ends,
  }: {
    readonly floor: Floor;
    readonly keys: KeySet;
    readonly ends: readonly PartitionOffsets[];
  },
): Promise<readonly ProgressEntry[]> {
  const { planned, generation } = job;
  const { id: agreement, contentHash } = planned.pair.agreement;
  const outcome = new Outcome(job.shard, job.shards);
  const body: BackfillEnd = { generation, rows: keys.count, keySetHash: keys.hash };
  outcome.control(planned, 'BACKFILL_END', { generation, sequence: floor.sequence, body });
  outcome.note(copyEntry(job, 'done'));
  for (const { topic, partition, end: next } of ends) {
    const at = { topic, partition, agreement, generation, contentHash };
    outcome.note({ kind: 'place', place: { ...at, mode: 'lane', next, floor } });
  }
  return commit(job, outcome);
}

async function commit({ ports }: CopyJob, outcome: Outcome): Promise<readonly ProgressEntry[]> {
  await ports.producer.commit(outcome.sends(ports.nowMs()), {
    beforeCommit: () => ports.permit(outcome),
  });
  return outcome.entries;
}

function copyEntry({ planned, generation }: CopyJob, state: CopyState['state']): ProgressEntry {
  const { pair, leased } = planned;
  const { id: agreement, contentHash } = pair.agreement;
  return {
    kind: 'copy',
    copy: { agreement, request: leased.request, contentHash, generation, state },
  };
}

function copyRow(
  outcome: Outcome,
  image: readonly ColumnValue[],
  { job, floor, keys }: { readonly job: CopyJob; readonly floor: Floor; readonly keys: KeySet },
): void {
  const { planned, generation } = job;
  const { decision, faulty } = planned.decide(null, image);
  const about = {
    generation,
    sequence: floor.sequence,
    at: { topic: planned.pair.resource.topic, partition: WHOLE },
    from: 0n,
  };
  if (faulty) outcome.fault(planned, about);
  if (!decision) return;
  outcome.deliver(planned, decision, about);
  keys.add(planned.encoder.key(decision.key));
}

/** The moment of a transaction WITH CONSISTENT SNAPSHOT, in the hub's binary log (MariaDB: "Consistent snapshot and binary log position"). */
async function floorOf(session: SqlSession): Promise<Floor> {
  const status = await session.query<{ Variable_name: string; Value: string }>(
    "SHOW STATUS LIKE 'binlog\\_snapshot\\_%'",
  );
  const values = new Map(status.map((row) => [row.Variable_name.toLowerCase(), row.Value]));
  const file = must(values.get('binlog_snapshot_file'), 'the binary log of a snapshot');
  const pos = Number(must(values.get('binlog_snapshot_position'), 'the position of a snapshot'));
  const [row] = await session.query<{ gtid: string | null }>(
    'SELECT BINLOG_GTID_POS(?, ?) AS gtid',
    [file, pos],
  );
  const gtid = parseGtid(row?.gtid?.split(',')[0] ?? '');
  return { sequence: gtid?.sequence ?? 0n, file, pos };
}

/** Rows in the order of the key; images as the topic's reader gives them. */
async function* pages(
  session: SqlSession,
  { pair: { resource } }: PlannedPair,
  columns: readonly Column[],
): AsyncGenerator<readonly (readonly ColumnValue[])[]> {
  const table = `${quoteName(resource.database)}.${quoteName(resource.table)}`;
  const names = columns.map(({ name }) => quoteName(name)).join(', ');
  const key = resource.key.map(({ name }) => quoteName(name));
  const order = key.join(', ');
  let last: readonly SqlValue[] | undefined;
  for (;;) {
    const beyond = last ? ` AND (${order}) > (${key.map(() => '?').join(', ')})` : '';
    const rows = await session.query<Record<string, SqlValue>>(
      `SELECT ${names} FROM ${table} WHERE ${quoteName(resource.there)} = 1${beyond} ORDER BY ${order} LIMIT ${COPY_ROWS}`,
      last ?? [],
    );
    if (rows.length > 0) yield rows.map((row) => columns.map((column) => imageValue(row, column)));
    const end = rows.at(-1);
    if (!end || rows.length < COPY_ROWS) return;
    last = resource.key.map(({ name }) => end[name] ?? null);
  }
}

function imageValue(row: Readonly<Record<string, SqlValue>>, { name, type }: Column): ColumnValue {
  const value = row[name] ?? null;
  return type.kind === 'boolean' && typeof value === 'number' ? value === 1 : value;
}
