/** `civicbus apply`: brings declared sources and views, and agreements that were filed, to the stack. */
import { problemLine } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import { applyAll, loadAll, planAll } from '../apply/everything.ts';
import { gatherAll } from '../apply/gather.ts';
import { stepCounts, stepsTable } from '../apply/shown-step.ts';
import type { Cli } from '../globals.ts';

type Flags = {
  readonly file: readonly string[];
  readonly dryRun: boolean;
  readonly prune: boolean;
};

export async function apply(cli: Cli, flags: Flags): Promise<void> {
  const files = await gatherAll(flags.file);
  // Wrong files are told also where no stack runs.
  const loaded = await loadAll(files);
  const access = await cli.openStack();
  const { prune } = flags;
  const { out, globals } = cli;
  const result = flags.dryRun
    ? await planAll(loaded, { access, prune })
    : await applyAll(loaded, {
        access,
        prune,
        onStep: ({ action, kind, name }) =>
          out.hint(text(`cli.apply.done.${action}`, { kind, name })),
        ...(globals.timeoutMs === undefined ? {} : { runningTimeoutMs: globals.timeoutMs }),
      });
  out.list({
    kind: flags.dryRun ? 'Plan' : 'Applied',
    items: result.steps,
    table: stepsTable(result.steps),
    warnings: [
      ...result.notes.map(problemLine),
      ...result.kept.map(({ kind, name }) => text('cli.plan.kept', { kind, name })),
    ],
  });
  const counts = stepCounts(result.steps);
  out.hint(text(flags.dryRun ? 'cli.plan.summary' : 'cli.apply.summary', counts));
  if (!flags.dryRun && files.viewFiles.length > 0) out.hint(text('cli.apply.next'));
}
