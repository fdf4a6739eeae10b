/** `civicbus apply`: brings declared sources and views to the stack. */
import type { Command } from 'commander';
import { text } from '../../bus/base/text.ts';
import { addExamples, collectPaths, type Run } from '../command.ts';

export function registerApply(program: Command, run: Run): void {
  const command = program
    .command('apply')
    .description(text('cli.apply.description'))
    .requiredOption('-f, --file <path...>', text('cli.flag.file'), collectPaths)
    .option('--dry-run', text('cli.apply.dryRun'), false)
    .option('--prune', text('cli.apply.prune'), false)
    .action(run(async () => (await import('../work/apply.ts')).apply));
  addExamples(command, [
    'civicbus apply -f connectors/ -f consumers/',
    'civicbus apply -f connectors/police/source.yaml --dry-run',
    'civicbus apply -f agreements/',
  ]);
}
