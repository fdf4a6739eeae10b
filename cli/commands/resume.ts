/** `civicbus resume view`: lets units go on that the engine stopped. */
import type { Command } from 'commander';
import { text } from '../../bus/base/text.ts';
import { addExamples, addGroup, addViewFiles, type Run } from '../command.ts';

export function registerResume(program: Command, run: Run): void {
  const group = addGroup(program, 'resume', ['civicbus resume view population']);
  const view = group
    .command('view')
    .description(text('cli.resume.view.description'))
    .argument('<name>', text('cli.argument.view'))
    .option('--unit <unit>', text('cli.resume.unit'))
    .action(run(async () => (await import('../work/resume.ts')).resumeView));
  addViewFiles(view);
  addExamples(view, [
    'civicbus resume view population',
    'civicbus resume view population --unit population/marriage',
  ]);
}
