/** `civicbus retry dead-letter`: applies records again that were set aside. */
import type { Command } from 'commander';
import { text } from '../../bus/base/text.ts';
import { addExamples, addGroup, addViewFiles, type Run } from '../command.ts';

export function registerRetry(program: Command, run: Run): void {
  const group = addGroup(program, 'retry', ['civicbus retry dead-letter --all']);
  const letter = group
    .command('dead-letter')
    .description(text('cli.retry.dead-letter.description'))
    .argument('[unit]', text('cli.retry.unit'))
    .argument('[topic]', text('cli.argument.topic'))
    .argument('[partition]', text('cli.retry.partition'))
    .argument('[offset]', text('cli.retry.offset'))
    .option('--all', text('cli.retry.all'), false)
    .action(run(async () => (await import('../work/retry.ts')).retryDeadLetters));
  addViewFiles(letter);
  addExamples(letter, [
    'civicbus retry dead-letter --all',
    'civicbus retry dead-letter population/identity --all',
    'civicbus retry dead-letter population/identity cdc.police.police.person 2 1041',
  ]);
}
