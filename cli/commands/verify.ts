/**
 * `civicbus verify view`: compares a view of the synthetic city, cell by cell, with what its
 * departments' own tables say, by rules that were written without the view engine.
 */
import type { Command } from 'commander';
import { text } from '../../bus/base/text.ts';
import { addExamples, addGroup, type Run } from '../command.ts';

export function registerVerify(program: Command, run: Run): void {
  const group = addGroup(program, 'verify', ['civicbus verify view population']);
  const view = group
    .command('view')
    .description(text('cli.verify.view.description'))
    .argument('<name>', text('cli.argument.view'))
    .option('--no-hold-writers', text('cli.verify.holdWriters'))
    .action(run(async () => (await import('../work/verify.ts')).verifyView));
  addExamples(view, [
    'civicbus verify view population',
    'civicbus verify view population --no-hold-writers',
  ]);
}
