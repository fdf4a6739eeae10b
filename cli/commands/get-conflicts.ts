/** `civicbus get conflicts`: where a department says otherwise than the authority of an item. */
import { Option, type Command } from 'commander';
import { text } from '../../bus/base/text.ts';
import { addExamples, addViewFiles, type Run } from '../command.ts';
import { wholeNumber } from '../globals.ts';

const SHOWN_MAX = 200;

export function addConflicts(group: Command, run: Run): void {
  const command = group
    .command('conflicts')
    .description(text('cli.get.conflicts.description'))
    .argument('[view]', text('cli.argument.view'))
    .addOption(new Option('--open', text('cli.get.conflicts.open')).conflicts('all'))
    .option('--all', text('cli.get.conflicts.all'), false)
    .option('--values', text('cli.get.conflicts.values'), false)
    .option('--limit <count>', text('cli.get.conflicts.limit'), wholeNumber, SHOWN_MAX)
    .action(run(async () => (await import('../work/get-conflicts.ts')).getConflicts));
  addViewFiles(command);
  addExamples(command, [
    'civicbus get conflicts',
    'civicbus get conflicts population --all -o json',
  ]);
}
