/**
 * A database that only writes down what it is told, for asking which statements are sent and not
 * what they do. Like the real one it refuses zero dates.
 */
import { BusError } from '../../bus/base/errors.ts';
import type { SqlDatabase, SqlRow, SqlSession } from '../../bus/sql/sql.ts';

export type Statement = { readonly sql: string; readonly values: readonly unknown[] };

export type RecordingDatabase = SqlDatabase & {
  readonly statements: Statement[];
  /** How the transactions ended: 'commit' or 'rollback'. */
  readonly ends: string[];
};

/** `answer` gives the rows of a query; none by default. Every write matches one row. */
export function recordingDatabase(
  answer: (statement: Statement) => SqlRow[] = () => [],
): RecordingDatabase {
  const statements: Statement[] = [];
  const ends: string[] = [];
  const session: SqlSession = {
    async query<T>(sql: string, values: readonly unknown[] = []) {
      statements.push({ sql, values });
      return answer({ sql, values }) as T[];
    },
    async execute(sql, values = []) {
      if (values.includes('0000-00-00')) throw new BusError('SQL_BAD_VALUE', { errno: 1292 });
      statements.push({ sql, values });
      return { affectedRows: 1 };
    },
  };
  return {
    statements,
    ends,
    ...session,
    async transaction(work) {
      try {
        const result = await work(session);
        ends.push('commit');
        return result;
      } catch (error) {
        ends.push('rollback');
        throw error;
      }
    },
    async close() {},
  };
}
