/**
 * One run of the civicbus command: parses, runs, tells what went wrong and answers the exit code.
 * Knows no process: streams, signals and environment come in, so that tests run it whole.
 */
import { type Command, CommanderError } from 'commander';
import { EXIT, type ExitName } from '../bus/base/codes/code.ts';
import { Lifetime } from '../bus/base/lifecycle.ts';
import { createLog, type Log } from '../bus/base/log.ts';
import { useLanguage } from '../bus/base/text.ts';
import type { StackEndpoints } from '../infra/stack.ts';
import type { Run } from './command.ts';
import { failureJson, failureOf, failureText, traceOf } from './failure.ts';
import { type Cli, globalsOf } from './globals.ts';
import type { Interrupts } from './interrupts.ts';
import { createOutput, type Streams } from './output/output.ts';
import { buildProgram } from './program.ts';

export type Host = {
  readonly streams: Streams;
  readonly interrupts: Interrupts;
  /** Whether the terminal takes colours. */
  readonly mayColor: boolean;
  /** Width for help texts. */
  readonly columns: number;
  /** Addresses of the stack in a folder; tests on a shared stack have their own. */
  readonly endpointsOf?: (home: string) => Promise<StackEndpoints>;
};

/** Runs `argv` (without node and script) and answers the exit code; never throws. */
export async function runCli(argv: readonly string[], host: Host): Promise<number> {
  let exit: ExitName = 'ok';
  const run: Run =
    (load) =>
    async (...args) => {
      const work = await load();
      const lifetime = new Lifetime();
      try {
        exit = (await work(createCli(program, host, lifetime), ...args)) ?? 'ok';
      } finally {
        await lifetime.end();
      }
    };
  const program = buildProgram({ run, streams: host.streams, columns: host.columns });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return EXIT[exit];
  } catch (error) {
    if (error instanceof CommanderError && isHelp(error)) return EXIT.ok;
    // A group named without its subcommand: its help was shown on standard error.
    if (error instanceof CommanderError && error.code === 'commander.help') return EXIT.usage;
    return tell(error, program, host);
  }
}

function createCli(program: Command, host: Host, lifetime: Lifetime): Cli {
  const globals = globalsOf(program, host.mayColor);
  useLanguage(globals.lang);
  const { streams, interrupts } = host;
  const { output, quiet, color, debug } = globals;
  const log: Log = createLog({ level: debug ? 'debug' : 'info' });
  const quietLog = createLog({ level: debug ? 'debug' : 'silent' });
  return {
    globals,
    out: createOutput({ streams, json: output === 'json', quiet, color }),
    log,
    interrupts,
    async openStack() {
      const { createStackAccess } = await import('./stack/access.ts');
      const endpoints = await (host.endpointsOf ?? runningEndpoints)(globals.stack);
      return createStackAccess(endpoints, { lifetime, log: quietLog });
    },
  };
}

async function runningEndpoints(home: string): Promise<StackEndpoints> {
  const { nativeStackAt } = await import('./stack/home.ts');
  return nativeStackAt(home).endpoints();
}

function isHelp({ code }: CommanderError): boolean {
  return code === 'commander.helpDisplayed' || code === 'commander.version';
}

function tell(error: unknown, program: Command, { streams, mayColor }: Host): number {
  const { output, color, debug } = globalsOf(program, mayColor);
  const failure = failureOf(error);
  if (output === 'json') streams.err(`${failureJson(failure)}\n`);
  else {
    const { paints } = createOutput({ streams, json: false, quiet: false, color });
    streams.err(`${failureText(failure, paints)}\n`);
  }
  if (debug) streams.err(`${traceOf(error)}\n`);
  return failure.exitCode;
}
