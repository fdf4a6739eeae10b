/** The benchmark as a person runs it, on a stack of its own, with few rows. No time is judged. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApplyReport } from '../../bench/apply/report.ts';

const PROJECT = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

const folder = await mkdtemp(join(tmpdir(), 'civicbus-bench-'));
afterAll(() => rm(folder, { recursive: true }));

describe('bench apply --quick', () => {
  let report: ApplyReport;
  let shown: string;

  beforeAll(async () => {
    const file = join(folder, 'report.json');
    const flags = ['--quick', '--profile', '--report', file, '--folder', join(folder, 'stacks')];
    const args = ['cli/dev/bench.ts', 'apply', ...flags];
    // Exit code 0 only if both sides ended with the source's rows.
    shown = (await run(process.execPath, args, { cwd: PROJECT })).stdout;
    report = JSON.parse(await readFile(file, 'utf8')) as ApplyReport;
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

  test('prints the tables and leaves no stack behind', async () => {
    expect(shown).toMatch(/events\/s/);
    expect(shown).toMatch(/all rows equal: yes/);
    expect(await readdir(join(folder, 'stacks'))).toEqual([]);
  });
});
