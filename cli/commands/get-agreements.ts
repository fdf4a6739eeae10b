/** `civicbus get agreements`: every agreement with its state and whose turn it is. */
import type { Command } from 'commander';
import { text } from '../../bus/base/text.ts';
import { addExamples, type Run } from '../command.ts';

export function addAgreements(group: Command, run: Run): void {
  const command = group
    .command('agreements')
    .description(text('cli.get.agreements.description'))
    .option('--all', text('cli.get.agreements.all'), false)
    .action(run(async () => (await import('../work/get-agreements.ts')).getAgreements));
  addExamples(command, ['civicbus get agreements', 'civicbus get agreements --all -o json']);
}
