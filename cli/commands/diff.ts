/** `civicbus diff`: what differs between two declarations. */
import type { Command } from 'commander';
import { text } from '../../bus/base/text.ts';
import { addExamples, addGroup, type Run } from '../command.ts';

export function registerDiff(program: Command, run: Run): void {
  const example = 'civicbus diff agreement former.yaml agreements/sales/agreement.yaml';
  const group = addGroup(program, 'diff', [example]);
  const agreement = group
    .command('agreement')
    .description(text('cli.diff.agreement.description'))
    .argument('<former>', text('cli.argument.formerAgreement'))
    .argument('<latter>', text('cli.argument.latterAgreement'))
    .option('--exit-code', text('cli.diff.exitCode'), false)
    .action(run(async () => (await import('../work/diff.ts')).diffAgreement));
  addExamples(agreement, [example]);
}
