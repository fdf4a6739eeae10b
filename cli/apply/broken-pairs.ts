/**
 * The gate before a view or source changes: every pair in force must still compile with what is
 * declared now, or the change is refused before anything was done. A pair whose next version is
 * filed already and compiles may break: that version takes its place.
 */
import type { Resource } from '../../bus/agreement/resource.ts';
import { type Problem, problemLine } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import { type ListedLine, readControlState } from '../../bus/control/list.ts';
import { CONTROL_DATABASE } from '../../bus/control/migrations.ts';
import { standingPairs } from '../../bus/pair/reconcile/standing.ts';
import { wantedOf } from '../../bus/pair/reconcile/wanted.ts';
import { resourcesOf } from '../../bus/pair/resources.ts';
import { findSourceFiles, loadSources } from '../../connectors/load-source.ts';
import { loadView } from '../../consumers/view-files.ts';
import { loadWorld, SOURCES_FOLDER } from '../agreements/world.ts';
import type { StackAccess } from '../stack/access.ts';
import { hasControl } from '../stack/control.ts';
import type { Declarations } from './gather.ts';
import { pairContext } from './pair-context.ts';

/** One problem for each reason why a pair in force would no longer compile; none where there are no agreements. */
export async function brokenPairs(files: Declarations, access: StackAccess): Promise<Problem[]> {
  if (!(await hasControl(access))) return [];
  const database = access.endpoints.controlDatabase ?? CONTROL_DATABASE;
  const { lines } = await readControlState(await access.hub(database));
  return lines.length === 0 ? [] : problemsOf(lines, { files, access });
}

async function problemsOf(
  lines: readonly ListedLine[],
  { files, access }: { readonly files: Declarations; readonly access: StackAccess },
): Promise<Problem[]> {
  const { wanted: options } = pairContext(access, { resources: await resourcesWith(files) });
  const replaced = standingPairs(lines).flatMap(({ line, next }) =>
    next && next !== line && compiles(next) ? [line] : [],
  );
  const inForce = lines.filter(
    (line) => (line.state === 'active' || line.state === 'suspended') && !replaced.includes(line),
  );
  return wantedOf({ lines: inForce, deployments: [] }, options).problems.map((problem) => ({
    ...problem,
    message: text('cli.plan.agreement.breaks', { why: problemLine(problem) }),
    remedy: text('cli.plan.agreement.breaks.remedy'),
  }));

  function compiles(line: ListedLine): boolean {
    return wantedOf({ lines: [line], deployments: [] }, options).problems.length === 0;
  }
}

/** The resources there are once these files are applied: theirs in the place of those of the same name. */
async function resourcesWith({ sourceFiles, viewFiles }: Declarations): Promise<Resource[]> {
  const { views: declaredViews, catalogue } = await loadWorld();
  const [views, sources, declaredSources] = await Promise.all([
    Promise.all(viewFiles.map(loadView)),
    loadSources(sourceFiles),
    findSourceFiles(SOURCES_FOLDER).then(loadSources),
  ]);
  const all = byName([...declaredSources, ...sources].map(({ source }) => source));
  return byName([...declaredViews, ...views]).flatMap((view) => resourcesOf(view, catalogue, all));
}

/** The last of each name. */
function byName<T extends { readonly name: string }>(named: readonly T[]): T[] {
  return [...new Map(named.map((one) => [one.name, one])).values()];
}
