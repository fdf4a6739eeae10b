import { describe, expect, test } from 'vitest';
import { PEER_SETTINGS } from '../../bench/sides/jdbc-sink.ts';
import { applyReport, runsTable, summaryTable, type Facts } from '../../bench/apply/report.ts';
import type { SideName, SideRun } from '../../bench/apply/side.ts';

const FACTS: Facts = {
  version: 1,
  benchmark: 'apply',
  at: '2026-01-02T03:04:05.000Z',
  machine: { cpuModel: 'm', cpus: 2, memoryMb: 1, kernel: 'k' },
  versions: {},
  settings: {
    seed: 1,
    residents: 10,
    updates: 10,
    events: 20,
    partitions: 4,
    rounds: 3,
    peer: PEER_SETTINGS,
    database: {},
  },
};

function run(side: SideName, round: number, eventsPerSecond: number, rowsEqual = true): SideRun {
  return {
    side,
    round,
    span: { fromMs: 0, toMs: 1_000 },
    events: 20,
    seconds: 1,
    eventsPerSecond,
    cpuSeconds: 1,
    cpuMicrosPerEvent: 25.5,
    databaseCpuSeconds: 2,
    residentMbMax: 200,
    rows: 10,
    rowsEqual,
  };
}

const RUNS = [
  run('ours', 1, 20_000),
  run('peer', 1, 5_000),
  run('peer', 2, 4_000),
  run('ours', 2, 10_000),
  run('ours', 3, 30_000),
  run('peer', 3, 6_000),
];

describe('a report', () => {
  test('takes the ratio of each round, and the middle of those', () => {
    const report = applyReport(FACTS, RUNS);
    expect(report.ratio).toBe(4);
    expect(report.ratioByRound).toEqual({ median: 4, min: 2.5, max: 5 });
    expect(report.summary.peer.eventsPerSecond).toEqual({ median: 5_000, min: 4_000, max: 6_000 });
  });

  test.each([
    ['every run has the source’s rows', RUNS, true],
    ['one run of ours differs', [...RUNS, run('ours', 4, 1, false)], false],
    ['one run of the peer differs', [...RUNS, run('peer', 4, 1, false)], false],
    ['nothing was run', [], false],
  ])('says whether rows were equal: %s', (_reason, runs, equal) => {
    expect(applyReport(FACTS, runs).rowsEqual).toBe(equal);
  });

  test('shows every run, and a difference of rows loudly', () => {
    const report = applyReport(FACTS, [...RUNS, run('peer', 4, 1, false)]);
    expect(runsTable(report).rows).toHaveLength(7);
    expect(runsTable(report).rows.at(-1)).toContain('NO');
    expect(summaryTable(report).rows[0]).toContain('20,000 (10,000–30,000)');
  });
});
