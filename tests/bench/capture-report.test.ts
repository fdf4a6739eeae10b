import { describe, expect, test } from 'vitest';
import { captureReport, type CaptureRun, presentCapture } from '../../bench/capture/report.ts';
import type { Variant } from '../../bench/capture/variant.ts';
import { madeUpHead } from './heads.ts';

const FACTS = {
  ...madeUpHead('capture'),
  settings: { seed: 1, residents: 10, updates: 10, rounds: 2, database: {} },
};

function run(variant: Variant, round: number, perSecond: number, content = 'same'): CaptureRun {
  const pace = {
    records: 10,
    seconds: 1,
    perSecond,
    cpuMicrosPerRecord: 20,
    residentMbMax: 400,
  };
  return { variant, round, snapshot: pace, binlog: { ...pace, perSecond: perSecond / 2 }, content };
}

const WARM_UP = [run('default', 0, 1), run('remembering', 0, 1)];
const RUNS = [
  ...WARM_UP,
  run('remembering', 1, 20_000),
  run('default', 1, 10_000),
  run('default', 2, 8_000),
  run('remembering', 2, 24_000),
];

describe('the report of capture', () => {
  const report = captureReport(FACTS, RUNS, 0);

  test('leaves the round out that warms up', () => {
    expect(report.runs.map(({ round }) => round)).toEqual([1, 1, 2, 2]);
    expect(report.summary.default.snapshot.perSecond.min).toBe(8_000);
  });

  test('compares the two runs of each round', () => {
    expect(report.ratio.snapshot).toEqual({ median: 2.5, min: 2, max: 3 });
    expect(report.ratio.binlog).toEqual({ median: 2.5, min: 2, max: 3 });
  });

  test.each([
    ['all topics hold the same records', RUNS, true],
    ['one run differs', [...RUNS, run('default', 3, 1, 'other')], false],
    ['the warm-up differs', [run('default', 0, 1, 'other'), ...RUNS], false],
    ['nothing was run', [], false],
  ])('says whether records were equal: %s', (_reason, runs, equal) => {
    expect(captureReport(FACTS, runs, 0).rowsEqual).toBe(equal);
  });

  test('is shown with both variants, their rounds, and what it comes to', () => {
    const { tables, sentences } = presentCapture(report);
    expect(tables.map(({ rows }) => rows.length)).toEqual([2, 4]);
    expect(tables[0]?.rows[0]).toContain('22,000 (20,000–24,000)');
    expect(sentences[0]).toContain('2.5 times (2–3)');
  });
});
