/** `civicbus plan`: what `apply` would change. */
import type { Command } from 'commander';
import { text } from '../../bus/base/text.ts';
import { addExamples, collectPaths, type Run } from '../command.ts';

export function registerPlan(program: Command, run: Run): void {
  const command = program
    .command('plan')
    .description(text('cli.plan.description'))
    .requiredOption('-f, --file <path...>', text('cli.flag.file'), collectPaths)
    .option('--exit-code', text('cli.plan.exitCode'), false)
    .option('--prune', text('cli.apply.prune'), false)
    .action(run(async () => (await import('../work/plan.ts')).plan));
  addExamples(command, [
    'civicbus plan -f connectors/ -f consumers/',
    'civicbus plan -f connectors/ --exit-code',
    'civicbus plan -f agreements/ --exit-code',
  ]);
}
