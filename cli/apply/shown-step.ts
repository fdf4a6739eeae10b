/** Steps of a plan as they are shown: one line each, old and new value per field. */
import type { FieldChange, PlanAction, PlanStep } from '../../bus/plan/plan.ts';
import { text } from '../../bus/base/text.ts';
import type { Cell, TableView } from '../output/table.ts';

export type ShownStep = {
  readonly action: PlanAction;
  readonly kind: string;
  readonly name: string;
  readonly changes: readonly FieldChange[];
};

export function shownStep({ action, kind, name, changes }: PlanStep): ShownStep {
  return { action, kind, name, changes };
}

const SIGN: Readonly<Record<PlanAction, string>> = { create: '+', change: '~', delete: '-' };

export function stepsTable(steps: readonly ShownStep[]): TableView {
  return {
    columns: ['', text('cli.column.kind'), text('cli.column.name'), text('cli.column.change')],
    rows: steps.map(stepRow),
    empty: text('cli.plan.empty'),
  };
}

function stepRow({ action, kind, name, changes }: ShownStep): Cell[] {
  return [
    { text: SIGN[action], health: action === 'create' ? 'good' : 'attention' },
    kind,
    name,
    changes.map(changeText).join('\n'),
  ];
}

function changeText({ field, from, to }: FieldChange): string {
  return `${field}: ${from ?? text('cli.plan.unset')} -> ${to ?? text('cli.plan.unset')}`;
}

/** "1 to create, 2 to change, 0 to delete" */
export function stepCounts(steps: readonly ShownStep[]): Record<PlanAction, number> {
  const of = (action: PlanAction) => steps.filter((step) => step.action === action).length;
  return { create: of('create'), change: of('change'), delete: of('delete') };
}
