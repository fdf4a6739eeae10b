/**
 * How a sweep begins: the unit and its topic are looked at, an unfinished sweep of the same scope
 * is taken up, or a new one is noted, together with the acceptance of what halted the unit. What is
 * noted survives any crash.
 */
import { randomUUID } from 'node:crypto';
import { must } from '../../base/assert.ts';
import { BusError } from '../../base/errors.ts';
import { partitionKey, type KafkaAdmin } from '../../kafka/kafka.ts';
import type { SqlDatabase, SqlSession } from '../../sql/sql.ts';
import type { UnitPlan } from '../compile/compile.ts';
import { listOffsets, lockOffsets, type OffsetRow } from '../store/offset-store.ts';
import { insertRun, openRun, type Ends, type SweepRun } from '../store/sweep-store.ts';
import { acceptHalt } from './accept.ts';
import { isWhole, scopeToJson, type KeyScope } from './key-scope.ts';

export type BeginOptions = {
  readonly database: SqlDatabase;
  readonly admin: KafkaAdmin;
  readonly plan: UnitPlan;
  readonly scope: KeyScope;
  readonly cause: string;
  /** Accept what halted the unit; the scope must be the whole unit. */
  readonly accept: boolean;
  /** Where the notices of the source end now. */
  readonly noticesFrom: () => Promise<bigint>;
};

/** The sweep to carry out. Throws SWEEP_NOT_CLAIMED, SWEEP_TOPIC_CHANGED, SWEEP_UNIT_HALTED, SWEEP_NOTHING_TO_ACCEPT. */
export async function beginSweep(options: BeginOptions): Promise<SweepRun> {
  const { database, admin, plan, scope, cause } = options;
  const rows = await unitRows(database, plan);
  const topicId = await sameTopic(admin, plan, rows);
  const halt = haltOf(rows);
  if (halt !== undefined && !(options.accept && isWhole(scope)))
    throw new BusError('SWEEP_UNIT_HALTED', { unit: plan.unit, code: halt });
  const known = halt === undefined ? await resumable(options, rows, topicId) : undefined;
  if (known) return known;
  // In this order: a reading that began after this place of the notices wrote all its rows above these ends.
  const log = await logOf(admin, plan.topic);
  const noticesFrom = await options.noticesFrom();
  const run: SweepRun = {
    id: randomUUID(),
    unit: plan.unit,
    scope: scopeToJson(scope),
    cause: halt ?? cause,
    state: 'noted',
    generation: generationOf(rows),
    topicId,
    starts: log.ends,
    ends: undefined,
    noticesFrom,
    cleared: 0,
  };
  await database.transaction(async (session) => {
    if (halt !== undefined) await accept(session, plan, log);
    await insertRun(session, run);
  });
  return run;
}

async function accept(
  session: SqlSession,
  { unit }: UnitPlan,
  { starts, ends }: { readonly starts: Ends; readonly ends: Ends },
): Promise<void> {
  const rows = await lockOffsets(session, unit);
  const code = haltOf(rows);
  // Somebody else was quicker: what they began is as good.
  if (code !== undefined) await acceptHalt(session, { unit, code, rows, starts, ends });
}

async function resumable(
  { database, plan, scope }: BeginOptions,
  rows: readonly OffsetRow[],
  topicId: string,
): Promise<SweepRun | undefined> {
  const run = await openRun(database, { unit: plan.unit, scope: scopeToJson(scope) });
  const same = run?.topicId === topicId && run.generation === generationOf(rows);
  return same ? run : undefined;
}

async function unitRows(database: SqlDatabase, plan: UnitPlan): Promise<OffsetRow[]> {
  const rows = await listOffsets(database, [plan.unit]);
  if (rows.length === 0)
    throw new BusError('SWEEP_NOT_CLAIMED', { unit: plan.unit, topic: plan.topic });
  return rows;
}

function generationOf(rows: readonly OffsetRow[]): number {
  return Math.max(...rows.map(({ generation }) => generation));
}

function haltOf(rows: readonly OffsetRow[]): string | undefined {
  return rows.find(({ haltCode }) => haltCode !== null)?.haltCode ?? undefined;
}

/** Versions compare only within one life of the topic. */
async function sameTopic(
  admin: KafkaAdmin,
  { unit, topic }: UnitPlan,
  rows: readonly OffsetRow[],
): Promise<string> {
  const [state] = await admin.describeTopics([topic]);
  const changed = (difference: string): BusError =>
    new BusError('SWEEP_TOPIC_CHANGED', { unit, topic, difference });
  if (!state) throw changed('it does not exist');
  const other = rows.find(({ topicId }) => topicId !== state.topicId);
  if (other) throw changed('it was recreated');
  if (rows.some(({ partitions }) => partitions !== state.partitions)) {
    throw changed(`it has ${state.partitions} partitions`);
  }
  return state.topicId;
}

/** Begin and end of every partition, open transactions included, by partition number. */
export async function logOf(
  admin: KafkaAdmin,
  topic: string,
): Promise<{ readonly starts: Ends; readonly ends: Ends }> {
  const starts = new Map((await admin.offsets([topic])).map((o) => [partitionKey(o), o.start]));
  const ends = [...(await admin.writtenEnds([topic]))].sort((a, b) => a.partition - b.partition);
  return {
    starts: ends.map((end) => must(starts.get(partitionKey(end)), 'a start of every partition')),
    ends: ends.map(({ offset }) => offset),
  };
}
