/** Runs one benchmark on a stack of its own, keeps its report and shows it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { withOwnStack } from '../../../bench/own-stack.ts';
import type { PlainTable } from '../../../bench/plain-table.ts';
import type { BenchmarkName, Presented, Report } from '../../../bench/report.ts';
import { openSite, type Site } from '../../../bench/site.ts';
import { EXIT } from '../../../bus/base/codes/code.ts';
import { createLog } from '../../../bus/base/log.ts';
import { PROJECT_FOLDER } from '../../globals.ts';
import type { Interrupts } from '../../interrupts.ts';
import type { Paints } from '../../output/paint.ts';
import { renderTable } from '../../output/table.ts';
import { cacheRoot } from '../../stack/home.ts';

export const RESULTS_FOLDER = join(PROJECT_FOLDER, 'bench-results');

export type Screen = {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly paints: Paints;
  readonly interrupts: Pick<Interrupts, 'graceful'>;
};

export type Places = {
  /** Where the report goes; default: bench-results/NAME-<date>.json. */
  readonly report?: string;
  /** Where the stack lives meanwhile. */
  readonly folder: string;
};

export type Benchmark<R extends Report> = {
  readonly name: BenchmarkName;
  readonly run: (site: Site, onStep: (what: string) => void) => Promise<R>;
  readonly present: (report: R) => Presented;
};

/** Answers the exit code: failed when what was compared was not equal. No time is judged. */
export async function measure<R extends Report>(
  { name, run, present }: Benchmark<R>,
  { report: wanted, folder }: Places,
  screen: Screen,
): Promise<number> {
  const say = (what: string) => screen.err(`${screen.paints.dim(what)}\n`);
  const report = await onOwnStack(resolve(folder), screen, say, (site) => run(site, say));
  const file = wanted === undefined ? reportFile(name, report.at) : resolve(wanted);
  await mkdir(resolve(file, '..'), { recursive: true });
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  show(present(report), report.rowsEqual, screen);
  say(`report: ${file}`);
  return report.rowsEqual ? EXIT.ok : EXIT.failed;
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

function show({ what, tables, sentences }: Presented, rowsEqual: boolean, screen: Screen): void {
  screen.out(`${what}\n\n`);
  for (const table of tables) screen.out(`${drawn(table, screen.paints)}\n\n`);
  for (const sentence of sentences) screen.out(`${sentence}\n`);
  screen.out(`all rows equal: ${rowsEqual ? 'yes' : 'NO'}\n`);
}

function drawn({ columns, rows }: PlainTable, paints: Paints): string {
  const [first = '', ...more] = columns;
  const heads = [first, ...more.map((title) => ({ title, align: 'right' }) as const)];
  return renderTable({ columns: heads, rows, empty: 'nothing was run' }, paints);
}

function reportFile(name: BenchmarkName, at: string): string {
  return join(RESULTS_FOLDER, `${name}-${at.slice(0, 16).replaceAll(':', '')}.json`);
}
