/** `npm run bench -- NAME` after its set-up: measures on a stack of its own and keeps the report. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import { benchApply, type ApplyOptions } from '../../bench/apply/bench-apply.ts';
import { PEER_SETTINGS } from '../../bench/apply/peer.ts';
import { type ApplyReport, runsTable, summaryTable } from '../../bench/apply/report.ts';
import { openSite } from '../../bench/apply/site.ts';
import type { PlainTable } from '../../bench/plain-table.ts';
import { withOwnStack } from '../../bench/own-stack.ts';
import { profileTables } from '../../bench/profile/summary.ts';
import { EXIT } from '../../bus/base/codes/code.ts';
import { createLog } from '../../bus/base/log.ts';
import { failureOf, failureText } from '../failure.ts';
import { PROJECT_FOLDER, wholeNumber } from '../globals.ts';
import { createInterrupts } from '../interrupts.ts';
import { paintsOf, type Paints } from '../output/paint.ts';
import { renderTable } from '../output/table.ts';
import { colorIn, processStreams } from '../process-streams.ts';
import { cacheRoot } from '../stack/home.ts';

type Flags = {
  readonly residents: number;
  readonly rounds: number;
  readonly seed: number;
  readonly quick: boolean;
  readonly profile: boolean;
  readonly peerTasks: number;
  readonly peerUrlOptions: string;
  readonly report?: string;
  readonly folder: string;
};

const DEFAULTS = { residents: 100_000, rounds: 3, seed: 1 };
/** Enough to prove that everything works; its figures say nothing. */
const QUICK = { residents: 2_000, rounds: 1 };

const streams = processStreams(process);
const paints = paintsOf(colorIn(process));
const interrupts = createInterrupts(process);
process.exit(await main());

async function main(): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = new Command('npm run bench --')
    .description('Measures civicbus against others on this machine.')
    .exitOverride()
    .configureOutput({ writeOut: streams.out, writeErr: streams.err, outputError: () => {} });
  addApply(program, async (flags) => void (exitCode = await apply(flags)));
  try {
    await program.parseAsync(process.argv.slice(2), { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.code === 'commander.helpDisplayed') return EXIT.ok;
    if (interrupts.cause !== undefined) return EXIT.interrupted;
    const failure = failureOf(error);
    streams.err(`${failureText(failure, paints)}\n`);
    return failure.exitCode;
  }
}

function addApply(program: Command, action: (flags: Flags) => Promise<void>): void {
  program
    .command('apply')
    .description('From a topic into MariaDB: our engine and Debezium’s JDBC sink in turns.')
    .option(
      '--residents <number>',
      'rows captured, then updated as often',
      wholeNumber,
      DEFAULTS.residents,
    )
    .option('--rounds <number>', 'how often each side runs', wholeNumber, DEFAULTS.rounds)
    .option('--seed <number>', 'what the data are made from', wholeNumber, DEFAULTS.seed)
    .option('--quick', 'a few thousand rows, once: shows that it works, not how fast', false)
    .option('--profile', 'also shows where the time of our side goes', false)
    .option('--peer-tasks <number>', 'tasks of the peer', wholeNumber, PEER_SETTINGS.tasks)
    .option('--peer-url-options <text>', 'of the peer’s JDBC address', PEER_SETTINGS.urlOptions)
    .option(
      '--report <file>',
      'where the JSON report goes (default: bench-results/apply-<date>.json)',
    )
    .option(
      '--folder <folder>',
      'where the stack lives meanwhile; it stays after a failure',
      join(PROJECT_FOLDER, '.civicbus'),
    )
    .allowExcessArguments(false)
    .action(action);
}

async function apply(flags: Flags): Promise<number> {
  const report = await measured(resolve(flags.folder), {
    seed: flags.seed,
    residents: flags.quick ? QUICK.residents : flags.residents,
    rounds: flags.quick ? QUICK.rounds : flags.rounds,
    profile: flags.profile,
    peer: { ...PEER_SETTINGS, tasks: flags.peerTasks, urlOptions: flags.peerUrlOptions },
    onStep: (what) => streams.err(`${paints.dim(what)}\n`),
  });
  const file = flags.report === undefined ? reportFile(report) : resolve(flags.report);
  await mkdir(resolve(file, '..'), { recursive: true });
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  print(report, paints);
  streams.err(`${paints.dim(`report: ${file}`)}\n`);
  return report.rowsEqual ? EXIT.ok : EXIT.failed;
}

function measured(folder: string, options: ApplyOptions): Promise<ApplyReport> {
  const log = createLog({ level: 'warn' });
  const signal = interrupts.graceful();
  options.onStep?.('starting a stack of its own');
  return withOwnStack({ folder, cacheRoot: cacheRoot(), signal }, async ({ endpoints, pidOf }) => {
    const pids = { connect: pidOf('connect'), hub: pidOf('hub') };
    const site = await openSite(endpoints, { log, signal, pids });
    try {
      return await benchApply(site, options);
    } finally {
      await site.close();
    }
  });
}

function print(report: ApplyReport, colors: Paints): void {
  const show = ({ columns, rows }: PlainTable) => {
    const [first = '', ...more] = columns;
    const heads = [first, ...more.map((title) => ({ title, align: 'right' }) as const)];
    streams.out(`${renderTable({ columns: heads, rows, empty: 'nothing was run' }, colors)}\n\n`);
  };
  show(runsTable(report));
  show(summaryTable(report));
  if (report.profile) profileTables(report.profile).forEach(show);
  const { min, max } = report.ratioByRound;
  streams.out(
    `ours ÷ peer, round by round: ${report.ratio} (${min}–${max}); all rows equal: ${report.rowsEqual ? 'yes' : 'NO'}\n`,
  );
}

function reportFile({ at, benchmark }: ApplyReport): string {
  const time = at.slice(0, 16).replaceAll(':', '');
  return join(PROJECT_FOLDER, 'bench-results', `${benchmark}-${time}.json`);
}
