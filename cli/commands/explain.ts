/** `civicbus explain row`: why a row is delivered to a pair or not. */
import type { Command } from 'commander';
import { text } from '../../bus/base/text.ts';
import { addExamples, addGroup, type Run } from '../command.ts';

export function registerExplain(program: Command, run: Run): void {
  const example = 'civicbus explain row population-to-housing-security 110101197003076733';
  const group = addGroup(program, 'explain', [`${example} --as BJ-GAJ`]);
  const row = group
    .command('row')
    .description(text('cli.explain.row.description'))
    .argument('<pair>', text('cli.argument.pair'))
    .argument('<key...>', text('cli.explain.argument.key'))
    .option('--as <org>', text('cli.explain.as'))
    .option('--key <file>', text('cli.lifecycle.key'))
    .option('--config <file>', text('cli.pair.config'))
    .action(run(async () => (await import('../work/explain-row.ts')).explainOneRow));
  addExamples(row, [`${example} --as BJ-GAJ`]);
}
