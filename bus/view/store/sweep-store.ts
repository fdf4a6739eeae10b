/**
 * Sweeps in the target database: what a unit needs to have swept (noted in the transaction that
 * halts it, so a crash forgets nothing), and how far each sweep that was begun is.
 */
import type { SqlSession } from '../../sql/sql.ts';
import type { UnitPartition } from './offset-store.ts';

export type WantedSweep = UnitPartition & { readonly offset: bigint; readonly cause: 'truncate' };

export async function noteSweep(session: SqlSession, sweep: WantedSweep): Promise<void> {
  await session.execute(
    'INSERT INTO civicbus_sweep (unit, topic, `partition`, `offset`, cause, state) VALUES (?, ?, ?, ?, ?, ?) ' +
      'ON DUPLICATE KEY UPDATE unit = VALUES(unit)',
    [sweep.unit, sweep.topic, sweep.partition, sweep.offset, sweep.cause, 'wanted'],
  );
}

/** Causes of `unit` that nobody has accepted yet. */
export async function wantedSweeps(session: SqlSession, unit: string): Promise<WantedSweep[]> {
  const rows = await session.query<{ topic: string; part: number; off: string }>(
    'SELECT topic, `partition` AS part, CAST(`offset` AS CHAR) AS off FROM civicbus_sweep ' +
      "WHERE unit = ? AND state = 'wanted' FOR UPDATE",
    [unit],
  );
  return rows.map(({ topic, part, off }) => ({
    unit,
    topic,
    partition: part,
    offset: BigInt(off),
    cause: 'truncate',
  }));
}

export async function acceptWanted(session: SqlSession, unit: string): Promise<void> {
  await session.execute(
    "UPDATE civicbus_sweep SET state = 'accepted' WHERE unit = ? AND state = 'wanted'",
    [unit],
  );
}

/**
 * noted: asked for, rows are being read again · read: all of them stand in the topic · applied: the
 * consumer has passed them · done: what was not read again is cleared · abandoned: overtaken.
 */
export type SweepState = 'noted' | 'read' | 'applied' | 'done' | 'abandoned';

/** An offset per partition, by its number. */
export type Ends = readonly bigint[];

export type SweepRun = {
  readonly id: string;
  readonly unit: string;
  /** As `scopeToJson` writes it. */
  readonly scope: string;
  readonly cause: string;
  readonly state: SweepState;
  readonly generation: number;
  readonly topicId: string;
  readonly starts: Ends;
  readonly ends: Ends | undefined;
  readonly noticesFrom: bigint;
  readonly cleared: number;
};

export async function insertRun(session: SqlSession, run: SweepRun): Promise<void> {
  await session.execute(
    'INSERT INTO civicbus_sweep_run (id, unit, scope, cause, state, generation, topic_id, starts, notices_from) ' +
      'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    [
      run.id,
      run.unit,
      run.scope,
      run.cause,
      run.state,
      run.generation,
      run.topicId,
      endsText(run.starts),
      run.noticesFrom,
    ],
  );
}

/** The newest run of `unit` over this scope that is neither done nor abandoned. */
export async function openRun(
  session: SqlSession,
  { unit, scope }: Pick<SweepRun, 'unit' | 'scope'>,
): Promise<SweepRun | undefined> {
  const rows = await session.query<RawRun>(
    `${SELECT_RUNS} WHERE unit = ? AND scope = ? AND state NOT IN ('done', 'abandoned') ORDER BY begun_at DESC LIMIT 1`,
    [unit, scope],
  );
  return rows.map(runOf)[0];
}

/** One step on; the states only ever move forward. */
export async function moveRun(
  session: SqlSession,
  id: string,
  { state, ends }: { readonly state: SweepState; readonly ends?: Ends },
): Promise<void> {
  await session.execute(
    "UPDATE civicbus_sweep_run SET state = ?, ends = COALESCE(?, ends) WHERE id = ? AND state <> 'done'",
    [state, ends ? endsText(ends) : null, id],
  );
}

/** Runs that something later makes pointless. */
export async function abandonRuns(session: SqlSession, unit: string): Promise<void> {
  await session.execute(
    "UPDATE civicbus_sweep_run SET state = 'abandoned' WHERE unit = ? AND state NOT IN ('done', 'abandoned')",
    [unit],
  );
}

export async function addCleared(session: SqlSession, id: string, rows: number): Promise<void> {
  await session.execute('UPDATE civicbus_sweep_run SET cleared = cleared + ? WHERE id = ?', [
    rows,
    id,
  ]);
}

export type SweepEntry = {
  readonly id: string;
  readonly unit: string;
  readonly scope: string;
  readonly cause: string;
  readonly state: SweepState | 'wanted';
  readonly cleared: number;
  readonly begunAt: string;
  readonly at: string;
};

/** Runs, and causes that wait for somebody's decision; the newest first. */
export async function listSweeps(
  session: SqlSession,
  { limit }: { readonly limit: number },
): Promise<SweepEntry[]> {
  return session.query<SweepEntry>(
    'SELECT * FROM (' +
      'SELECT id, unit, scope, cause, state, cleared, CAST(begun_at AS CHAR) AS begunAt, CAST(at AS CHAR) AS at FROM civicbus_sweep_run ' +
      "UNION ALL SELECT '', unit, '{}', cause, state, 0, CAST(at AS CHAR), CAST(at AS CHAR) FROM civicbus_sweep WHERE state = 'wanted'" +
      ') AS found ORDER BY begunAt DESC LIMIT ?',
    [limit],
  );
}

const SELECT_RUNS =
  'SELECT id, unit, scope, cause, state, generation, topic_id, starts, ends, CAST(notices_from AS CHAR) AS notices_from, cleared FROM civicbus_sweep_run';

type RawRun = {
  readonly id: string;
  readonly unit: string;
  readonly scope: string;
  readonly cause: string;
  readonly state: SweepState;
  readonly generation: number;
  readonly topic_id: string;
  readonly starts: string;
  readonly ends: string | null;
  readonly notices_from: string;
  readonly cleared: number;
};

function runOf(row: RawRun): SweepRun {
  const { id, unit, scope, cause, state, generation, cleared } = row;
  return {
    id,
    unit,
    scope,
    cause,
    state,
    generation,
    topicId: row.topic_id,
    starts: endsOf(row.starts),
    ends: row.ends === null ? undefined : endsOf(row.ends),
    noticesFrom: BigInt(row.notices_from),
    cleared,
  };
}

function endsText(ends: Ends): string {
  return JSON.stringify(ends.map(String));
}

function endsOf(text: string): Ends {
  return (JSON.parse(text) as readonly string[]).map(BigInt);
}
