/**
 * The benchmarks of views as a person runs them, each on a stack of its own, with few rows. No time is
 * judged; what was compared must be equal.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApplyReport } from '../../bench/apply/report.ts';
import type { CaptureReport } from '../../bench/capture/report.ts';
import type { LatencyReport } from '../../bench/latency/report.ts';
import type { BenchmarkName } from '../../bench/report.ts';
import type { ScaleReport } from '../../bench/scale/report.ts';

const PROJECT = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

const folder = await mkdtemp(join(tmpdir(), 'civicbus-bench-'));
afterAll(() => rm(folder, { recursive: true }));

async function reportOf<R>(name: BenchmarkName): Promise<R> {
  return JSON.parse(await readFile(join(folder, 'reports', `${name}.json`), 'utf8')) as R;
}

describe('the benchmarks of views with --quick', () => {
  let shown: string;

  beforeAll(async () => {
    shown = '';
    for (const name of ['apply', 'latency', 'capture', 'scale']) {
      const report = join(folder, 'reports', `${name}.json`);
      const places = ['--report', report, '--folder', join(folder, 'stacks')];
      const profile = name === 'apply' ? ['--profile'] : [];
      const args = ['cli/dev/bench.ts', name, '--quick', ...profile, ...places];
      // Exit code 0 only if every side of the benchmark ended with the source's rows.
      shown += (await run(process.execPath, args, { cwd: PROJECT })).stdout;
    }
  });

  test('says of every benchmark that all rows were equal, and leaves no stack behind', async () => {
    expect(shown.match(/all rows equal: yes/g)).toHaveLength(4);
    expect(await readdir(join(folder, 'stacks'))).toEqual([]);
  });

  describe('apply', () => {
    let report: ApplyReport;
    beforeAll(async () => {
      report = await reportOf('apply');
    });

    test('replays every captured event on both sides', () => {
      const { residents, updates, events, partitions } = report.settings;
      expect(residents).toBeGreaterThan(0);
      expect(updates).toBe(residents);
      expect(events).toBe(residents + updates);
      expect(partitions).toBe(4);
      expect(report.runs.map(({ side }) => side).toSorted()).toEqual(['ours', 'peer']);
      for (const side of report.runs) expect(side).toMatchObject({ events, rows: residents });
    });

    test('proves that both sides hold exactly the source’s rows', () => {
      expect(report.runs.map(({ rowsEqual }) => rowsEqual)).toEqual([true, true]);
      expect(report.rowsEqual).toBe(true);
    });

    test('measures rates, CPU and memory of both, and their ratio', () => {
      for (const side of ['ours', 'peer'] as const) {
        const { eventsPerSecond, cpuMicrosPerEvent, residentMbMax } = report.summary[side];
        for (const spread of [eventsPerSecond, cpuMicrosPerEvent, residentMbMax]) {
          expect(spread.min).toBeGreaterThan(0);
          expect(spread.median).toBeGreaterThanOrEqual(spread.min);
          expect(spread.max).toBeGreaterThanOrEqual(spread.median);
        }
      }
      const [ours, peer] = (['ours', 'peer'] as const).map(
        (name) => report.runs.find(({ side }) => side === name)?.eventsPerSecond ?? 0,
      );
      expect(report.ratio).toBeCloseTo(ours! / peer!, 1);
    });

    test('says where, with what and how it was measured', () => {
      expect(report.machine.cpus).toBeGreaterThan(0);
      expect(report.versions).toMatchObject({
        debezium: expect.any(String),
        node: expect.any(String),
      });
      expect(report.settings).toMatchObject({ seed: 1, peer: { batchRows: 1_000 } });
      // What was written was written durably.
      expect(report.settings.database).toMatchObject({
        sync_binlog: '1',
        innodb_flush_log_at_trx_commit: '1',
      });
    });

    test('shows where the time of our side goes', () => {
      const shares = Object.values(report.profile?.percentByKind ?? {});
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeGreaterThan(99);
      expect(report.profile?.percentByKind.decode).toBeGreaterThan(0);
      for (const { at } of report.profile?.top ?? []) expect(at).not.toContain(PROJECT);
    });
  });

  test('latency measures every way one at a time and under load, and our process at rest', async () => {
    const report = await reportOf<LatencyReport>('latency');
    const { singles, perSecond, seconds } = report.settings;
    expect(report.runs.map(({ way }) => way)).toEqual(['ours', 'sink', 'replica']);
    for (const { single, load, committedPerSecond, rowsEqual } of report.runs) {
      expect(single.visible.n).toBe(singles);
      expect(load.visible.n).toBe(perSecond * seconds);
      expect(committedPerSecond).toBeGreaterThan(0);
      expect(rowsEqual).toBe(true);
    }
    // Capture, broker and engine lie between: a figure near 0 would mean that nothing was waited for.
    expect(report.summary.ours.single.visible.p50).toBeGreaterThan(1);
    expect(report.summary.sink.single.visible.p50).toBeGreaterThan(1);
    expect(report.idle.residentMb).toBeGreaterThan(20);
  });

  test('capture runs both resolvers over the same rows and changes, and finds the same records', async () => {
    const report = await reportOf<CaptureReport>('capture');
    const { residents, updates } = report.settings;
    expect(report.runs.map(({ variant }) => variant).toSorted()).toEqual([
      'default',
      'remembering',
    ]);
    for (const { snapshot, binlog } of report.runs) {
      expect(snapshot).toMatchObject({ records: residents });
      expect(binlog).toMatchObject({ records: updates });
      for (const { perSecond, cpuMicrosPerRecord } of [snapshot, binlog]) {
        expect(perSecond).toBeGreaterThan(0);
        expect(cpuMicrosPerRecord).toBeGreaterThan(0);
      }
    }
    expect(report.rowsEqual).toBe(true);
  });

  test('scale lets one view grow, and compares it at each size', async () => {
    const report = await reportOf<ScaleReport>('scale');
    expect(report.settings.sizes).toEqual([1_000, 2_000]);
    expect(report.steps.map(({ persons }) => persons)).toEqual([1_000, 2_000]);
    for (const { inserted, updated, bytes, rowsEqual } of report.steps) {
      expect(inserted.records).toBe(1_000);
      expect(updated.records).toBe(report.settings.updates);
      expect(bytes.data).toBeGreaterThan(0);
      expect(rowsEqual).toBe(true);
    }
    expect(report.skipped).toEqual([]);
  });
});
