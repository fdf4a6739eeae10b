import { describe, expect, test } from 'vitest';
import { latencyReport, type LatencySamples, presentLatency } from '../../bench/latency/report.ts';
import type { WayName } from '../../bench/latency/ways.ts';
import { madeUpHead } from './heads.ts';

const FACTS = {
  ...madeUpHead('latency'),
  settings: {
    seed: 1,
    residents: 10,
    rounds: 2,
    warmUp: 1,
    singles: 2,
    perSecond: 1,
    seconds: 2,
    database: {},
  },
  idle: { seconds: 20, cpuPercent: 0.4, residentMb: 150 },
};

function turn(way: WayName, round: number, visibleMs: number, rowsEqual = true): LatencySamples {
  const timed = [visibleMs, visibleMs + 1].map((ms) => ({ commitMs: 3, visibleMs: ms }));
  const load = timed.map(({ commitMs, visibleMs: ms }) => ({ commitMs, visibleMs: ms * 10 }));
  return { way, round, single: timed, load, committedPerSecond: 1.04, rowsEqual };
}

const TURNS = [
  turn('ours', 1, 10),
  turn('sink', 1, 20),
  turn('replica', 1, -1),
  turn('sink', 2, 40),
  turn('replica', 2, 1),
  turn('ours', 2, 30),
];

describe('the report of latency', () => {
  const report = latencyReport(FACTS, TURNS);

  test('puts the changes of all rounds together, by way', () => {
    expect(report.summary.ours.single.visible).toEqual({ n: 4, p50: 11, p95: 31, p99: 31 });
    expect(report.summary.sink.load.visible).toMatchObject({ n: 4, p50: 210, p99: 410 });
    expect(report.summary.ours.single.commit.p50).toBe(3);
  });

  test('keeps every turn’s figures, and what was really committed', () => {
    expect(report.runs).toHaveLength(6);
    expect(report.runs[2]).toMatchObject({ way: 'replica', committedPerSecond: 1 });
  });

  test('keeps a reader that was quicker than the commit’s answer below zero', () => {
    expect(report.runs[2]?.single.visible.p50).toBe(-1);
  });

  test.each([
    ['every turn ended with the source’s rows', TURNS, true],
    ['one did not', [...TURNS, turn('sink', 3, 1, false)], false],
    ['nothing was run', [], false],
  ])('says whether rows were equal: %s', (_reason, turns, equal) => {
    expect(latencyReport(FACTS, turns).rowsEqual).toBe(equal);
  });

  test('is shown with a row for each way, in both loads', () => {
    const { tables, sentences, what } = presentLatency(report);
    expect(tables.map(({ rows }) => rows.length)).toEqual([3, 3, 6]);
    expect(tables[0]?.rows[0]).toEqual(['ours', 4, '11.0', '31.0', '31.0', '3.0']);
    expect(what).toContain('2 rounds of 2 single changes');
    expect(sentences.join(' ')).toContain('0.4 % of one processor and held 150 MB');
  });
});
