/** The result of `bench latency`: the JSON that is kept, and the same for people. */
import { percentileCells, type Presented, type ReportHead, shownNumber } from '../report.ts';
import { rounded } from '../statistics.ts';
import {
  bothFigures,
  type BothFigures,
  type BothSamples,
  type RunSettings,
  summaryOf,
} from './figures.ts';
import { type WayName, WAYS } from './ways.ts';

export type LatencyRun = BothFigures & {
  readonly way: WayName;
  readonly round: number;
  /** What the department's server took in the load's time: the load that really was. */
  readonly committedPerSecond: number;
  readonly rowsEqual: boolean;
};

export type IdleUse = {
  readonly seconds: number;
  readonly cpuPercent: number;
  readonly residentMb: number;
};

export type LatencyReport = ReportHead & {
  readonly benchmark: 'latency';
  readonly settings: RunSettings & {
    readonly database: Readonly<Record<string, string>>;
  };
  readonly runs: readonly LatencyRun[];
  /** Of all rounds' changes together. */
  readonly summary: Readonly<Record<WayName, BothFigures>>;
  /** Of the view's process while nothing changes. */
  readonly idle: IdleUse;
  readonly rowsEqual: boolean;
};

/** What one way did in one round, as measured. */
export type LatencySamples = BothSamples & {
  readonly way: WayName;
  readonly round: number;
  readonly committedPerSecond: number;
  readonly rowsEqual: boolean;
};

export function latencyReport(
  facts: ReportHead & Pick<LatencyReport, 'settings' | 'idle'>,
  samples: readonly LatencySamples[],
): LatencyReport {
  const summary = (way: WayName) => summaryOf(samples.filter((one) => one.way === way));
  return {
    ...facts,
    benchmark: 'latency',
    runs: samples.map((one) => ({
      ...one,
      ...bothFigures(one),
      committedPerSecond: rounded(one.committedPerSecond, 1),
    })),
    summary: {
      ours: summary('ours'),
      sink: summary('sink'),
      replica: summary('replica'),
    },
    rowsEqual: samples.length > 0 && samples.every((one) => one.rowsEqual),
  };
}

const PERCENTILE_COLUMNS = ['p50 ms', 'p95 ms', 'p99 ms', 'commit p95 ms'];

export function presentLatency(report: LatencyReport): Presented {
  const { settings, summary, idle, runs } = report;
  const { singles, rounds, perSecond, seconds, seed, residents } = settings;
  const table = (kind: 'single' | 'load', title: string) => ({
    columns: [title, 'n', ...PERCENTILE_COLUMNS],
    rows: WAYS.map((way) => {
      const { visible, commit } = summary[way][kind];
      return [way, visible.n, ...percentileCells(visible), commit.p95.toFixed(1)];
    }),
  });
  const rates = runs.map(({ committedPerSecond }) => committedPerSecond);
  return {
    what: `${rounds} rounds of ${singles} single changes and ${seconds} s at ${perSecond} changes/s for each way, ${shownNumber(residents)} residents, seed ${seed}`,
    tables: [
      table('single', 'one change at a time'),
      table('load', `${perSecond} changes/s`),
      {
        columns: ['round', 'way', 'single p50', 'p95', 'p99', 'load p50', 'p95', 'p99', 'rows'],
        rows: runs.map(({ round, way, single, load, rowsEqual }) => [
          round,
          way,
          ...percentileCells(single.visible),
          ...percentileCells(load.visible),
          rowsEqual ? 'equal' : 'DIFFER',
        ]),
      },
    ],
    sentences: [
      `Under load the department's server took ${shownNumber(Math.min(...rates))}–${shownNumber(Math.max(...rates))} changes/s.`,
      `Over ${idle.seconds} s without changes the view's process used ${idle.cpuPercent} % of one processor and held ${idle.residentMb} MB.`,
    ],
  };
}
