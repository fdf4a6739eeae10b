/**
 * Sources and views brought to a stack as one thing: all files are read and checked first, then
 * sources, then the views that read them. Nothing is changed before everything was found right.
 */
import { messageOf, type Problem, ProblemsError } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import { applyDesired, planDesired } from '../../bus/plan/apply.ts';
import { desiredViewAccess } from '../../bus/plan/view-access.ts';
import {
  applySources,
  type ApplySourcesOptions,
  planSources,
  type SourcePorts,
} from '../../connectors/apply.ts';
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
import { applyCaptures, capturesOf, planCaptures, type ViewFile } from './view-capture.ts';
import { installPlace, planPlace } from './view-place.ts';

export type DeclaredPlan = {
  readonly steps: readonly ShownStep[];
  /** What nobody declares any more and is kept. */
  readonly kept: readonly ShownStep[];
  /** For the reader to know; nothing stops for them. */
  readonly notes: readonly Problem[];
};

export type PlanDeclaredOptions = {
  readonly access: StackAccess;
  readonly prune: boolean;
  /**
   * Without it views are not captured for sharing pairs, for now: a view that is filled for the
   * first time is captured at a fraction of the cost once it is full.
   */
  readonly capture?: boolean;
};

/** What `applyDeclared` would do now. Throws ProblemsError with everything wrong; changes nothing. */
export async function planDeclared(
  files: Declarations,
  { access, prune, capture = true }: PlanDeclaredOptions,
): Promise<DeclaredPlan> {
  const { views, sources: loaded } = await loadAll(files, access);
  const captured = capture ? views : [];
  const ports = await sourcePorts(access);
  const contracts = await registeredNotes([...loaded, ...capturesOf(captured)], access);
  const sources =
    files.sourceFiles.length === 0
      ? undefined
      : await planSources(files.sourceFiles, contextOf(access.endpoints), { ports, prune });
  const captures = await planCaptures(captured, { access, prune });
  const refusals = [...(sources?.plan.refusals ?? []), ...captures.refusals];
  if (refusals.length > 0) throw new ProblemsError(text('cli.plan.where'), refusals);
  const planned = await planViews(views, { access, prune });
  return {
    steps: [...(sources?.plan.steps ?? []).map(shownStep), ...planned.steps, ...captures.steps],
    kept: [...(sources?.plan.kept ?? []).map(shownStep), ...planned.kept, ...captures.kept],
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
  options: ApplyDeclaredOptions,
): Promise<DeclaredPlan> {
  const { access, prune, capture = true, onStep = () => {}, runningTimeoutMs } = options;
  const { views, sources: loaded } = await loadAll(files, access);
  const captured = capture ? views : [];
  const planned = await planViews(views, { access, prune });
  const captures = await planCaptures(captured, { access, prune });
  if (captures.refusals.length > 0)
    throw new ProblemsError(text('cli.plan.where'), captures.refusals);
  const ports = await sourcePorts(access);
  const contracts = await registeredNotes([...loaded, ...capturesOf(captured)], access);
  const capturing: ApplySourcesOptions = {
    ports,
    prune,
    onStep: ({ step, outcome }) => outcome === 'done' && onStep(shownStep(step)),
    ...(runningTimeoutMs === undefined ? {} : { runningTimeoutMs }),
  };
  const sources =
    files.sourceFiles.length === 0
      ? undefined
      : await applySources(files.sourceFiles, contextOf(access.endpoints), capturing);
  const steps: ShownStep[] = (sources?.plan.steps ?? []).map(shownStep);
  for (const { view, place, desired } of planned.views) {
    const { plan } = await applyDesired(desired, ports, { prune });
    if (place.steps.length > 0) await installPlace(view, access);
    const done = [...plan.steps.map(shownStep), ...place.steps];
    done.forEach(onStep);
    steps.push(...done);
  }
  // Last, because it reads the tables that were made just now.
  steps.push(...(await applyCaptures(captured, { ...capturing, access, plan: captures })));
  return {
    steps,
    kept: [...(sources?.plan.kept ?? []).map(shownStep), ...planned.kept, ...captures.kept],
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
