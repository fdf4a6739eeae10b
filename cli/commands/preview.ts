/** `civicbus preview agreement`: what an agreement would deliver, before it is signed. */
import type { Command } from 'commander';
import { text } from '../../bus/base/text.ts';
import { addExamples, addGroup, collectPaths, type Run } from '../command.ts';
import { wholeNumber } from '../globals.ts';

export function registerPreview(program: Command, run: Run): void {
  const example = 'civicbus preview agreement population-to-housing-security';
  const group = addGroup(program, 'preview', [example]);
  const agreement = group
    .command('agreement')
    .description(text('cli.preview.agreement.description'))
    .argument('<name>', text('cli.argument.agreement'))
    .option('-f, --file <path...>', text('cli.flag.agreementFile'), collectPaths)
    .option('--sample <count>', text('cli.preview.sample'), wholeNumber, 0)
    .option('--as <org>', text('cli.preview.as'))
    .option('--key <file>', text('cli.lifecycle.key'))
    .action(run(async () => (await import('../work/preview-agreement.ts')).previewAgreement));
  addExamples(agreement, [example, `${example} --sample 5 --as BJ-GAJ`]);
}
