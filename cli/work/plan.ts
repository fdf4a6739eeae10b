/** `civicbus plan`: what `apply` would change. */
import type { ExitName } from '../../bus/base/codes/code.ts';
import { problemLine } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import { loadAll, planAll } from '../apply/everything.ts';
import { gatherAll } from '../apply/gather.ts';
import { stepCounts, stepsTable } from '../apply/shown-step.ts';
import type { Cli } from '../globals.ts';

type Flags = {
  readonly file: readonly string[];
  readonly exitCode: boolean;
  readonly prune: boolean;
};

export async function plan(cli: Cli, { file, exitCode, prune }: Flags): Promise<ExitName> {
  const files = await gatherAll(file);
  // Wrong files are told also where no stack runs.
  const loaded = await loadAll(files);
  const { steps, kept, notes } = await planAll(loaded, { access: await cli.openStack(), prune });
  cli.out.list({
    kind: 'Plan',
    items: steps,
    table: stepsTable(steps),
    warnings: [
      ...notes.map(problemLine),
      ...kept.map(({ kind, name }) => text('cli.plan.kept', { kind, name })),
    ],
  });
  cli.out.hint(text('cli.plan.summary', stepCounts(steps)));
  return exitCode && steps.length > 0 ? 'changesPending' : 'ok';
}
