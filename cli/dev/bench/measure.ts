/** Runs one benchmark on a stack of its own, keeps its report and shows it. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { withOwnStack } from '../../../bench/own-stack.ts';
import type { PlainTable } from '../../../bench/plain-table.ts';
import { type AnyReport, present } from '../../../bench/present.ts';
import type { BenchmarkName, Presented } from '../../../bench/report.ts';
import { disturbed, newestReports, withResults } from '../../../bench/results.ts';
import { openSite, type Site } from '../../../bench/site.ts';
import { EXIT } from '../../../bus/base/codes/code.ts';
import { createLog } from '../../../bus/base/log.ts';
import { PROJECT_FOLDER } from '../../globals.ts';
import type { Interrupts } from '../../interrupts.ts';
import type { Paints } from '../../output/paint.ts';
import { renderTable } from '../../output/table.ts';
import { cacheRoot } from '../../stack/home.ts';
import { formatted } from '../generate/format.ts';

export const RESULTS_FOLDER = join(PROJECT_FOLDER, 'bench-results');
export const DOCUMENT = join(PROJECT_FOLDER, 'docs', 'benchmarks.md');

export type Screen = {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly paints: Paints;
  readonly interrupts: Pick<Interrupts, 'graceful'>;
};

export type Places = {
  /** Where the report goes; default: bench-results/NAME-<date>.json, and into the document. */
  readonly report?: string;
  /** A quick run's figures mean nothing: its report is kept only where a file is named. */
  readonly quick: boolean;
  /** Where the stack lives meanwhile. */
  readonly folder: string;
};

export type Benchmark = {
  readonly name: BenchmarkName;
  readonly run: (site: Site, onStep: (what: string) => void) => Promise<AnyReport>;
};

/** Answers the exit code: failed when what was compared was not equal. No time is judged. */
export async function measure({ run }: Benchmark, places: Places, screen: Screen): Promise<number> {
  const say = (what: string) => screen.err(`${screen.paints.dim(what)}\n`);
  const folder = resolve(places.folder);
  const report = await onOwnStack(folder, screen, say, (site) => run(site, say));
  show(present(report), report, screen);
  const kept = await keep(report, places);
  if (kept !== undefined) say(`report: ${kept}`);
  return report.rowsEqual ? EXIT.ok : EXIT.failed;
}

/** Writes the results of docs/benchmarks.md anew from the reports that are kept. */
export async function writeResults(): Promise<void> {
  const document = await readFile(DOCUMENT, 'utf8');
  const text = withResults(document, await newestReports(RESULTS_FOLDER));
  await writeFile(DOCUMENT, await formatted('docs/benchmarks.md', text));
}

/** Only a report in its usual place becomes a result of the document. */
async function keep(report: AnyReport, places: Places): Promise<string | undefined> {
  if (places.report === undefined && places.quick) return undefined;
  const { benchmark, at } = report;
  const usual = `${benchmark}-${at.slice(0, 16).replaceAll(':', '')}.json`;
  const file = resolve(places.report ?? join(RESULTS_FOLDER, usual));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  if (places.report === undefined) await writeResults();
  return file;
}

function onOwnStack<T>(
  folder: string,
  { interrupts }: Screen,
  say: (what: string) => void,
  work: (site: Site) => Promise<T>,
): Promise<T> {
  const log = createLog({ level: 'warn' });
  const signal = interrupts.graceful();
  say('starting a stack of its own');
  return withOwnStack({ folder, cacheRoot: cacheRoot(), signal }, async ({ endpoints, pidOf }) => {
    const pids = { connect: pidOf('connect'), hub: pidOf('hub') };
    const site = await openSite(endpoints, { log, signal, pids });
    try {
      return await work(site);
    } finally {
      await site.close();
    }
  });
}

function show(presented: Presented, report: AnyReport, screen: Screen): void {
  showFigures(presented, screen);
  for (const sentence of disturbed(report)) screen.err(`${sentence}\n`);
  screen.out(`all rows equal: ${report.rowsEqual ? 'yes' : 'NO'}\n`);
}

/** Tables and sentences on the terminal. */
export function showFigures(
  { what, tables, details = [], sentences }: Presented,
  screen: Screen,
): void {
  screen.out(`${what}\n\n`);
  for (const table of [...tables, ...details]) screen.out(`${drawn(table, screen.paints)}\n\n`);
  for (const sentence of sentences) screen.out(`${sentence}\n`);
}

function drawn({ columns, rows }: PlainTable, paints: Paints): string {
  const [first = '', ...more] = columns;
  const heads = [first, ...more.map((title) => ({ title, align: 'right' }) as const)];
  return renderTable({ columns: heads, rows, empty: 'nothing was run' }, paints);
}
