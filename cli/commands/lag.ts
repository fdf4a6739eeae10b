/** `civicbus lag`: how far each view is behind, in records and in time. */
import { type Command, Option } from 'commander';
import { text } from '../../bus/base/text.ts';
import { addExamples, addViewFiles, type Run } from '../command.ts';

export function registerLag(program: Command, run: Run): void {
  const command = program
    .command('lag')
    .description(text('cli.lag.description'))
    .argument('[view]', text('cli.argument.view'))
    .addOption(
      new Option('--by <level>', text('cli.lag.by')).choices(['unit', 'partition']).default('unit'),
    )
    .action(run(async () => (await import('../work/lag.ts')).lag));
  addViewFiles(command);
  addExamples(command, [
    'civicbus lag',
    'civicbus lag population --by partition',
    'civicbus lag -o json',
  ]);
}
