/**
 * `civicbus submit|sign|approve|… agreement`: what organizations do to their agreements. Each is one
 * signed event; what may follow is shown after it.
 */
import type { Command } from 'commander';
import type { Verb } from '../../bus/agreement/lifecycle/verbs.ts';
import { text } from '../../bus/base/text.ts';
import { addExamples, addGroup, type Run } from '../command.ts';

const EXAMPLE = 'housing-sales-to-local-tax';

/** Verbs that need nothing but an agreement and, most of them, a reason. */
const PLAIN = [
  { verb: 'approve', reason: 'may' },
  { verb: 'sign', reason: 'may', example: '--as BJ-ZJW' },
  { verb: 'reject', reason: 'must' },
  { verb: 'dispute', reason: 'must' },
  { verb: 'mediate', reason: 'must' },
  { verb: 'file', reason: 'may', needs: 'number', example: '--number 2026-0117' },
  { verb: 'suspend', reason: 'must', example: '--as BJ-ZJW' },
  { verb: 'resume', reason: 'must', example: '--as BJ-ZJW' },
  { verb: 'revoke', reason: 'must', example: '--as BJ-ZJW' },
  { verb: 'purge', reason: 'may', example: '--as BJ-JXJ' },
  { verb: 'withdraw', reason: 'may' },
] as const satisfies readonly Plain[];

type Plain = {
  readonly verb: Verb;
  readonly reason: 'may' | 'must';
  readonly needs?: 'number';
  readonly example?: string;
};

export function registerAgreementVerbs(program: Command, run: Run): void {
  registerSubmit(program, run);
  registerCounter(program, run);
  for (const plain of PLAIN) registerPlain(program, run, plain);
  registerRenew(program, run);
}

/** What changes nothing in a lifecycle: is it as signed, and once more from the beginning. */
export function registerAgreementChecks(program: Command, run: Run): void {
  subcommand(program, 'verify', `civicbus verify agreement ${EXAMPLE}`, {
    argument: '[name]',
  }).action(run(async () => (await import('../work/verify-agreement.ts')).verifyAgreement));
  const because = `--reason "${text('cli.resync.exampleReason')}"`;
  subcommand(program, 'resync', `civicbus resync agreement ${EXAMPLE} ${because} --wait`)
    .requiredOption('--reason <text>', text('cli.resync.reason'))
    .option('--wait', text('cli.resync.wait'), false)
    .option('--empty', text('cli.resync.empty'), false)
    .option('--as <organization>', text('cli.resync.as'))
    .option('--key <file>', text('cli.lifecycle.key'))
    .action(run(async () => (await import('../work/resync.ts')).resyncAgreement));
}

function registerPlain(program: Command, run: Run, { verb, reason, ...more }: Plain): void {
  const given = [
    more.example ?? '',
    reason === 'must' ? `--reason "${text('cli.lifecycle.exampleReason')}"` : '',
  ].filter(Boolean);
  const example = ['civicbus', verb, 'agreement', EXAMPLE, ...given].join(' ');
  const command = subcommand(program, verb, example);
  addReason(command, reason === 'must');
  if (more.needs === 'number') {
    command.requiredOption('--number <number>', text('cli.lifecycle.number'));
  }
  addActor(command).action(
    run(async () => (await import('../work/agreement-verbs.ts')).agreementVerb(verb)),
  );
}

function registerSubmit(program: Command, run: Run): void {
  const file = `agreements/${EXAMPLE}/agreement.yaml`;
  const command = subcommand(program, 'submit', `civicbus submit agreement -f ${file}`, {
    argument: '[name]',
  });
  command
    .option('-f, --file <file>', text('cli.lifecycle.file'))
    .option('--draft', text('cli.lifecycle.draft'), false);
  addReason(command, false);
  addActor(command).action(
    run(async () => (await import('../work/agreement-proposals.ts')).submitAgreement),
  );
}

function registerCounter(program: Command, run: Run): void {
  const example = `civicbus counter agreement ${EXAMPLE} -f agreement.yaml --reason "…"`;
  const command = subcommand(program, 'counter', example);
  command.requiredOption('-f, --file <file>', text('cli.lifecycle.file'));
  addReason(command, true);
  addActor(command).action(
    run(async () => (await import('../work/agreement-proposals.ts')).counterAgreement),
  );
}

function registerRenew(program: Command, run: Run): void {
  const until = '2028-07-01T00:00:00+08:00';
  const command = subcommand(
    program,
    'renew',
    `civicbus renew agreement ${EXAMPLE} --until ${until}`,
  );
  command.requiredOption('--until <moment>', text('cli.lifecycle.until'));
  addReason(command, false);
  addActor(command).action(
    run(async () => (await import('../work/agreement-proposals.ts')).renewAgreement),
  );
}

/** `VERB agreement NAME`, in the verb's group, which other things may have made already. */
function subcommand(
  program: Command,
  verb: string,
  example: string,
  { argument = '<name>' }: { readonly argument?: string } = {},
): Command {
  const group =
    program.commands.find((one) => one.name() === verb) ?? addGroup(program, verb, [example]);
  const command = group
    .command('agreement')
    .description(text(`cli.${verb}.agreement.description`))
    .argument(argument, text('cli.lifecycle.name'));
  return addExamples(command, [example]);
}

function addActor(command: Command): Command {
  return command
    .option('--as <organization>', text('cli.lifecycle.as'))
    .option('--key <file>', text('cli.lifecycle.key'));
}

function addReason(command: Command, isNeeded: boolean): Command {
  return isNeeded
    ? command.requiredOption('--reason <text>', text('cli.lifecycle.reason'))
    : command.option('--reason <text>', text('cli.lifecycle.reason'));
}
