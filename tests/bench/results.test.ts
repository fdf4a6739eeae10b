import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { captureReport } from '../../bench/capture/report.ts';
import { newestReports, withResults } from '../../bench/results.ts';
import { DOCUMENT, RESULTS_FOLDER } from '../../cli/dev/bench/measure.ts';
import { formatted } from '../../cli/dev/generate/format.ts';
import { scratchFolder } from '../support/scratch.ts';
import { madeUpHead } from './heads.ts';

const folder = scratchFolder();

async function keep(file: string, at: string): Promise<void> {
  const pace = { records: 1, seconds: 1, perSecond: 1, cpuMicrosPerRecord: 1, residentMbMax: 1 };
  const shape = { round: 1, snapshot: pace, binlog: pace, content: 'same' };
  const runs = [
    { ...shape, variant: 'remembering' } as const,
    { ...shape, variant: 'default' } as const,
  ];
  const settings = { seed: 1, residents: 1, updates: 1, rounds: 1, database: { sync_binlog: '1' } };
  const report = captureReport({ ...madeUpHead('capture', at), settings }, runs, 0);
  await writeFile(join(folder, file), JSON.stringify(report));
}

test('the document shows the newest report of a benchmark, and nothing else of it is touched', async () => {
  await keep('a.json', '2026-03-01T00:00:00.000Z');
  await keep('b.json', '2026-02-01T00:00:00.000Z');
  const document = await readFile(DOCUMENT, 'utf8');
  const [before = '', after = ''] = [document.split('<!--')[0], document.split('-->').at(-1)];
  const written = withResults(document, await newestReports(folder));
  expect(written).toContain('[a.json](../bench-results/a.json), 2026-03-01');
  expect(written).not.toContain('b.json');
  expect(written).toContain('`sync_binlog=1`');
  expect(written.startsWith(before)).toBe(true);
  expect(written.endsWith(after)).toBe(true);
  expect(withResults(written, await newestReports(folder))).toBe(written);
});

test('the tables in docs/benchmarks.md are those of the reports that are kept', async () => {
  const document = await readFile(DOCUMENT, 'utf8');
  const text = withResults(document, await newestReports(RESULTS_FOLDER));
  expect(document).toBe(await formatted('docs/benchmarks.md', text));
});
