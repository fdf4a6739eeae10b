/**
 * `npm start` after its set-up: the real stack and the live city, in the foreground with a board,
 * or detached. This process is the supervisor of everything; when it ends, everything ends.
 */
import { EXIT } from '../../bus/base/codes/code.ts';
import { CommanderError } from 'commander';
import { isBusError } from '../../bus/base/errors.ts';
import { Lifetime } from '../../bus/base/lifecycle.ts';
import { addTexts, text } from '../../bus/base/text.ts';
import { failureOf, failureText } from '../failure.ts';
import { createInterrupts, type Interrupts } from '../interrupts.ts';
import { CLI_TEXTS } from '../messages/en.ts';
import { paintsOf } from '../output/paint.ts';
import { colorIn, processStreams } from '../process-streams.ts';
import { nativeStackAt } from '../stack/home.ts';
import { showBoard } from './board.ts';
import { startDetached } from './detached.ts';
import { bringUp } from './live-city.ts';
import { markLive } from './live-mark.ts';
import { createServiceProgress } from './service-progress.ts';
import { cityFor, stackFolder, startCommand, type StartFlags } from './start-options.ts';

addTexts('en', CLI_TEXTS);

const streams = processStreams(process);
const interrupts = createInterrupts(process);
const mayColor = colorIn(process);
process.exit(await main());

async function main(): Promise<number> {
  try {
    const command = startCommand(streams).parse(process.argv.slice(2), { from: 'user' });
    const flags = command.opts<StartFlags>();
    const home = stackFolder(flags);
    if (!flags.detach) return await foreground({ flags, home });
    await startDetached({ home, flags, streams });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError && error.code === 'commander.helpDisplayed') return EXIT.ok;
    const failure = failureOf(error);
    streams.err(`${failureText(failure, paintsOf(mayColor))}\n`);
    return failure.exitCode;
  }
}

async function foreground({
  flags,
  home,
}: {
  readonly flags: StartFlags;
  readonly home: string;
}): Promise<number> {
  const city = await cityFor(home, flags);
  const stack = nativeStackAt(home);
  const signal = interrupts.graceful();
  const paints = paintsOf(mayColor && flags.color);
  await using lifetime = new Lifetime();
  // Ending must work at any moment, also while services still come up.
  const stopped = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => {
    streams.err(`${text('cli.start.stopping')}\n`);
    stack.down().then(stopped.resolve, stopped.reject);
  });
  const progress = (line: string) => streams.err(`${line}\n`);
  const services = createServiceProgress({ streams, isTerminal: process.stderr.isTTY });
  try {
    const live = await bringUp({
      stack,
      home,
      city,
      fresh: flags.fresh,
      ratePerSecond: flags.workload ? flags.rate : undefined,
      lifetime,
      progress: (line) => services.line(line),
      onService: (status) => services.show(status),
    });
    services.done();
    progress(text('cli.start.live', { seconds: (live.elapsedMs / 1_000).toFixed(1) }));
    await markLive(home);
    await showBoard({
      live,
      stack,
      home,
      signal,
      streams,
      paints,
      isTerminal: process.stdout.isTTY,
    });
  } catch (error) {
    services.done();
    if (!signal.aborted) {
      // Not ours to end when another process holds this home.
      if (!isBusError(error, 'STACK_RUNNING')) await stack.down();
      throw error;
    }
  }
  await stopped.promise;
  progress(text('cli.start.stopped'));
  return exitOf(interrupts);
}

function exitOf({ cause }: Interrupts): number {
  return cause === 'SIGINT' ? EXIT.interrupted : EXIT.ok;
}
