/** `civicbus audit`: what was delivered, as the archive keeps it, and whether it is what was written. */
import { type Command, InvalidArgumentError } from 'commander';
import { text } from '../../bus/base/text.ts';
import { addExamples, addGroup, type Run } from '../command.ts';

export function registerAudit(program: Command, run: Run): void {
  const group = addGroup(program, 'audit', [
    'civicbus audit verify',
    'civicbus audit list --agreement housing-sales-to-local-tax',
  ]);
  const verify = group
    .command('verify')
    .description(text('cli.audit.verify.description'))
    .option('--from <file>', text('cli.audit.verify.from'))
    .action(run(async () => (await import('../work/audit-verify.ts')).auditVerify));
  addExamples(verify, [
    'civicbus audit verify',
    'civicbus audit verify --from 000012-2026-11-22.jsonl -o json',
  ]);
  const list = group
    .command('list')
    .description(text('cli.audit.list.description'))
    .requiredOption('--agreement <name>', text('cli.audit.list.agreement'))
    .option('--day <day>', text('cli.audit.list.day'), dayOf)
    .action(run(async () => (await import('../work/audit-list.ts')).auditList));
  addExamples(list, [
    'civicbus audit list --agreement housing-sales-to-local-tax',
    'civicbus audit list --agreement housing-sales-to-local-tax --day 2026-11-22 -o json',
  ]);
}

function dayOf(value: string): string {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(`${value}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(ms)) throw new InvalidArgumentError(text('cli.problem.day'));
  return value;
}
