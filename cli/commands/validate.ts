/** `civicbus validate`: reads and checks files; asks no server. */
import type { Command } from 'commander';
import { text } from '../../bus/base/text.ts';
import { addExamples, collectPaths, type Run } from '../command.ts';

export function registerValidate(program: Command, run: Run): void {
  const command = program
    .command('validate')
    .description(text('cli.validate.description'))
    .requiredOption('-f, --file <path...>', text('cli.validate.file'), collectPaths)
    .action(run(async () => (await import('../work/validate.ts')).validate));
  addExamples(command, [
    'civicbus validate -f agreements/',
    'civicbus validate -f agreements/housing-sales-to-local-tax/agreement.yaml -o json',
  ]);
}
