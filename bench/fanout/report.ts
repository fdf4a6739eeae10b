/** The result of `bench fanout`: the JSON that is kept, and the same for people. */
import type { ProfileSummary } from '../profile/summary.ts';
import { functionsTable, kindsTable } from '../profile/summary.ts';
import { type Presented, type ReportHead, shownNumber, shownSpread } from '../report.ts';
import { rounded, type Spread, spreadOf } from '../statistics.ts';
import { SIDES, type SideDone, type SideName } from './sides.ts';

export type FanoutRun = {
  readonly side: SideName;
  readonly round: number;
  readonly changes: number;
  readonly records: number;
  readonly seconds: number;
  /** Records for pairs. */
  readonly recordsPerSecond: number;
  readonly changesPerSecond: number;
  readonly cpuMicrosPerRecord: number;
  readonly residentMbMax: number;
};

/** Pairs of which none wants any of the rows. */
export type IdleRun = Pick<
  FanoutRun,
  'changes' | 'seconds' | 'changesPerSecond' | 'residentMbMax'
> & {
  readonly pairs: number;
  readonly round: number;
  readonly cpuMicrosPerChange: number;
};

export type FanoutReport = ReportHead & {
  readonly benchmark: 'fanout';
  readonly settings: {
    readonly seed: number;
    readonly pairs: number;
    readonly views: number;
    readonly rounds: number;
    readonly database: Readonly<Record<string, string>>;
  };
  readonly runs: readonly FanoutRun[];
  readonly idle: readonly IdleRun[];
  /** Pair records a second of ours over the peer's: of each round's two runs. */
  readonly ratioByRound: Spread;
  /** All runs wrote the same records, byte for byte, for every pair; and for idle pairs none. */
  readonly rowsEqual: boolean;
  readonly profile?: ProfileSummary;
};

export function fanoutRun(
  of: { readonly side: SideName; readonly round: number; readonly changes: number },
  { fromMs, toMs, records, cpuSeconds, residentBytesMax }: SideDone,
): FanoutRun {
  const seconds = Math.max(1, toMs - fromMs) / 1_000;
  return {
    ...of,
    records,
    seconds: rounded(seconds, 3),
    recordsPerSecond: Math.round(records / seconds),
    changesPerSecond: Math.round(of.changes / seconds),
    cpuMicrosPerRecord: rounded((cpuSeconds * 1e6) / Math.max(1, records), 1),
    residentMbMax: Math.round(residentBytesMax / 1024 / 1024),
  };
}

export function idleRun(
  of: { readonly pairs: number; readonly round: number; readonly changes: number },
  done: SideDone,
): IdleRun {
  const { seconds, changesPerSecond, residentMbMax } = fanoutRun({ ...of, side: 'ours' }, done);
  const cpuMicrosPerChange = rounded((done.cpuSeconds * 1e6) / Math.max(1, of.changes), 1);
  return { ...of, seconds, changesPerSecond, residentMbMax, cpuMicrosPerChange };
}

export function fanoutReport(
  facts: ReportHead & Pick<FanoutReport, 'settings' | 'runs' | 'idle' | 'rowsEqual' | 'profile'>,
): FanoutReport {
  const { runs } = facts;
  const of = (side: SideName, round: number) =>
    runs.find((run) => run.side === side && run.round === round)?.recordsPerSecond ?? NaN;
  const rounds = [...new Set(runs.map(({ round }) => round))];
  const ratios = rounds.map((round) => rounded(of('ours', round) / of('naive', round), 2));
  return { ...facts, benchmark: 'fanout', ratioByRound: spreadOf(ratios) };
}

export function presentFanout(report: FanoutReport): Presented {
  const { settings, runs, idle, ratioByRound: ratio, profile } = report;
  const { pairs, views, rounds, seed } = settings;
  const changes = shownNumber(runs[0]?.changes ?? 0);
  return {
    what: `${rounds} rounds, ${shownNumber(pairs)} pairs over ${views} views, ${changes} changes, seed ${seed}`,
    tables: [
      summaryTable(runs),
      runsTable(runs),
      idleTable(idle),
      ...(profile ? [kindsTable(profile)] : []),
    ],
    ...(profile ? { details: [functionsTable(profile)] } : {}),
    sentences: [
      `Ours was ${ratio.median} times as fast in the middle round (${ratio.min}–${ratio.max}).`,
      'The last table is of our side, with pairs that want none of the rows.',
    ],
  };
}

function summaryTable(runs: readonly FanoutRun[]) {
  const cell = (side: SideName, of: (run: FanoutRun) => number) =>
    shownSpread(spreadOf(runs.filter((run) => run.side === side).map(of)));
  return {
    columns: ['side', 'pair records/s', 'changes/s', 'CPU µs/pair record', 'MB resident'],
    rows: SIDES.map((side) => [
      side,
      cell(side, (run) => run.recordsPerSecond),
      cell(side, (run) => run.changesPerSecond),
      cell(side, (run) => run.cpuMicrosPerRecord),
      cell(side, (run) => run.residentMbMax),
    ]),
  };
}

function runsTable(runs: readonly FanoutRun[]) {
  return {
    columns: ['round', 'side', 'pair records', 's', 'pair records/s', 'CPU µs/pair record', 'MB'],
    rows: runs.map((run) => [
      run.round,
      run.side,
      run.records,
      run.seconds.toFixed(1),
      run.recordsPerSecond,
      run.cpuMicrosPerRecord.toFixed(1),
      run.residentMbMax,
    ]),
  };
}

function idleTable(idle: readonly IdleRun[]) {
  const sizes = [...new Set(idle.map(({ pairs }) => pairs))];
  return {
    columns: ['pairs that match nothing', 'changes', 'changes/s', 'CPU µs/change', 'MB resident'],
    rows: sizes.map((pairs) => {
      const own = idle.filter((run) => run.pairs === pairs);
      const cell = (of: (run: IdleRun) => number) => shownSpread(spreadOf(own.map(of)));
      return [
        pairs,
        shownNumber(own[0]?.changes ?? 0),
        cell((run) => run.changesPerSecond),
        cell((run) => run.cpuMicrosPerChange),
        cell((run) => run.residentMbMax),
      ];
    }),
  };
}
