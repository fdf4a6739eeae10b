/** `civicbus get drift`: what was found other than agreed, and set back. */
import type { Command } from 'commander';
import { text } from '../../bus/base/text.ts';
import { addExamples, type Run } from '../command.ts';
import { wholeNumber } from '../globals.ts';

const SHOWN_MAX = 100;

export function addDrift(group: Command, run: Run): void {
  const command = group
    .command('drift')
    .description(text('cli.get.drift.description'))
    .option('--limit <count>', text('cli.get.drift.limit'), wholeNumber, SHOWN_MAX)
    .action(run(async () => (await import('../work/get-drift.ts')).getDrift));
  addExamples(command, ['civicbus get drift', 'civicbus get drift --limit 20 -o json']);
}
