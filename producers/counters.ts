/** What a workload has done so far; plain numbers, no names and no ids. */
import type { RowCounts } from './scene.ts';

export type WorkloadCounters = {
  /** Committed transactions. */
  readonly transactions: number;
  /** Transactions that the application itself took back. */
  readonly rolledBack: number;
  /** Transactions that the server refused: zero dates, keys that were there already. */
  readonly refused: number;
  /** Attempts that were repeated after a deadlock, a lost connection or a restart. */
  readonly retried: number;
  /** Commits whose answer was lost and whose fate was read afterwards. */
  readonly resolved: number;
  /** Committed rows by "table". */
  readonly rows: RowCounts;
  /** Ended transactions by the name of their step. */
  readonly steps: RowCounts;
};

export const NO_COUNTERS: WorkloadCounters = {
  transactions: 0,
  rolledBack: 0,
  refused: 0,
  retried: 0,
  resolved: 0,
  rows: {},
  steps: {},
};

export function addCounts(a: RowCounts, b: RowCounts): RowCounts {
  const sum: Record<string, number> = { ...a };
  for (const [name, count] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

export function addCounters(a: WorkloadCounters, b: WorkloadCounters): WorkloadCounters {
  return {
    transactions: a.transactions + b.transactions,
    rolledBack: a.rolledBack + b.rolledBack,
    refused: a.refused + b.refused,
    retried: a.retried + b.retried,
    resolved: a.resolved + b.resolved,
    rows: addCounts(a.rows, b.rows),
    steps: addCounts(a.steps, b.steps),
  };
}
