/** The benchmarks as commands, with their sizes as options; `all` runs every one as it is by default. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { benchApply } from '../../../bench/apply/bench-apply.ts';
import { presentApply } from '../../../bench/apply/report.ts';
import { benchCapture } from '../../../bench/capture/bench-capture.ts';
import { presentCapture } from '../../../bench/capture/report.ts';
import { benchLatency } from '../../../bench/latency/bench-latency.ts';
import { presentLatency } from '../../../bench/latency/report.ts';
import type { Report } from '../../../bench/report.ts';
import { PEER_SETTINGS } from '../../../bench/sides/jdbc-sink.ts';
import { PROJECT_FOLDER, wholeNumber } from '../../globals.ts';
import { type Benchmark, measure, type Places, type Screen } from './measure.ts';

type Common = Places & {
  readonly seed: number;
  readonly rounds: number;
  readonly quick: boolean;
};

type Run = <R extends Report>(benchmark: Benchmark<R>, places: Places) => Promise<void>;

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
}

/** What every benchmark has; `rounds` is how often each side runs by default. */
function common(command: Command, rounds: number): Command {
  return command
    .option('--rounds <number>', 'how often each side runs', wholeNumber, rounds)
    .option('--seed <number>', 'what the data are made from', wholeNumber, 1)
    .option('--quick', 'a few thousand rows, once: shows that it works, not how fast', false)
    .option(
      '--report <file>',
      'where the JSON report goes (default: bench-results/<name>-<date>.json)',
    )
    .option(
      '--folder <folder>',
      'where the stack lives meanwhile; it stays after a failure',
      join(PROJECT_FOLDER, '.civicbus'),
    )
    .allowExcessArguments(false);
}

type ApplyFlags = Common & {
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
  common(command, 3).action(({ quick, ...flags }: ApplyFlags) => {
    const { seed, profile, peerTasks: tasks, peerUrlOptions: urlOptions } = flags;
    const peer = { ...PEER_SETTINGS, tasks, urlOptions };
    const { residents, rounds } = quick ? { residents: 2_000, rounds: 1 } : flags;
    const options = { seed, residents, rounds, profile, peer };
    return run(
      {
        name: 'apply',
        run: (site, onStep) => benchApply(site, { ...options, onStep }),
        present: presentApply,
      },
      flags,
    );
  });
}

type LatencyFlags = Common & {
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
  common(command, 3).action(({ quick, report, folder, ...flags }: LatencyFlags) => {
    const options = { ...flags, ...(quick ? QUICK_LATENCY : {}) };
    return run(
      {
        name: 'latency',
        run: (site, onStep) => benchLatency(site, { ...options, onStep }),
        present: presentLatency,
      },
      { folder, ...(report === undefined ? {} : { report }) },
    );
  });
}

function addCapture(program: Command, run: Run): void {
  const command = program
    .command('capture')
    .description('From a table into Kafka: our schema resolver and the default one in turns.')
    .option('--residents <number>', 'rows copied, then as many changes', wholeNumber, 100_000);
  common(command, 3).action(({ quick, seed, ...flags }: Common & { residents: number }) => {
    const options = { seed, ...(quick ? { residents: 2_000, rounds: 1 } : flags) };
    return run(
      {
        name: 'capture',
        run: (site, onStep) => benchCapture(site, { ...options, onStep }),
        present: presentCapture,
      },
      flags,
    );
  });
}
