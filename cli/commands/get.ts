/** `civicbus get`: listings, broken things first. */
import type { Command } from 'commander';
import { text } from '../../bus/base/text.ts';
import { addExamples, addGroup, addViewFiles, type Run, type ViewFiles } from '../command.ts';
import { addAgreements } from './get-agreements.ts';
import { addConflicts } from './get-conflicts.ts';
import { addDrift } from './get-drift.ts';
import { addHistory } from './get-history.ts';

export function registerGet(program: Command, run: Run): void {
  const group = addGroup(program, 'get', [
    'civicbus get connectors',
    'civicbus get views',
    'civicbus get topics -o json',
  ]);
  const listings = [
    ['connectors', 'getConnectors'],
    ['views', 'getViews'],
    ['topics', 'getTopics'],
    ['dead-letters', 'getDeadLetters'],
  ] as const;
  for (const [name, work] of listings) {
    const command = group
      .command(name)
      .description(text(`cli.get.${name}.description`))
      .action(run<[ViewFiles]>(async () => (await import('../work/get.ts'))[work]));
    if (name !== 'connectors') addViewFiles(command);
    addExamples(command, [`civicbus get ${name}`, `civicbus get ${name} -o json`]);
  }
  addAgreements(group, run);
  addSweeps(group, run);
  addConflicts(group, run);
  addHistory(group, run);
  addDrift(group, run);
}

function addSweeps(group: Command, run: Run): void {
  const command = group
    .command('sweeps')
    .description(text('cli.get.sweeps.description'))
    .action(run<[ViewFiles]>(async () => (await import('../work/get-sweeps.ts')).getSweeps));
  addViewFiles(command);
  addExamples(command, ['civicbus get sweeps', 'civicbus get sweeps -o json']);
}
