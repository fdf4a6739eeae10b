/** The result of `bench capture`: the JSON that is kept, and the same for people. */
import { type Presented, type ReportHead, shownNumber, shownSpread } from '../report.ts';
import { type Spread, spreadOf } from '../statistics.ts';
import { type Variant, VARIANTS } from './variant.ts';

export type Pace = {
  readonly records: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** Of the Connect worker. */
  readonly cpuMicrosPerRecord: number;
  readonly residentMbMax: number;
};

export type CaptureRun = {
  readonly variant: Variant;
  readonly round: number;
  readonly snapshot: Pace;
  readonly binlog: Pace;
  /** One text for all records of the topic. */
  readonly content: string;
};

const PHASES = ['snapshot', 'binlog'] as const;
type Phase = (typeof PHASES)[number];

export type VariantSummary = Readonly<
  Record<Phase, { readonly perSecond: Spread; readonly cpuMicrosPerRecord: Spread }>
>;

export type CaptureReport = ReportHead & {
  readonly benchmark: 'capture';
  readonly settings: {
    readonly seed: number;
    readonly residents: number;
    readonly updates: number;
    readonly rounds: number;
    readonly database: Readonly<Record<string, string>>;
  };
  readonly runs: readonly CaptureRun[];
  readonly summary: Readonly<Record<Variant, VariantSummary>>;
  /** Records per second with the remembering resolver over those with the default one, round by round. */
  readonly ratio: Readonly<Record<Phase, Spread>>;
  /** Every run put the same records into its topic. */
  readonly rowsEqual: boolean;
};

/** Runs of round `uncounted` warm the worker up; they must be equal to the others all the same. */
export function captureReport(
  facts: ReportHead & Pick<CaptureReport, 'settings'>,
  all: readonly CaptureRun[],
  uncounted: number,
): CaptureReport {
  const runs = all.filter(({ round }) => round !== uncounted);
  return {
    ...facts,
    benchmark: 'capture',
    runs,
    summary: {
      remembering: summaryOf(runs, 'remembering'),
      default: summaryOf(runs, 'default'),
    },
    ratio: { snapshot: ratioOf(runs, 'snapshot'), binlog: ratioOf(runs, 'binlog') },
    rowsEqual: all.length > 0 && new Set(all.map(({ content }) => content)).size === 1,
  };
}

function summaryOf(runs: readonly CaptureRun[], variant: Variant): VariantSummary {
  const own = runs.filter((run) => run.variant === variant);
  const phase = (name: Phase) => ({
    perSecond: spreadOf(own.map((run) => run[name].perSecond)),
    cpuMicrosPerRecord: spreadOf(own.map((run) => run[name].cpuMicrosPerRecord)),
  });
  return { snapshot: phase('snapshot'), binlog: phase('binlog') };
}

function ratioOf(runs: readonly CaptureRun[], phase: Phase): Spread {
  const of = (variant: Variant, round: number) =>
    runs.find((run) => run.variant === variant && run.round === round)?.[phase].perSecond ?? NaN;
  const rounds = [...new Set(runs.map(({ round }) => round))];
  return spreadOf(
    rounds.map((round) => Number((of('remembering', round) / of('default', round)).toFixed(2))),
  );
}

export function presentCapture({ settings, runs, summary, ratio }: CaptureReport): Presented {
  const { residents, updates, rounds, seed } = settings;
  const times = ({ median, min, max }: Spread) => `${median} times (${min}–${max})`;
  return {
    what: `${rounds} rounds of ${shownNumber(residents)} rows copied and ${shownNumber(updates)} changes read by each resolver, seed ${seed}`,
    tables: [
      {
        columns: [
          'resolver',
          'snapshot rows/s',
          'CPU µs/row',
          'binary log events/s',
          'CPU µs/event',
        ],
        rows: VARIANTS.map((variant) => [
          variant,
          ...PHASES.flatMap((phase) => [
            shownSpread(summary[variant][phase].perSecond),
            shownSpread(summary[variant][phase].cpuMicrosPerRecord),
          ]),
        ]),
      },
      {
        columns: ['round', 'resolver', 'snapshot rows/s', 'binary log events/s', 'MB'],
        rows: runs.map(({ round, variant, snapshot, binlog }) => [
          round,
          variant,
          shownNumber(snapshot.perSecond),
          shownNumber(binlog.perSecond),
          Math.max(snapshot.residentMbMax, binlog.residentMbMax),
        ]),
      },
    ],
    sentences: [
      `The remembering resolver copied ${times(ratio.snapshot)} and read ${times(ratio.binlog)} as many records a second as the default one.`,
    ],
  };
}
