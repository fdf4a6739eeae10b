/**
 * The supervisor of `civicbus dev up`: brings the services up and keeps them alive until it is
 * asked to end. Its messages are read by the command that started it.
 */
import { EXIT } from '../../bus/base/codes/code.ts';
import { addTexts } from '../../bus/base/text.ts';
import { failureOf, failureText } from '../failure.ts';
import { createInterrupts } from '../interrupts.ts';
import { CLI_TEXTS } from '../messages/en.ts';
import { paintsOf } from '../output/paint.ts';
import { processStreams } from '../process-streams.ts';
import { nativeStackAt } from '../stack/home.ts';
import { markLive } from './live-mark.ts';
import { createServiceProgress } from './service-progress.ts';

addTexts('en', CLI_TEXTS);

const [home = '', mode = ''] = process.argv.slice(2);
process.exit(await supervise());

async function supervise(): Promise<number> {
  const streams = processStreams(process);
  const signal = createInterrupts(process).graceful();
  const stack = nativeStackAt(home);
  const ended = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => void stack.down().then(ended.resolve, ended.reject));
  const progress = createServiceProgress({ streams, isTerminal: false });
  try {
    await stack.up({ fresh: mode === 'fresh', onProgress: (status) => progress.show(status) });
    await markLive(home);
  } catch (error) {
    if (!signal.aborted) {
      const failure = failureOf(error);
      streams.err(`${failureText(failure, paintsOf(false))}\n`);
      return failure.exitCode;
    }
  }
  await ended.promise;
  return EXIT.ok;
}
