/** `npm run bench -- NAME` after its set-up: measures on a stack of its own and keeps the report. */
import { Command, CommanderError } from 'commander';
import { EXIT } from '../../bus/base/codes/code.ts';
import { addTexts } from '../../bus/base/text.ts';
import { failureOf, failureText } from '../failure.ts';
import { createInterrupts } from '../interrupts.ts';
import { CLI_TEXTS } from '../messages/en.ts';
import { paintsOf } from '../output/paint.ts';
import { colorIn, processStreams } from '../process-streams.ts';
import { addBenchmarks } from './bench/commands.ts';

addTexts('en', CLI_TEXTS);
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
  const screen = { out: streams.out, err: streams.err, paints, interrupts };
  addBenchmarks(program, screen, (code) => void (exitCode = Math.max(exitCode, code)));
  try {
    await program.parseAsync(process.argv.slice(2), { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.code === 'commander.helpDisplayed') return EXIT.ok;
    // No name was given: the help that was shown says which there are.
    if (error instanceof CommanderError && error.code === 'commander.help') return EXIT.usage;
    if (interrupts.cause !== undefined) return EXIT.interrupted;
    const failure = failureOf(error);
    streams.err(`${failureText(failure, paints)}\n`);
    return failure.exitCode;
  }
}
