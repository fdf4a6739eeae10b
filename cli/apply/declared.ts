/**
 * Sources and views brought to a stack as one thing: all files are read and checked first, then
 * sources, then the views that read them. Nothing is changed before everything was found right.
 */
import { messageOf, type Problem, ProblemsError } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import { applyDesired, planDesired } from '../../bus/plan/apply.ts';
import { desiredViewAccess } from '../../bus/plan/view-access.ts';
import type { ViewModel } from '../../bus/view/view.ts';
import { applySources, planSources, type SourcePorts } from '../../connectors/apply.ts';
import { contextOf } from '../../connectors/context.ts';
import { loadSources, type SourceFile } from '../../connectors/load-source.ts';
import { tableTopic } from '../../connectors/names.ts';
import { tableSpaceOf } from '../../connectors/source.ts';
import { viewContractProblems } from '../../connectors/view-contract.ts';
import { loadView } from '../../consumers/view-files.ts';
import type { StackAccess } from '../stack/access.ts';
import { contractNotes } from './contract-notes.ts';
import type { Declarations } from './gather.ts';
import { shownStep, type ShownStep } from './shown-step.ts';
import { installPlace, planPlace } from './view-place.ts';

export type DeclaredPlan = {
  readonly steps: readonly ShownStep[];
  /** What nobody declares any more and is kept. */
  readonly kept: readonly ShownStep[];
  /** For the reader to know; nothing stops for them. */
  readonly notes: readonly Problem[];
};

type ViewFile = { readonly file: string; readonly view: ViewModel };

export type PlanDeclaredOptions = { readonly access: StackAccess; readonly prune: boolean };

/** What `applyDeclared` would do now. Throws ProblemsError with everything wrong; changes nothing. */
export async function planDeclared(
  files: Declarations,
  { access, prune }: PlanDeclaredOptions,
): Promise<DeclaredPlan> {
  const { views, sources: loaded } = await loadAll(files, access);
  const ports = await sourcePorts(access);
  const contracts = await registeredNotes(loaded, access);
  const sources =
    files.sourceFiles.length === 0
      ? undefined
      : await planSources(files.sourceFiles, contextOf(access.endpoints), { ports, prune });
  const refusals = sources?.plan.refusals ?? [];
  if (refusals.length > 0) throw new ProblemsError(text('cli.plan.where'), refusals);
  const planned = await planViews(views, { access, prune });
  return {
    steps: [...(sources?.plan.steps ?? []).map(shownStep), ...planned.steps],
    kept: [...(sources?.plan.kept ?? []).map(shownStep), ...planned.kept],
    notes: [...(sources?.notes ?? []), ...contracts],
  };
}

export type ApplyDeclaredOptions = PlanDeclaredOptions & {
  /** Called when a step has been done. */
  readonly onStep?: (step: ShownStep) => void;
  readonly runningTimeoutMs?: number;
};

/** Applies all and resolves when every connector runs. Doing it twice changes nothing. */
export async function applyDeclared(
  files: Declarations,
  { access, prune, onStep = () => {}, runningTimeoutMs }: ApplyDeclaredOptions,
): Promise<DeclaredPlan> {
  const { views, sources: loaded } = await loadAll(files, access);
  const planned = await planViews(views, { access, prune });
  const ports = await sourcePorts(access);
  const contracts = await registeredNotes(loaded, access);
  const sources =
    files.sourceFiles.length === 0
      ? undefined
      : await applySources(files.sourceFiles, contextOf(access.endpoints), {
          ports,
          prune,
          onStep: ({ step, outcome }) => outcome === 'done' && onStep(shownStep(step)),
          ...(runningTimeoutMs === undefined ? {} : { runningTimeoutMs }),
        });
  const steps: ShownStep[] = (sources?.plan.steps ?? []).map(shownStep);
  for (const { view, place, desired } of planned.views) {
    const { plan } = await applyDesired(desired, ports, { prune });
    if (place.steps.length > 0) await installPlace(view, access);
    const done = [...plan.steps.map(shownStep), ...place.steps];
    done.forEach(onStep);
    steps.push(...done);
  }
  return {
    steps,
    kept: [...(sources?.plan.kept ?? []).map(shownStep), ...planned.kept],
    notes: [...(sources?.notes ?? []), ...contracts],
  };
}

async function registeredNotes(
  loaded: readonly SourceFile[],
  access: StackAccess,
): Promise<Problem[]> {
  return contractNotes(
    loaded.map(({ source }) => source),
    await access.registry(),
  );
}

async function sourcePorts(access: StackAccess): Promise<SourcePorts> {
  return {
    admin: await access.admin(),
    connect: await access.connect(),
    registry: await access.registryWriter(),
    openDatabase: (target) => access.open(target),
  };
}

type Loaded = { readonly sources: readonly SourceFile[]; readonly views: readonly ViewFile[] };

/**
 * Reads and checks every file; asks no server. Throws ProblemsError with everything wrong in all
 * of them at once.
 */
export async function loadDeclared({ sourceFiles, viewFiles }: Declarations): Promise<Loaded> {
  const problems: Problem[] = [];
  const collect = async <T>(work: () => Promise<T>, file: string): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ProblemsError) problems.push(...error.problems);
      else problems.push({ file, message: messageOf(error) });
      return undefined;
    }
  };
  const sources = (await collect(() => loadSources(sourceFiles), sourceFiles.join(', '))) ?? [];
  const views: ViewFile[] = [];
  for (const file of viewFiles) {
    const view = await collect(() => loadView(file), file);
    if (view) views.push({ file, view });
  }
  const declared = sources.map(({ source }) => source);
  for (const { file, view } of views) {
    problems.push(...viewContractProblems(view, declared).map((problem) => ({ file, ...problem })));
  }
  refuse(problems, { sourceFiles, viewFiles });
  return { sources, views };
}

function refuse(problems: readonly Problem[], { sourceFiles, viewFiles }: Declarations): void {
  if (problems.length === 0) return;
  throw new ProblemsError([...sourceFiles, ...viewFiles].join(', '), problems);
}

async function loadAll(files: Declarations, access: StackAccess): Promise<Loaded> {
  const loaded = await loadDeclared(files);
  refuse(await absentTopics(loaded, access), files);
  return loaded;
}

/** A view may only read tables that are declared beside it or captured already. */
async function absentTopics(
  {
    sources,
    views,
  }: { readonly sources: readonly SourceFile[]; readonly views: readonly ViewFile[] },
  access: StackAccess,
): Promise<Problem[]> {
  if (views.length === 0) return [];
  const declared = sources.flatMap(({ source }) =>
    source.tables.map((table) =>
      tableTopic({ source: source.name, database: tableSpaceOf(source), table: table.name }),
    ),
  );
  const known = new Set([...declared, ...(await (await access.admin()).listTopics())]);
  return views.flatMap(({ file, view }) =>
    view.blocks.flatMap(({ from }, index) =>
      known.has(from.topic)
        ? []
        : [{ file, path: `blocks[${index}].from`, message: text('cli.problem.uncaptured', from) }],
    ),
  );
}

async function planViews(views: readonly ViewFile[], { access, prune }: PlanDeclaredOptions) {
  const admin = await access.admin();
  const planned = await Promise.all(
    views.map(async ({ file, view }) => {
      const desired = desiredViewAccess({
        view: view.name,
        topics: view.blocks.map(({ from }) => from.topic),
        secretsFolder: access.secretsFolder,
      });
      const plan = await planDesired(desired, { admin }, { prune });
      return { view, desired, plan, place: await planPlace(view, { access, file }) };
    }),
  );
  const problems = planned.flatMap(({ plan, place }) => [...plan.refusals, ...place.problems]);
  if (problems.length > 0) throw new ProblemsError(text('cli.plan.where'), problems);
  return {
    views: planned,
    steps: planned.flatMap(({ plan, place }) => [...plan.steps.map(shownStep), ...place.steps]),
    kept: planned.flatMap(({ plan }) => plan.kept.map(shownStep)),
  };
}
