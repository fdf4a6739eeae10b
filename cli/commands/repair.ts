/** `civicbus repair view`: verifies, has differing rows read again, and verifies once more. */
import type { Command } from 'commander';
import { text } from '../../bus/base/text.ts';
import { addExamples, addGroup, addViewFiles, collectPaths, type Run } from '../command.ts';
import { wholeNumber } from '../globals.ts';
import { DIFFERENCES_MAX } from './verify.ts';

export function registerRepair(program: Command, run: Run): void {
  const group = addGroup(program, 'repair', ['civicbus repair view population']);
  const view = group
    .command('view')
    .description(text('cli.repair.view.description'))
    .argument('<name>', text('cli.argument.view'))
    .option('--unit <unit>', text('cli.repair.unit'))
    .option('--key <key...>', text('cli.repair.key'), collectPaths)
    .option(
      '--max-differences <count>',
      text('cli.verify.maxDifferences'),
      wholeNumber,
      DIFFERENCES_MAX,
    )
    .action(run(async () => (await import('../work/repair.ts')).repairView));
  addViewFiles(view);
  addExamples(view, [
    'civicbus repair view population',
    'civicbus repair view population --unit marriage',
  ]);
}
