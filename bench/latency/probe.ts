/**
 * Measures how long committed changes take until a reader of the hub sees them. A change carries
 * a number that no other has; the reader polls for it on a connection of its own, so a figure is
 * right to about two milliseconds. Times are of one process's monotonic clock.
 */
import { assert } from '../../bus/base/assert.ts';
import { isBusError } from '../../bus/base/errors.ts';
import { systemClock } from '../../bus/base/clock.ts';
import { waitFor } from '../../bus/base/retry.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';

const POLL_MS = 1;
const SEEN_TIMEOUT_MS = 120_000;
/** Most numbers asked for in one look, so that looking stays cheap when a side falls behind. */
const LOOKED_FOR_MAX = 250;

export type Timed = {
  /** From sending the statement to its commit's answer: what the department itself waits. */
  readonly commitMs: number;
  /** From the commit's answer until a reader saw it; below 0 when the reader was first. */
  readonly visibleMs: number;
};

export type Probe = {
  readonly providers: SqlDatabase;
  /** One connection for reading only. */
  readonly hub: SqlDatabase;
  /** Where the change becomes visible. */
  readonly table: string;
  readonly idNumbers: readonly string[];
  /** Throws when the side has stopped by itself. */
  readonly check: () => Promise<void>;
  readonly signal: AbortSignal;
};

/** Gives every change of a whole benchmark its own number. */
export type Numbers = { next(): number };

export function createNumbers(): Numbers {
  let last = 1_000_000_000_000;
  return { next: () => ++last };
}

/** Changes one row after the other, each once the one before it was seen. */
export async function oneAtATime(
  probe: Probe,
  { numbers, changes }: { readonly numbers: Numbers; readonly changes: number },
): Promise<Timed[]> {
  const timed: Timed[] = [];
  for (let count = 0; count < changes; count++) {
    const idNumber = probe.idNumbers[count % probe.idNumbers.length] ?? '';
    timed.push(await changeOne(probe, idNumber, numbers.next()));
  }
  return timed;
}

async function changeOne(probe: Probe, idNumber: string, number: number): Promise<Timed> {
  const sentAt = performance.now();
  // The reader looks from the beginning: a side may show a change before its commit is answered.
  const [committedAt, visibleAt] = await Promise.all([
    commit(probe, idNumber, number),
    untilSeen(probe, idNumber, number),
  ]);
  return { commitMs: committedAt - sentAt, visibleMs: visibleAt - committedAt };
}

async function untilSeen(probe: Probe, idNumber: string, number: number): Promise<number> {
  const { hub, table } = probe;
  const look = async () => {
    const rows = await hub.query(
      `SELECT 1 AS seen FROM ${table} WHERE id_number = ? AND record_number = ?`,
      [idNumber, number],
    );
    return rows.length > 0 ? performance.now() : undefined;
  };
  return seenBy(probe, `a change to be seen in ${table}`, look);
}

/** Waits for `look`; when it takes too long, a side that has stopped is the reason that is told. */
async function seenBy<T>(
  { check, signal }: Probe,
  what: string,
  look: () => Promise<T | undefined | false>,
): Promise<T> {
  try {
    return await waitFor(look, { what, timeoutMs: SEEN_TIMEOUT_MS, intervalMs: POLL_MS, signal });
  } catch (error) {
    if (isBusError(error, 'BUS_TIMEOUT')) await check();
    throw error;
  }
}

export type Load = {
  readonly numbers: Numbers;
  readonly perSecond: number;
  readonly seconds: number;
};

/**
 * Commits `perSecond` changes a second, each of another row, whether or not the ones before were
 * seen; resolves when all were. There must be as many rows as changes.
 */
export async function underLoad(
  probe: Probe,
  load: Load,
): Promise<{
  readonly timed: readonly Timed[];
  /** When the last commit was answered. */
  readonly writtenAt: number;
}> {
  const changes = load.perSecond * load.seconds;
  assert(changes <= probe.idNumbers.length, 'there is a row for every change');
  const pending = new Map<number, Waiting>();
  const writing = writeSteadily(probe, load, pending);
  const [timed, writtenAt] = await Promise.all([collect(probe, pending, changes), writing]);
  return { timed, writtenAt };
}

type Waiting = {
  readonly idNumber: string;
  readonly sentAt: number;
  readonly committed: Promise<number>;
};

/** On schedule: a late change is followed at once by the next, until the schedule is met again. */
async function writeSteadily(
  probe: Probe,
  { numbers, perSecond, seconds }: Load,
  pending: Map<number, Waiting>,
): Promise<number> {
  const beganAt = performance.now();
  const commits: Promise<number>[] = [];
  for (let count = 0; count < perSecond * seconds; count++) {
    const ahead = beganAt + (count * 1_000) / perSecond - performance.now();
    if (ahead > 0) await systemClock.sleep(ahead, probe.signal);
    const idNumber = probe.idNumbers[count] ?? '';
    const number = numbers.next();
    const committed = commit(probe, idNumber, number);
    // A failure is thrown below, once everything was sent; until then nobody waits for it.
    committed.catch(() => {});
    commits.push(committed);
    pending.set(number, { idNumber, sentAt: performance.now(), committed });
  }
  return Math.max(...(await Promise.all(commits)));
}

async function collect(
  probe: Probe,
  pending: Map<number, Waiting>,
  changes: number,
): Promise<Timed[]> {
  const timed: Promise<Timed>[] = [];
  const look = async () => {
    for (const number of await seenOf(probe, pending)) {
      const waiting = pending.get(number);
      if (!waiting) continue;
      pending.delete(number);
      timed.push(timedOf(waiting, performance.now()));
    }
    return timed.length >= changes;
  };
  await seenBy(probe, `${changes} changes to be seen in ${probe.table}`, look);
  return Promise.all(timed);
}

async function timedOf({ sentAt, committed }: Waiting, visibleAt: number): Promise<Timed> {
  const committedAt = await committed;
  return { commitMs: committedAt - sentAt, visibleMs: visibleAt - committedAt };
}

/** Which of the oldest pending numbers a reader sees now. */
async function seenOf(
  { hub, table }: Probe,
  pending: ReadonlyMap<number, Waiting>,
): Promise<number[]> {
  const oldest = [...pending].slice(0, LOOKED_FOR_MAX);
  if (oldest.length === 0) return [];
  const wanted = new Map(oldest.map(([number, { idNumber }]) => [idNumber, number]));
  const rows = await hub.query<{ readonly id_number: string; readonly record_number: unknown }>(
    `SELECT id_number, record_number FROM ${table} WHERE id_number IN (?)`,
    [[...wanted.keys()]],
  );
  return rows.flatMap((row) => {
    const number = wanted.get(row.id_number);
    return number !== undefined && Number(row.record_number) === number ? [number] : [];
  });
}

async function commit(probe: Probe, idNumber: string, number: number): Promise<number> {
  const { affectedRows } = await probe.providers.execute(
    'UPDATE resident SET record_number = ? WHERE id_number = ?',
    [number, idNumber],
  );
  assert(affectedRows === 1, 'the changed row is there');
  return performance.now();
}
