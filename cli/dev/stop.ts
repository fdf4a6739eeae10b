/** `npm run stop`: ends what `npm start` left running, and returns when nothing of it is left. */
import { addTexts } from '../../bus/base/text.ts';
import { runCli } from '../cli.ts';
import { createInterrupts } from '../interrupts.ts';
import { CLI_TEXTS } from '../messages/en.ts';
import { colorIn, processStreams } from '../process-streams.ts';

addTexts('en', CLI_TEXTS);

process.exit(
  await runCli(['dev', 'down', ...process.argv.slice(2)], {
    streams: processStreams(process),
    interrupts: createInterrupts(process),
    mayColor: colorIn(process),
    columns: process.stdout.columns ?? 100,
  }),
);
