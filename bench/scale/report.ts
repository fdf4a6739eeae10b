/** The result of `bench scale`: the JSON that is kept, and the same for people. */
import { type Presented, type ReportHead, shownNumber } from '../report.ts';

export type ScaleCost = {
  readonly records: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** Of the view's process. */
  readonly cpuMicrosPerRecord: number;
  readonly databaseCpuMicrosPerRecord: number;
  readonly residentMbMax: number;
};

export type TableBytes = { readonly data: number; readonly indexes: number };

export type ScaleStep = {
  /** Rows of the view at the end of the step. */
  readonly persons: number;
  /** The rows that this step added. */
  readonly inserted: ScaleCost;
  /** Changes of rows drawn from all that are there. */
  readonly updated: ScaleCost;
  readonly bytes: TableBytes;
  readonly rowsEqual: boolean;
};

export type Skipped = { readonly persons: number; readonly why: string };

export type ScaleReport = ReportHead & {
  readonly benchmark: 'scale';
  readonly settings: {
    readonly seed: number;
    readonly sizes: readonly number[];
    readonly updates: number;
    readonly bufferPoolMb: number;
    readonly redoLogMb: number;
    readonly minutesMax: number;
    readonly database: Readonly<Record<string, string>>;
  };
  readonly steps: readonly ScaleStep[];
  readonly skipped: readonly Skipped[];
  /** Cost of a row at the largest size over that at the smallest: 1 is flat. */
  readonly growth: { readonly inserted: number; readonly updated: number };
  readonly rowsEqual: boolean;
};

export function scaleReport(
  facts: ReportHead & Pick<ScaleReport, 'settings' | 'skipped'>,
  steps: readonly ScaleStep[],
): ScaleReport {
  return {
    ...facts,
    benchmark: 'scale',
    steps,
    growth: { inserted: growthOf(steps, 'inserted'), updated: growthOf(steps, 'updated') },
    rowsEqual: steps.length > 0 && steps.every((step) => step.rowsEqual),
  };
}

function growthOf(steps: readonly ScaleStep[], kind: 'inserted' | 'updated'): number {
  const [first, last] = [steps[0]?.[kind].perSecond ?? NaN, steps.at(-1)?.[kind].perSecond ?? NaN];
  return Number((first / last).toFixed(2));
}

export function presentScale({ settings, steps, skipped, growth }: ScaleReport): Presented {
  const mb = (bytes: number) => shownNumber(Math.round(bytes / 1024 / 1024));
  return {
    what: `one view growing, ${shownNumber(settings.updates)} changes at each size, ${shownNumber(settings.bufferPoolMb)} MB of buffer pool, seed ${settings.seed}`,
    tables: [
      {
        columns: [
          'persons',
          'rows/s',
          'CPU µs/row',
          'database CPU µs/row',
          'changes/s',
          'MB resident',
          'data MB',
          'index MB',
          'bytes/row',
        ],
        rows: steps.map(({ persons, inserted, updated, bytes }) => [
          shownNumber(persons),
          shownNumber(inserted.perSecond),
          inserted.cpuMicrosPerRecord,
          inserted.databaseCpuMicrosPerRecord,
          shownNumber(updated.perSecond),
          Math.max(inserted.residentMbMax, updated.residentMbMax),
          mb(bytes.data),
          mb(bytes.indexes),
          Math.round((bytes.data + bytes.indexes) / persons),
        ]),
      },
    ],
    sentences: [
      `From the smallest size to the largest an added row took ${growth.inserted} times as long, a change ${growth.updated} times.`,
      ...skipped.map(
        ({ persons, why }) => `Not run: ${shownNumber(persons)} persons, because it ${why}.`,
      ),
    ],
  };
}
