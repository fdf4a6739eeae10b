/** The result of `bench apply`: the JSON that is kept, and the same as tables for people. */
import type { PlainTable } from '../plain-table.ts';
import type { Machine } from '../machine.ts';
import { type Spread, spreadOf } from '../statistics.ts';
import type { ProfileSummary } from '../profile/summary.ts';
import type { PeerSettings } from './peer.ts';
import type { SideName, SideRun } from './side.ts';

export type SideSummary = {
  readonly eventsPerSecond: Spread;
  readonly cpuMicrosPerEvent: Spread;
  readonly databaseCpuSeconds: Spread;
  readonly residentMbMax: Spread;
};

export type ApplyReport = {
  readonly version: 1;
  readonly benchmark: 'apply';
  /** When it ended, UTC. */
  readonly at: string;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly settings: {
    readonly seed: number;
    readonly residents: number;
    readonly updates: number;
    readonly events: number;
    readonly partitions: number;
    readonly rounds: number;
    readonly peer: PeerSettings;
    /** Of the server written to, as it says them itself. */
    readonly database: Readonly<Record<string, string>>;
  };
  readonly runs: readonly SideRun[];
  readonly summary: Readonly<Record<SideName, SideSummary>>;
  /** Events per second of ours over the peer's: the median of `ratioByRound`. */
  readonly ratio: number;
  /** Of each round's two runs, which met the machine in nearly the same state. */
  readonly ratioByRound: Spread;
  /** Every run of both sides ended with exactly the source's rows. */
  readonly rowsEqual: boolean;
  readonly profile?: ProfileSummary;
};

export type Facts = Pick<ApplyReport, 'at' | 'machine' | 'versions' | 'settings' | 'profile'>;

export function applyReport(facts: Facts, runs: readonly SideRun[]): ApplyReport {
  const summary = { ours: summaryOf(runs, 'ours'), peer: summaryOf(runs, 'peer') };
  const ratioByRound = spreadOf(ratios(runs));
  const { at, machine, versions, settings, profile } = facts;
  return {
    version: 1,
    benchmark: 'apply',
    at,
    machine,
    versions,
    settings,
    runs,
    summary,
    ratio: ratioByRound.median,
    ratioByRound,
    rowsEqual: runs.length > 0 && runs.every((run) => run.rowsEqual),
    ...(profile ? { profile } : {}),
  };
}

/** Every run, in the order in which they were made. */
export function runsTable({ runs }: ApplyReport): PlainTable {
  return {
    columns: [
      'round',
      'side',
      'events/s',
      's',
      'CPU µs/event',
      'database CPU s',
      'MB',
      'rows equal',
    ],
    rows: runs.map((run) => [
      run.round,
      run.side,
      run.eventsPerSecond,
      run.seconds.toFixed(1),
      run.cpuMicrosPerEvent.toFixed(1),
      run.databaseCpuSeconds.toFixed(1),
      run.residentMbMax,
      run.rowsEqual ? 'yes' : 'NO',
    ]),
  };
}

/** Medians with the smallest and largest value. */
export function summaryTable({ summary }: ApplyReport): PlainTable {
  const cell = ({ median, min, max }: Spread) => `${shown(median)} (${shown(min)}–${shown(max)})`;
  return {
    columns: ['side', 'events/s', 'CPU µs/event', 'database CPU s', 'MB resident'],
    rows: (['ours', 'peer'] as const).map((side) => [
      side,
      cell(summary[side].eventsPerSecond),
      cell(summary[side].cpuMicrosPerEvent),
      cell(summary[side].databaseCpuSeconds),
      cell(summary[side].residentMbMax),
    ]),
  };
}

function summaryOf(runs: readonly SideRun[], side: SideName): SideSummary {
  const own = runs.filter((run) => run.side === side);
  const spread = (of: (run: SideRun) => number) => spreadOf(own.map(of));
  return {
    eventsPerSecond: spread((run) => run.eventsPerSecond),
    cpuMicrosPerEvent: spread((run) => run.cpuMicrosPerEvent),
    databaseCpuSeconds: spread((run) => run.databaseCpuSeconds),
    residentMbMax: spread((run) => run.residentMbMax),
  };
}

function ratios(runs: readonly SideRun[]): number[] {
  const of = (side: SideName, round: number) =>
    runs.find((run) => run.side === side && run.round === round)?.eventsPerSecond ?? NaN;
  const rounds = [...new Set(runs.map(({ round }) => round))];
  return rounds.map((round) => Number((of('ours', round) / of('peer', round)).toFixed(2)));
}

function shown(value: number): string {
  return value >= 1_000
    ? Math.round(value).toLocaleString('en-US')
    : String(Number(value.toFixed(1)));
}
