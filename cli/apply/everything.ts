/**
 * Whatever `-f` names, in the order in which each relies on the one before: sources, views, their
 * captures, agreements.
 */
import { ProblemsError } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import {
  type LoadedAgreements,
  applyAgreements,
  loadAgreements,
  planAgreements,
} from './agreements.ts';
import { brokenPairs } from './broken-pairs.ts';
import {
  applyDeclared,
  type ApplyDeclaredOptions,
  type DeclaredPlan,
  loadDeclared,
  planDeclared,
  type PlanDeclaredOptions,
} from './declared.ts';
import type { AllDeclarations } from './gather.ts';

export type Loaded = {
  readonly files: AllDeclarations;
  readonly agreements: LoadedAgreements | undefined;
};

/** Reads and checks every file; asks no server. Throws ProblemsError. */
export async function loadAll(files: AllDeclarations): Promise<Loaded> {
  if (hasDeclared(files)) await loadDeclared(files);
  const { agreementFiles } = files;
  const agreements = agreementFiles.length > 0 ? await loadAgreements(agreementFiles) : undefined;
  return { files, agreements };
}

/** What `applyAll` would do now. */
export async function planAll(
  { files, agreements }: Loaded,
  options: PlanDeclaredOptions,
): Promise<DeclaredPlan> {
  await refuseBroken(files, options);
  const plans: DeclaredPlan[] = [];
  if (hasDeclared(files)) plans.push(await planDeclared(files, options));
  if (agreements) plans.push(await planAgreements(agreements, options));
  return joined(plans);
}

/** Applies all; doing it twice changes nothing. */
export async function applyAll(
  { files, agreements }: Loaded,
  options: ApplyDeclaredOptions,
): Promise<DeclaredPlan> {
  await refuseBroken(files, options);
  const plans: DeclaredPlan[] = [];
  if (hasDeclared(files)) plans.push(await applyDeclared(files, options));
  if (agreements) plans.push(await applyAgreements(agreements, options));
  return joined(plans);
}

/** A change of a view or source that would break a pair in force is not made. */
async function refuseBroken(
  files: AllDeclarations,
  { access }: PlanDeclaredOptions,
): Promise<void> {
  if (!hasDeclared(files)) return;
  const problems = await brokenPairs(files, access);
  if (problems.length > 0) throw new ProblemsError(text('cli.plan.where'), problems);
}

function hasDeclared({ sourceFiles, viewFiles }: AllDeclarations): boolean {
  return sourceFiles.length + viewFiles.length > 0;
}

function joined(plans: readonly DeclaredPlan[]): DeclaredPlan {
  return {
    steps: plans.flatMap(({ steps }) => steps),
    kept: plans.flatMap(({ kept }) => kept),
    notes: plans.flatMap(({ notes }) => notes),
  };
}
