/** `civicbus verify view`: compares a view with the tables that its departments keep. */
import type { Command } from 'commander';
import { text } from '../../bus/base/text.ts';
import { addExamples, addGroup, addViewFiles, type Run } from '../command.ts';
import { wholeNumber } from '../globals.ts';

export const DIFFERENCES_MAX = 10_000;

export function registerVerify(program: Command, run: Run): void {
  const group = addGroup(program, 'verify', ['civicbus verify view population']);
  const view = group
    .command('view')
    .description(text('cli.verify.view.description'))
    .argument('<name>', text('cli.argument.view'))
    .option('--unit <unit>', text('cli.verify.unit'))
    .option(
      '--max-differences <count>',
      text('cli.verify.maxDifferences'),
      wholeNumber,
      DIFFERENCES_MAX,
    )
    .option('--oracle', text('cli.verify.oracle'), false)
    .option('--no-hold-writers', text('cli.verify.holdWriters'))
    .action(run(async () => (await import('../work/verify.ts')).verifyView));
  addViewFiles(view);
  addExamples(view, [
    'civicbus verify view population',
    'civicbus verify view population --unit marriage -o json',
  ]);
  const pairExample = 'civicbus verify pair population-to-housing-security';
  const pair = group
    .command('pair')
    .description(text('cli.verify.pair.description'))
    .argument('<pair>', text('cli.argument.pair'))
    .option('--config <file>', text('cli.pair.config'))
    .action(run(async () => (await import('../work/verify-pair.ts')).verifyOnePair));
  addExamples(pair, [pairExample, `${pairExample} --config subscriber.yaml -o json`]);
}
