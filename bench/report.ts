/** What every benchmark's report has, and how any of them is shown: on a terminal and in the docs. */
import { type Machine, machine, versionsUsed } from './machine.ts';
import type { PlainTable } from './plain-table.ts';
import type { Percentiles, Spread } from './statistics.ts';

export const BENCHMARKS = ['apply', 'latency', 'capture', 'scale', 'fanout', 'chain'] as const;
export type BenchmarkName = (typeof BENCHMARKS)[number];

export type ReportHead = {
  readonly version: 1;
  readonly benchmark: BenchmarkName;
  /** When it ended, UTC. */
  readonly at: string;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  /** Connector tasks that failed meanwhile and were started again: figures with any are worth little. */
  readonly restarts?: number;
};

/** Every report also says this: whatever was compared holds what it must hold. */
export type Report = ReportHead & { readonly rowsEqual: boolean };

export type Presented = {
  /** What was done, in one sentence without its dot: sizes, seed, rounds. */
  readonly what: string;
  readonly tables: readonly PlainTable[];
  /** Tables for whoever sits at the terminal; no page shows them. */
  readonly details?: readonly PlainTable[];
  /** What the tables come to. */
  readonly sentences: readonly string[];
};

export function reportHead(
  benchmark: BenchmarkName,
  { restarts }: { readonly restarts: () => number },
): ReportHead {
  return {
    version: 1,
    benchmark,
    at: new Date().toISOString(),
    machine: machine(),
    versions: versionsUsed(),
    restarts: restarts(),
  };
}

/** From a thousand on without decimals and with separators, below with one decimal where there is one. */
export function shownNumber(value: number): string {
  return Math.abs(value) >= 1_000
    ? Math.round(value).toLocaleString('en-US')
    : String(Number(value.toFixed(1)));
}

/** The middle, with the smallest and largest value. */
export function shownSpread({ median, min, max }: Spread): string {
  return `${shownNumber(median)} (${shownNumber(min)}–${shownNumber(max)})`;
}

/** As cells of a table: p50, p95, p99. */
export function percentileCells({ p50, p95, p99 }: Percentiles): string[] {
  return [p50, p95, p99].map((value) => value.toFixed(1));
}
