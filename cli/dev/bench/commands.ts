/** The benchmarks as commands, with their sizes as options; `all` runs every one as it is by default. */
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { benchApply } from '../../../bench/apply/bench-apply.ts';
import { benchCapture } from '../../../bench/capture/bench-capture.ts';
import { benchChain } from '../../../bench/chain/bench-chain.ts';
import { benchFanout } from '../../../bench/fanout/bench-fanout.ts';
import { benchLatency } from '../../../bench/latency/bench-latency.ts';
import { benchPredicate } from '../../../bench/predicate/bench-predicate.ts';
import { benchScale } from '../../../bench/scale/bench-scale.ts';
import { must } from '../../../bus/base/assert.ts';
import { EXIT } from '../../../bus/base/codes/code.ts';
import { BENCHMARKS } from '../../../bench/report.ts';
import { PEER_SETTINGS } from '../../../bench/sides/jdbc-sink.ts';
import { PROJECT_FOLDER, positiveNumber, wholeNumber } from '../../globals.ts';
import {
  type Benchmark,
  measure,
  type Places,
  type Screen,
  showFigures,
  writeResults,
} from './measure.ts';

type Common = Places & { readonly seed: number };
type Rounds = { readonly rounds: number };

type Run = (benchmark: Benchmark, places: Places) => Promise<void>;

/** Adds a command for each; `onExit` is told every exit code. */
export function addBenchmarks(
  program: Command,
  screen: Screen,
  onExit: (exitCode: number) => void,
): void {
  const run: Run = async (benchmark, places) => onExit(await measure(benchmark, places, screen));
  addApply(program, run);
  addLatency(program, run);
  addCapture(program, run);
  addScale(program, run);
  addFanout(program, run);
  addChain(program, run);
  addAll(program);
  addPredicate(program, screen, onExit);
  program
    .command('results')
    .description('Writes the results of docs/benchmarks.md anew from bench-results/.')
    .action(writeResults);
}

/** What every benchmark has. */
function common(command: Command): Command {
  return command
    .option('--seed <number>', 'what the data are made from', wholeNumber, 1)
    .addOption(quickOption())
    .option(
      '--report <file>',
      'where the JSON report goes (default: bench-results/<name>-<date>.json, and into the document)',
    )
    .addOption(folderOption())
    .allowExcessArguments(false);
}

function quickOption(): Option {
  const text = 'a few thousand rows, once: shows that it works, not how fast; keeps no report';
  return new Option('--quick', text).default(false);
}

function folderOption(): Option {
  const text = 'where the stack lives meanwhile; it stays after a failure';
  return new Option('--folder <folder>', text).default(join(PROJECT_FOLDER, '.civicbus'));
}

function withRounds(command: Command): Command {
  return common(command).option('--rounds <number>', 'how often each side runs', wholeNumber, 3);
}

type AllFlags = Pick<Places, 'quick' | 'folder'> & { readonly reports?: string };

/** Every benchmark as it is by default, one after the other, each on a stack of its own. */
function addAll(program: Command): void {
  program
    .command('all')
    .description('Every benchmark, one after the other: all tables of docs/benchmarks.md.')
    .addOption(quickOption())
    .option('--reports <folder>', 'where the JSON reports go instead, as <name>.json')
    .addOption(folderOption())
    .allowExcessArguments(false)
    .action(async ({ quick, folder, reports }: AllFlags) => {
      for (const name of BENCHMARKS) {
        const flags = [
          '--folder',
          folder,
          ...(quick ? ['--quick'] : []),
          ...(reports === undefined ? [] : ['--report', join(reports, `${name}.json`)]),
          ...(name === 'apply' || name === 'fanout' ? ['--profile'] : []),
        ];
        const command = program.commands.find((one) => one.name() === name);
        await must(command, name).parseAsync(flags, { from: 'user' });
      }
    });
}

type ApplyFlags = Common &
  Rounds & {
    readonly residents: number;
    readonly profile: boolean;
    readonly peerTasks: number;
    readonly peerUrlOptions: string;
  };

function addApply(program: Command, run: Run): void {
  const command = program
    .command('apply')
    .description('From a topic into MariaDB: our engine and Debezium’s JDBC sink in turns.')
    .option('--residents <number>', 'rows captured, then updated as often', wholeNumber, 100_000)
    .option('--profile', 'also shows where the time of our side goes', false)
    .option('--peer-tasks <number>', 'tasks of the peer', wholeNumber, PEER_SETTINGS.tasks)
    .option('--peer-url-options <text>', 'of the peer’s JDBC address', PEER_SETTINGS.urlOptions);
  withRounds(command).action(({ quick, ...flags }: ApplyFlags) => {
    const { seed, profile, peerTasks: tasks, peerUrlOptions: urlOptions } = flags;
    const peer = { ...PEER_SETTINGS, tasks, urlOptions };
    const { residents, rounds } = quick ? { residents: 2_000, rounds: 1 } : flags;
    const options = { seed, residents, rounds, profile, peer };
    return run(
      {
        name: 'apply',
        run: (site, onStep) => benchApply(site, { ...options, onStep }),
      },
      { ...flags, quick },
    );
  });
}

type LatencyFlags = Common &
  Rounds & {
    readonly residents: number;
    readonly warmUp: number;
    readonly singles: number;
    readonly perSecond: number;
    readonly seconds: number;
    readonly idleSeconds: number;
  };

/** Enough to prove that everything works. */
const QUICK_LATENCY = {
  residents: 500,
  rounds: 1,
  warmUp: 5,
  singles: 20,
  perSecond: 50,
  seconds: 2,
  idleSeconds: 2,
};

function addLatency(program: Command, run: Run): void {
  const command = program
    .command('latency')
    .description('From a commit until a reader sees it: our view, the JDBC sink, replication.')
    .option('--residents <number>', 'rows of the table', wholeNumber, 5_000)
    .option('--warm-up <number>', 'changes before each turn, not counted', wholeNumber, 200)
    .option('--singles <number>', 'changes one at a time in each turn', wholeNumber, 200)
    .option('--per-second <number>', 'changes a second under load', wholeNumber, 200)
    .option('--seconds <number>', 'how long the load lasts', wholeNumber, 15)
    .option('--idle-seconds <number>', 'how long our process is watched at rest', wholeNumber, 20);
  withRounds(command).action(({ quick, report, folder, ...flags }: LatencyFlags) => {
    const options = { ...flags, ...(quick ? QUICK_LATENCY : {}) };
    return run(
      {
        name: 'latency',
        run: (site, onStep) => benchLatency(site, { ...options, onStep }),
      },
      { folder, quick, ...(report === undefined ? {} : { report }) },
    );
  });
}

function addCapture(program: Command, run: Run): void {
  const command = program
    .command('capture')
    .description('From a table into Kafka: our schema resolver and the default one in turns.')
    .option('--residents <number>', 'rows copied, then as many changes', wholeNumber, 100_000);
  withRounds(command).action(
    ({ quick, seed, ...flags }: Common & Rounds & { readonly residents: number }) => {
      const options = { seed, ...(quick ? { residents: 2_000, rounds: 1 } : flags) };
      return run(
        {
          name: 'capture',
          run: (site, onStep) => benchCapture(site, { ...options, onStep }),
        },
        { ...flags, quick },
      );
    },
  );
}

type ScaleFlags = Common & {
  readonly persons: readonly number[];
  readonly updates: number;
  readonly bufferPoolMb: number;
  readonly redoLogMb: number;
  readonly minutes: number;
};

const MILLION = 1_000_000;
const SIZES = '1,2,4,8';
const QUICK_SCALE = { updates: 500, sizes: [1_000, 2_000], bufferPoolMb: 256, redoLogMb: 128 };

function addScale(program: Command, run: Run): void {
  const command = program
    .command('scale')
    .description('One view growing: what a row costs at each size.')
    .addOption(
      new Option('--persons <millions>', 'sizes of the view, growing')
        .argParser(sizes)
        .default(sizes(SIZES), SIZES),
    )
    .option('--updates <number>', 'changes at each size', wholeNumber, 100_000)
    .option('--buffer-pool-mb <number>', 'memory of each database server', wholeNumber, 4_096)
    .option('--redo-log-mb <number>', 'of each database server', wholeNumber, 1_024)
    .option('--minutes <number>', 'no size is begun that would end later', wholeNumber, 90);
  common(command).action(({ quick, report, folder, ...flags }: ScaleFlags) => {
    const options = {
      seed: flags.seed,
      bufferPoolMb: flags.bufferPoolMb,
      redoLogMb: flags.redoLogMb,
      minutesMax: flags.minutes,
      updates: flags.updates,
      sizes: flags.persons,
      ...(quick ? QUICK_SCALE : {}),
    };
    return run(
      {
        name: 'scale',
        run: (site, onStep) => benchScale(site, { ...options, onStep }),
      },
      { folder, quick, ...(report === undefined ? {} : { report }) },
    );
  });
}

type FanoutFlags = Common &
  Rounds & {
    readonly pairs: number;
    readonly rows: number;
    readonly idleRows: number;
    readonly profile: boolean;
  };

const QUICK_FANOUT = { pairs: 24, rows: 50, idleRows: 200, rounds: 1 };

function addFanout(program: Command, run: Run): void {
  const command = program
    .command('fanout')
    .description('From three views to hundreds of pairs: our gateway and one consumer per pair.')
    .option('--pairs <number>', 'generated agreements', wholeNumber, 550)
    .option('--rows <number>', 'of each view, then as many updates', wholeNumber, 1_500)
    .option('--idle-rows <number>', 'as --rows, for pairs that match nothing', wholeNumber, 15_000)
    .option('--profile', 'also shows where the time of our side goes', false);
  withRounds(command).action(({ quick, report, folder, ...flags }: FanoutFlags) => {
    const options = { ...flags, ...(quick ? QUICK_FANOUT : {}) };
    return run(
      {
        name: 'fanout',
        run: (site, onStep) => benchFanout(site, { ...options, onStep }),
      },
      { folder, quick, ...(report === undefined ? {} : { report }) },
    );
  });
}

type ChainFlags = Common & Rounds & Omit<LatencyFlags, keyof Common | 'idleSeconds'>;

const QUICK_CHAIN = {
  residents: 200,
  rounds: 1,
  warmUp: 5,
  singles: 20,
  perSecond: 50,
  seconds: 2,
};

function addChain(program: Command, run: Run): void {
  const command = program
    .command('chain')
    .description('From a department’s commit until a subscriber sees it, through the whole bus.')
    .option('--residents <number>', 'rows of the table', wholeNumber, 2_000)
    .option('--warm-up <number>', 'changes before everything, not counted', wholeNumber, 200)
    .option('--singles <number>', 'changes one at a time in each turn', wholeNumber, 200)
    .option('--per-second <number>', 'changes a second under load', wholeNumber, 50)
    .option('--seconds <number>', 'how long the load lasts', wholeNumber, 20);
  withRounds(command).action(({ quick, report, folder, ...flags }: ChainFlags) => {
    const options = { ...flags, ...(quick ? QUICK_CHAIN : {}) };
    return run(
      {
        name: 'chain',
        run: (site, onStep) => benchChain(site, { ...options, onStep }),
      },
      { folder, quick, ...(report === undefined ? {} : { report }) },
    );
  });
}

type PredicateFlags = Rounds & { readonly seed: number; readonly seconds: number };

/** Needs no stack and keeps no report: a figure of one process on one core. */
function addPredicate(program: Command, screen: Screen, onExit: (exitCode: number) => void): void {
  program
    .command('predicate')
    .description('Judging and masking rows: our predicates and the CEL library in turns, no stack.')
    .option('--seed <number>', 'what the rows are made from', wholeNumber, 1)
    .option('--rounds <number>', 'how often each side runs', wholeNumber, 3)
    .option('--seconds <number>', 'of each side in each round', positiveNumber, 1)
    .allowExcessArguments(false)
    .action(async (flags: PredicateFlags) => {
      const onStep = (what: string) => screen.err(`${screen.paints.dim(what)}\n`);
      const figures = await benchPredicate({ ...flags, onStep });
      showFigures(figures, screen);
      screen.out(`same rows picked: ${figures.rowsEqual ? 'yes' : 'NO'}\n`);
      onExit(figures.rowsEqual ? EXIT.ok : EXIT.failed);
    });
}

/** "1,2.5" in millions as whole numbers of persons; for commander. */
function sizes(value: string): number[] {
  const persons = value.split(',').map((part) => Math.round(positiveNumber(part) * MILLION));
  if (persons.some((size, index) => size <= (persons[index - 1] ?? 0))) {
    throw new InvalidArgumentError('Give sizes in millions that grow, e.g. 1,2,4.');
  }
  return persons;
}
