/** `civicbus doctor`: everything that is known to go wrong, looked at. */
import type { Command } from 'commander';
import { text } from '../../bus/base/text.ts';
import { addExamples, collectPaths, type Run } from '../command.ts';

export function registerDoctor(program: Command, run: Run): void {
  const command = program
    .command('doctor')
    .description(text('cli.doctor.description'))
    .option('-f, --file <path...>', text('cli.doctor.file'), collectPaths)
    .option('--cache', text('cli.doctor.cache'), false)
    .option('--fix-cache', text('cli.doctor.fixCache'), false)
    .action(run(async () => (await import('../work/doctor.ts')).doctor));
  addExamples(command, ['civicbus doctor', 'civicbus doctor --cache', 'civicbus doctor -o json']);
}
