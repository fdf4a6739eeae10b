/** A database whose transactions fail where a test says so; everything else is the real one. */
import { BusError } from '../../../bus/base/errors.ts';
import type { SqlDatabase, SqlSession } from '../../../bus/sql/sql.ts';

export type Spy = {
  readonly database: SqlDatabase;
  /** Statements of each transaction so far. */
  readonly transactions: number[];
};

export const REFUSED = new BusError('SQL_FAILED', { errno: 0, address: 'test', state: '-' });
export const DEADLOCK = new BusError('SQL_DEADLOCK', { errno: 1213 });

/** Fails every transaction that `at` names (from 0), before the statement it answers (from 1). */
export function failingAt(
  real: SqlDatabase,
  at: (transaction: number) => number | undefined,
  error: BusError = REFUSED,
): Spy {
  const transactions: number[] = [];
  const database = wrapped(real, (work) =>
    real.transaction((session) => {
      const index = transactions.push(0) - 1;
      const count = (): void => {
        transactions[index] = (transactions[index] ?? 0) + 1;
        if (transactions[index] === at(index)) throw error;
      };
      return work({
        query: async (sql, values) => (count(), session.query(sql, values)),
        execute: async (sql, values) => (count(), session.execute(sql, values)),
      });
    }),
  );
  return { database, transactions };
}

/** The answer of the n-th COMMIT (from 0) never comes; whether it happened is said by `committed`. */
export function losingCommit(
  real: SqlDatabase,
  { commit, committed }: { readonly commit: number; readonly committed: boolean },
): SqlDatabase {
  let index = 0;
  const error = new BusError('SQL_COMMIT_UNKNOWN', { address: 'test', what: 'test' });
  return wrapped(real, async (work) => {
    if (index++ !== commit) return real.transaction(work);
    await real.transaction(async (session) => {
      await work(session);
      if (!committed) throw error;
    });
    throw error;
  });
}

/** Runs `wait` before every COMMIT. */
export function beforeCommit(real: SqlDatabase, wait: () => Promise<void>): SqlDatabase {
  return wrapped(real, (work) =>
    real.transaction(async (session) => {
      const result = await work(session);
      await wait();
      return result;
    }),
  );
}

function wrapped(
  real: SqlDatabase,
  transaction: <T>(work: (session: SqlSession) => Promise<T>) => Promise<T>,
): SqlDatabase {
  return {
    query: (sql, values) => real.query(sql, values),
    execute: (sql, values) => real.execute(sql, values),
    close: () => Promise.resolve(),
    transaction,
  };
}
