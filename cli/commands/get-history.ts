/** `civicbus get history`: what happened to one row, as far back as the view's retention goes. */
import type { Command } from 'commander';
import { text } from '../../bus/base/text.ts';
import { addExamples, addViewFiles, type Run } from '../command.ts';
import { wholeNumber } from '../globals.ts';

const SHOWN_MAX = 50;

export function addHistory(group: Command, run: Run): void {
  const command = group
    .command('history')
    .description(text('cli.get.history.description'))
    .argument('<view>', text('cli.argument.view'))
    .argument('<key>', text('cli.get.history.key'))
    .option('--values', text('cli.get.history.values'), false)
    .option('--limit <count>', text('cli.get.history.limit'), wholeNumber, SHOWN_MAX)
    .action(run(async () => (await import('../work/get-history.ts')).getHistory));
  addViewFiles(command);
  addExamples(command, [
    'civicbus get history legal-entity 12345678X',
    'civicbus get history legal-entity 12345678X --values -o json',
  ]);
}
