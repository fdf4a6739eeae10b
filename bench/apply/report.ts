/** The result of `bench apply`: the JSON that is kept, and the same as tables for people. */
import type { PlainTable } from '../plain-table.ts';
import { functionsTable, kindsTable } from '../profile/summary.ts';
import { type Presented, type ReportHead, shownNumber, shownSpread } from '../report.ts';
import { type Spread, spreadOf } from '../statistics.ts';
import type { ProfileSummary } from '../profile/summary.ts';
import type { PeerSettings } from '../sides/jdbc-sink.ts';
import type { SideName, SideRun } from './side.ts';

export type SideSummary = {
  readonly eventsPerSecond: Spread;
  readonly cpuMicrosPerEvent: Spread;
  readonly databaseCpuSeconds: Spread;
  readonly residentMbMax: Spread;
};

export type ApplyReport = ReportHead & {
  readonly benchmark: 'apply';
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

export type Facts = ReportHead & Pick<ApplyReport, 'settings' | 'profile'>;

export function applyReport(facts: Facts, runs: readonly SideRun[]): ApplyReport {
  const summary = { ours: summaryOf(runs, 'ours'), peer: summaryOf(runs, 'peer') };
  const ratioByRound = spreadOf(ratios(runs));
  const { profile, ...rest } = facts;
  return {
    ...rest,
    benchmark: 'apply',
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
  return {
    columns: ['side', 'events/s', 'CPU µs/event', 'database CPU s', 'MB resident'],
    rows: (['ours', 'peer'] as const).map((side) => [
      side,
      shownSpread(summary[side].eventsPerSecond),
      shownSpread(summary[side].cpuMicrosPerEvent),
      shownSpread(summary[side].databaseCpuSeconds),
      shownSpread(summary[side].residentMbMax),
    ]),
  };
}

export function presentApply(report: ApplyReport): Presented {
  const { settings, ratio, ratioByRound, summary, profile } = report;
  const { rounds, events, seed } = settings;
  const cpu = (side: SideName) =>
    shownNumber(
      summary[side].cpuMicrosPerEvent.median +
        (summary[side].databaseCpuSeconds.median * 1e6) / events,
    );
  return {
    what: `${rounds} rounds of ${shownNumber(events)} events, seed ${seed}`,
    tables: [runsTable(report), summaryTable(report), ...(profile ? [kindsTable(profile)] : [])],
    ...(profile ? { details: [functionsTable(profile)] } : {}),
    sentences: [
      `Ours was ${ratio} times as fast in the middle round (${ratioByRound.min}–${ratioByRound.max}).`,
      `Process and database together used ${cpu('ours')} µs of CPU per event on our side and ${cpu('peer')} µs on the peer's.`,
    ],
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
