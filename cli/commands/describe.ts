/** `civicbus describe`: everything known of one thing. */
import type { Command } from 'commander';
import { text } from '../../bus/base/text.ts';
import {
  addExamples,
  addGroup,
  addViewFiles,
  collectPaths,
  type Run,
  type ViewFiles,
} from '../command.ts';

export function registerDescribe(program: Command, run: Run): void {
  const group = addGroup(program, 'describe', [
    'civicbus describe connector police',
    'civicbus describe view population',
    'civicbus describe topic cdc.police.police.person',
    'civicbus describe agreement housing-sales-to-local-tax',
  ]);
  const things = [
    ['connector', 'describeConnector', 'police'],
    ['view', 'describeView', 'population'],
    ['topic', 'describeTopic', 'cdc.police.police.person'],
  ] as const;
  for (const [kind, work, example] of things) {
    const command = group
      .command(kind)
      .description(text(`cli.describe.${kind}.description`))
      .argument('<name>', text(`cli.argument.${kind}`))
      .action(run<[string, ViewFiles]>(async () => (await import('../work/describe.ts'))[work]));
    if (kind !== 'connector') addViewFiles(command);
    addExamples(command, [`civicbus describe ${kind} ${example}`]);
  }
  registerDescribeAgreement(group, run);
}

function registerDescribeAgreement(group: Command, run: Run): void {
  const agreement = group
    .command('agreement')
    .description(text('cli.describe.agreement.description'))
    .argument('<name>', text('cli.argument.agreement'))
    .option('-f, --file <path...>', text('cli.flag.agreementFile'), collectPaths)
    .action(run(async () => (await import('../work/describe-agreement.ts')).describeAgreement));
  addExamples(agreement, [
    'civicbus describe agreement housing-sales-to-local-tax',
    'civicbus describe agreement agreements/housing-sales-to-local-tax/agreement.yaml',
  ]);
}
