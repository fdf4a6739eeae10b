/** The benchmarks of sharing pairs as a person runs them, each on a stack of its own, with few rows. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChainReport } from '../../bench/chain/report.ts';
import type { FanoutReport } from '../../bench/fanout/report.ts';

const PROJECT = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

const folder = await mkdtemp(join(tmpdir(), 'civicbus-bench-'));
const reports = join(folder, 'reports');
afterAll(() => rm(folder, { recursive: true }));

async function reportOf<R>(name: 'fanout' | 'chain'): Promise<R> {
  return JSON.parse(await readFile(join(reports, `${name}.json`), 'utf8')) as R;
}

describe('the benchmarks of pairs with --quick', () => {
  beforeAll(async () => {
    for (const name of ['fanout', 'chain']) {
      const report = join(reports, `${name}.json`);
      const args = ['cli/dev/bench.ts', name, '--quick', '--report', report];
      await run(process.execPath, [...args, '--folder', join(folder, 'stacks')], { cwd: PROJECT });
    }
  });

  test('fanout gives all pairs the same records on both sides, and idle pairs none', async () => {
    const report = await reportOf<FanoutReport>('fanout');
    expect(report.runs.map(({ side }) => side).toSorted()).toEqual(['naive', 'ours']);
    const [one, other] = report.runs;
    expect(one!.records).toBeGreaterThan(one!.changes);
    expect(one!.records).toBe(other!.records);
    for (const { recordsPerSecond, cpuMicrosPerRecord, residentMbMax } of report.runs) {
      for (const figure of [recordsPerSecond, cpuMicrosPerRecord, residentMbMax])
        expect(figure).toBeGreaterThan(0);
    }
    const { views, pairs } = report.settings;
    expect(report.idle.map((run) => run.pairs)).toEqual([views, pairs]);
    for (const { changes, changesPerSecond } of report.idle) {
      expect(changes).toBeGreaterThan(one!.changes);
      expect(changesPerSecond).toBeGreaterThan(0);
    }
    expect(report.rowsEqual).toBe(true);
  });

  test('chain measures until the hub and until the subscriber, who ends with the source’s rows', async () => {
    const report = await reportOf<ChainReport>('chain');
    const { singles, perSecond, seconds } = report.settings;
    expect(report.runs.map(({ place }) => place)).toEqual(['hub', 'subscriber']);
    for (const { single, load } of report.runs) {
      expect(single.visible.n).toBe(singles);
      expect(load.visible.n).toBe(perSecond * seconds);
    }
    expect(report.summary.subscriber.single.visible.p50).toBeGreaterThan(1);
    expect(report.rowsEqual).toBe(true);
  });
});
