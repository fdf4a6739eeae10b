/** The process of the civicbus command: real streams, signals and environment. */
import { EXIT } from '../bus/base/codes/code.ts';
import { runCli } from './cli.ts';
import { createInterrupts } from './interrupts.ts';
import { colorIn, processStreams } from './process-streams.ts';

const COLUMNS_DEFAULT = 100;

const interrupts = createInterrupts(process);
const exitCode = await runCli(process.argv.slice(2), {
  streams: processStreams(process),
  interrupts,
  mayColor: colorIn(process),
  columns: process.stdout.columns ?? COLUMNS_DEFAULT,
});
// Ending by exit, because an open socket of a failed client must not keep a finished command alive.
process.exit(interrupts.cause === 'SIGINT' ? EXIT.interrupted : exitCode);
