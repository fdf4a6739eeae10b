/** `civicbus init`: a commented file to begin with. */
import type { Command } from 'commander';
import { text } from '../../bus/base/text.ts';
import { addExamples, addGroup, type Run } from '../command.ts';

export function registerInit(program: Command, run: Run): void {
  const group = addGroup(program, 'init', ['civicbus init agreement sales-to-local-tax']);
  const agreement = group
    .command('agreement')
    .description(text('cli.init.agreement.description'))
    .argument('<name>', text('cli.argument.newAgreement'))
    .option('--resource <id>', text('cli.init.agreement.resource'))
    .option('--subscriber <orgId>', text('cli.init.agreement.subscriber'))
    .option('--to <file>', text('cli.init.agreement.to'))
    .action(run(async () => (await import('../work/init.ts')).initAgreement));
  addExamples(agreement, [
    'civicbus init agreement sales-to-local-tax --resource property/presale_contract --subscriber BJ-DSJ',
  ]);
}
