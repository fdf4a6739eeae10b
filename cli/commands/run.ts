/** `civicbus run`: long-running processes. They log JSON lines to standard error and end in order. */
import type { Command } from 'commander';
import { text } from '../../bus/base/text.ts';
import { addExamples, addGroup, collectPaths, type Run } from '../command.ts';
import { positiveNumber, wholeNumber } from '../globals.ts';

export function registerRun(program: Command, run: Run): void {
  const group = addGroup(program, 'run', [
    'civicbus run view population',
    'civicbus run workload --rate 50',
  ]);
  const view = group
    .command('view')
    .description(text('cli.run.view.description'))
    .argument('<name>', text('cli.argument.view'))
    .option('-f, --file <path...>', text('cli.flag.viewFile'), collectPaths)
    .option('--session-timeout <seconds>', text('cli.run.view.sessionTimeout'), positiveNumber)
    .option('--status-file <file>', text('cli.run.statusFile'))
    .action(run(async () => (await import('../work/run-view.ts')).runOneView));
  addExamples(view, ['civicbus run view population', 'civicbus run view population --debug']);
  const workload = group
    .command('workload')
    .description(text('cli.run.workload.description'))
    .option('--rate <transactions>', text('cli.flag.rate'), positiveNumber, 20)
    .option('--seed <number>', text('cli.run.workload.seed'), wholeNumber)
    .option('--status-file <file>', text('cli.run.statusFile'))
    .action(run(async () => (await import('../work/run-workload.ts')).runWorkload));
  addExamples(workload, ['civicbus run workload', 'civicbus run workload --rate 200 --seed 7']);
  registerReconciler(group, run);
  registerGateway(group, run);
  registerSubscriber(group, run);
}

function registerReconciler(group: Command, run: Run): void {
  const reconciler = group
    .command('reconciler')
    .description(text('cli.run.reconciler.description'))
    .option('--agreements <folder>', text('cli.run.reconciler.agreements'))
    .option('--status-file <file>', text('cli.run.statusFile'))
    .action(run(async () => (await import('../work/run-reconciler.ts')).runReconciler));
  addExamples(reconciler, ['civicbus run reconciler']);
}

function registerGateway(group: Command, run: Run): void {
  const gateway = group
    .command('gateway')
    .description(text('cli.run.gateway.description'))
    .option('--agreements <folder>', text('cli.run.gateway.agreements'))
    .option('--session-timeout <seconds>', text('cli.run.view.sessionTimeout'), positiveNumber)
    .option('--archive-lag <seconds>', text('cli.run.gateway.archiveLag'), positiveNumber)
    .option('--status-file <file>', text('cli.run.statusFile'))
    .action(run(async () => (await import('../work/run-gateway.ts')).runOneGateway));
  addExamples(gateway, ['civicbus run gateway']);
}

function registerSubscriber(group: Command, run: Run): void {
  const subscriber = group
    .command('subscriber')
    .description(text('cli.run.subscriber.description'))
    .requiredOption('--config <file>', text('cli.run.subscriber.config'))
    .option('--agreement <id>', text('cli.run.subscriber.agreement'))
    .option('--session-timeout <seconds>', text('cli.run.view.sessionTimeout'), positiveNumber)
    .option('--status-file <file>', text('cli.run.statusFile'))
    .action(run(async () => (await import('../work/run-subscriber.ts')).runOneSubscriber));
  addExamples(subscriber, [
    'civicbus run subscriber --config consumers/subscriber/subscriber.example.yaml',
  ]);
}
