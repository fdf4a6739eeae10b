/** `civicbus dev`: the stack on this machine. */
import type { Command } from 'commander';
import { text } from '../../bus/base/text.ts';
import { addExamples, addGroup, type Run } from '../command.ts';
import { wholeNumber } from '../globals.ts';

export function registerDev(program: Command, run: Run): void {
  const group = addGroup(program, 'dev', [
    'civicbus dev up',
    'civicbus dev status',
    'civicbus dev logs connect',
  ]);
  const up = group
    .command('up')
    .description(text('cli.dev.up.description'))
    .option('--fresh', text('cli.start.fresh'), false)
    .action(run(async () => (await import('../work/dev.ts')).devUp));
  addExamples(up, ['civicbus dev up', 'civicbus dev up --fresh']);
  const down = group
    .command('down')
    .description(text('cli.dev.down.description'))
    .action(run(async () => (await import('../work/dev.ts')).devDown));
  addExamples(down, ['civicbus dev down']);
  const status = group
    .command('status')
    .description(text('cli.dev.status.description'))
    .action(run(async () => (await import('../work/dev.ts')).devStatus));
  addExamples(status, ['civicbus dev status', 'civicbus dev status -o json']);
  const logs = group
    .command('logs')
    .description(text('cli.dev.logs.description'))
    .argument('<service>', text('cli.argument.service'))
    .option('-n, --lines <number>', text('cli.dev.logs.lines'), wholeNumber, 50)
    .action(run(async () => (await import('../work/dev.ts')).devLogs));
  addExamples(logs, ['civicbus dev logs connect', 'civicbus dev logs view-population -n 200']);
}
