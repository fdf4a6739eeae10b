/**
 * A writing session: transactions numbered 1, 2, 3 … whose number is stored inside each of them.
 * So a COMMIT whose answer was lost is resolved by reading how far the session came, never by
 * guessing, and a load that was cut off goes on exactly where it stopped. One writer per session.
 */
import { must } from '../bus/base/assert.ts';
import { BusError, isBusError } from '../bus/base/errors.ts';
import { retry } from '../bus/base/retry.ts';
import type { SqlDatabase, SqlSession } from '../bus/sql/sql.ts';

/** At up to two seconds each: longer than any restart that is not an incident. */
const RESOLVE_ATTEMPTS_MAX = 1_800;
const RESOLVE_DELAY_MS_MAX = 2_000;

export type Committed<T> = {
  readonly value: T;
  /** The answer to COMMIT was lost and the fate was read afterwards. */
  readonly resolved: boolean;
};

export type WriteSession = {
  readonly name: string;
  /** Number of the last committed transaction. */
  readonly lastNumber: number;
  /**
   * Runs `work` as the next transaction. Errors of `work` roll back and are thrown on;
   * PRODUCER_COMMIT_LOST when the answer to COMMIT was lost and the server had rolled back.
   */
  run<T>(work: (sql: SqlSession) => Promise<T>): Promise<Committed<T>>;
  /** Forgets the session in the database. */
  forget(): Promise<void>;
};

/** Opens session `name`, or takes it up where it ended. Throws SQL errors. */
export async function openSession(
  db: SqlDatabase,
  { name, signal }: { readonly name: string; readonly signal?: AbortSignal },
): Promise<WriteSession> {
  await begin(db, name);
  let last = await readLastNumber(db, name);
  return {
    name,
    get lastNumber() {
      return last;
    },
    async run(work) {
      const number = last + 1;
      const committed = await runNumbered(db, { name, number, work, signal });
      last = number;
      return committed;
    },
    async forget() {
      await db.execute('DELETE FROM workload_session WHERE session_name = ?', [name]);
    },
  };
}

/** The words for "insert unless it is there" differ between servers; a refused INSERT does not. */
async function begin(db: SqlDatabase, name: string): Promise<void> {
  try {
    const insert = 'INSERT INTO workload_session (session_name, last_number) VALUES (?, 0)';
    await db.execute(insert, [name]);
  } catch (error) {
    if (!isBusError(error, 'SQL_DUPLICATE')) throw error;
  }
}

type Numbered<T> = {
  readonly name: string;
  readonly number: number;
  readonly work: (sql: SqlSession) => Promise<T>;
  readonly signal: AbortSignal | undefined;
};

async function runNumbered<T>(db: SqlDatabase, numbered: Numbered<T>): Promise<Committed<T>> {
  const { name, number, work, signal } = numbered;
  let done: { readonly value: T } | undefined;
  try {
    await db.transaction(async (sql) => {
      await advance(sql, name, number);
      done = { value: await work(sql) };
    });
  } catch (error) {
    if (!isBusError(error, 'SQL_COMMIT_UNKNOWN')) throw error;
    const last = await retry(() => readLastNumber(db, name), {
      attemptsMax: RESOLVE_ATTEMPTS_MAX,
      delayMsMax: RESOLVE_DELAY_MS_MAX,
      ...(signal ? { signal } : {}),
    });
    if (last !== number) throw new BusError('PRODUCER_COMMIT_LOST', { session: name }, error);
    return { value: must(done, 'a transaction committed before its work').value, resolved: true };
  }
  return { value: must(done, 'a transaction ended without its work').value, resolved: false };
}

/** The first statement of every transaction; its row lock lasts until the fate is decided. */
async function advance(sql: SqlSession, name: string, number: number): Promise<void> {
  const { affectedRows } = await sql.execute(
    'UPDATE workload_session SET last_number = ? WHERE session_name = ? AND last_number = ?',
    [number, name, number - 1],
  );
  if (affectedRows === 1) return;
  throw new BusError('PRODUCER_SESSION_TAKEN', { session: name, expected: number - 1 });
}

/** A locking read: it waits for a transaction of this session that the server is still ending. */
async function readLastNumber(db: SqlDatabase, name: string): Promise<number> {
  const rows = await db.query<{ last_number: number | string }>(
    'SELECT last_number FROM workload_session WHERE session_name = ? FOR UPDATE',
    [name],
  );
  return Number(rows[0]?.last_number ?? 0);
}
