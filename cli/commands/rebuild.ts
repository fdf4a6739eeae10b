/** `civicbus rebuild view`: fills a view anew beside itself and exchanges the tables. */
import type { Command } from 'commander';
import { text } from '../../bus/base/text.ts';
import { addExamples, addGroup, addViewFiles, type Run } from '../command.ts';

export function registerRebuild(program: Command, run: Run): void {
  const group = addGroup(program, 'rebuild', ['civicbus rebuild view population']);
  const view = group
    .command('view')
    .description(text('cli.rebuild.view.description'))
    .argument('<name>', text('cli.argument.view'))
    .action(run(async () => (await import('../work/rebuild.ts')).rebuildOneView));
  addViewFiles(view);
  addExamples(view, [
    'civicbus rebuild view population',
    'civicbus rebuild view population --timeout 3600',
  ]);
}
