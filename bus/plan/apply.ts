/** Plan and apply of any desired state: what sources, views and later agreements share. */
import { BusError, ProblemsError } from '../base/errors.ts';
import { type PlanPorts, readActual } from './actual.ts';
import { planChanges } from './diff.ts';
import { executePlan, type PlanReport, type StepOutcome } from './execute.ts';
import type { Desired, Plan, PlanKind } from './plan.ts';

export type PlanOptions = {
  /** Deletes what nobody declares any more: everything, or these kinds only. */
  readonly prune?: boolean | readonly PlanKind[];
};

export type ApplyOptions = PlanOptions & {
  /** Fingerprint of the plan that was shown; PLAN_STALE when the steps are others by now. */
  readonly expect?: string;
  readonly onStep?: (outcome: StepOutcome) => void;
};

/** What applying `desired` would do now. */
export async function planDesired(
  desired: Desired,
  ports: PlanPorts,
  options: PlanOptions = {},
): Promise<Plan> {
  return planChanges(desired, await readActual(desired, ports), options);
}

/**
 * Applies `desired`. Throws ProblemsError for refusals, PLAN_STALE when `expect` no longer
 * fits, and PLAN_INCOMPLETE with a report when a step failed.
 */
export async function applyDesired(
  desired: Desired,
  ports: PlanPorts,
  options: ApplyOptions = {},
): Promise<{ readonly plan: Plan; readonly report: PlanReport }> {
  const plan = await planDesired(desired, ports, options);
  if (plan.refusals.length > 0) throw new ProblemsError('the plan', plan.refusals);
  if (options.expect !== undefined && options.expect !== plan.fingerprint) {
    throw new BusError('PLAN_STALE', { expected: options.expect, found: plan.fingerprint });
  }
  return { plan, report: await executePlan(plan, ports, options.onStep) };
}
