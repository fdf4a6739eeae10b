/**
 * A view's declaration against the contracts of the sources it reads: a column that its source does
 * not capture, or captures as another type or a wider one, is refused before anything runs. The
 * consumer would stop at the first record.
 */
import { contractDifferences, isBreaking, type ContractDifference } from '../bus/avro/contract.ts';
import type { Problem } from '../bus/base/errors.ts';
import { compileView, type UnitPlan } from '../bus/view/compile/compile.ts';
import type { Column, ViewModel } from '../bus/view/view.ts';
import { type Baseline, baselinesOf } from './baseline.ts';
import type { Source } from './source.ts';

/**
 * Everything in which `view` contradicts `sources`, by block. Tables of sources that are not given
 * are not judged.
 */
export function viewContractProblems(view: ViewModel, sources: readonly Source[]): Problem[] {
  const baselines = new Map(
    sources.flatMap(baselinesOf).map((baseline) => [baseline.topic, baseline]),
  );
  return compileView(view).flatMap((plan, index) => {
    const baseline = baselines.get(plan.topic);
    if (!baseline) return [];
    return [
      ...keyOrderProblem(plan, baseline),
      ...problemsOf(plan.key, baseline.keySchema),
      ...problemsOf(plan.columns, baseline.valueSchema),
    ].map((problem) => ({ path: `blocks[${index}]`, ...problem }));
  });
}

function problemsOf(columns: readonly Column[], schema: unknown): Problem[] {
  return contractDifferences(columns, schema).filter(isBreaking).map(differenceProblem);
}

function differenceProblem({ column, kind, declared, found }: ContractDifference): Problem {
  switch (kind) {
    case 'missing':
      return {
        message: `The source captures no column "${column}".`,
        remedy: 'Correct the name, or declare the column in source.yaml (captured: true).',
      };
    case 'wider':
      return {
        message: `Column "${column}" is declared as ${declared}, which does not hold ${found} of the source.`,
        remedy: `Declare type: ${found}, or a wider one.`,
      };
    default:
      return {
        message: `Column "${column}" is declared as ${declared} and is ${found} at its source.`,
        remedy: `Declare type: ${found}.`,
      };
  }
}

/** A key is decoded by names, but its order is the order of the view's own key. */
function keyOrderProblem({ key }: UnitPlan, baseline: Baseline): Problem[] {
  const wanted = baseline.key.map(({ name }) => name).join(', ');
  const declared = key.map(({ name }) => name).join(', ');
  if (wanted === declared) return [];
  return [
    {
      message: `The key is declared as (${declared}) and is (${wanted}) at its source.`,
      remedy: `Declare key: [${wanted}].`,
    },
  ];
}
