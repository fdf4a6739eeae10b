/** The result of `bench chain`: the JSON that is kept, and the same for people. */
import {
  bothFigures,
  type BothFigures,
  type BothSamples,
  type RunSettings,
  summaryOf,
} from '../latency/figures.ts';
import { percentileCells, type Presented, type ReportHead, shownNumber } from '../report.ts';
import { rounded } from '../statistics.ts';

/** Where a change is awaited: by a reader of the hub, or of the subscriber's own database. */
export const PLACES = ['hub', 'subscriber'] as const;
export type PlaceName = (typeof PLACES)[number];

/** What was measured at one place in one round. */
export type ChainSamples = BothSamples & {
  readonly place: PlaceName;
  readonly round: number;
};

export type ChainRun = BothFigures & {
  readonly place: PlaceName;
  readonly round: number;
};

export type ChainReport = ReportHead & {
  readonly benchmark: 'chain';
  readonly settings: RunSettings & {
    readonly database: Readonly<Record<string, string>>;
  };
  readonly runs: readonly ChainRun[];
  /** Of all rounds' changes together. */
  readonly summary: Readonly<Record<PlaceName, BothFigures>>;
  readonly rowsEqual: boolean;
};

export function chainReport(
  facts: ReportHead & Pick<ChainReport, 'settings' | 'rowsEqual'>,
  samples: readonly ChainSamples[],
): ChainReport {
  const summary = (place: PlaceName) => summaryOf(samples.filter((one) => one.place === place));
  return {
    ...facts,
    benchmark: 'chain',
    runs: samples.map((one) => ({
      ...one,
      ...bothFigures(one),
    })),
    summary: { hub: summary('hub'), subscriber: summary('subscriber') },
  };
}

const COLUMNS = ['n', 'p50 ms', 'p95 ms', 'p99 ms', 'commit p95 ms'];

export function presentChain({ settings, summary, runs }: ChainReport): Presented {
  const { rounds, singles, perSecond, seconds, residents, seed } = settings;
  const table = (kind: 'single' | 'load', title: string) => ({
    columns: [title, ...COLUMNS],
    rows: PLACES.map((place) => {
      const { visible, commit } = summary[place][kind];
      return [`until the ${place}`, visible.n, ...percentileCells(visible), commit.p95.toFixed(1)];
    }),
  });
  const share = (kind: 'single' | 'load') => {
    const { hub, subscriber } = summary;
    return rounded((100 * hub[kind].visible.p50) / subscriber[kind].visible.p50, 0);
  };
  return {
    what: `${rounds} rounds of ${singles} single changes and ${seconds} s at ${perSecond} changes/s for each place, ${shownNumber(residents)} residents, seed ${seed}`,
    tables: [
      table('single', 'one change at a time'),
      table('load', `${perSecond} changes/s`),
      {
        columns: ['round', 'until the', 'single p50', 'p95', 'p99', 'load p50', 'p95', 'p99'],
        rows: runs.map(({ round, place, single, load }) => [
          round,
          place,
          ...percentileCells(single.visible),
          ...percentileCells(load.visible),
        ]),
      },
    ],
    sentences: [
      `Of the way to the subscriber the way to the hub took ${share('single')} % one at a time and ${share('load')} % under load, at the median.`,
    ],
  };
}
