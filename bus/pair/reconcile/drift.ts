/**
 * Drift: what differs from the agreements although nothing was decided since it was last right, so
 * somebody or something changed it by hand. It is set back like any difference, and noted.
 */
import type { PlanStep } from '../../plan/plan.ts';

export type DriftNote = {
  /** null: of the gateway, which serves every pair. */
  readonly agreementId: string | null;
  readonly kind: string;
  readonly name: string;
  /** What was found and what it was set back to; never a secret. */
  readonly detail: string;
};

const ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

const FOUND: Readonly<Record<PlanStep['action'], string>> = {
  create: 'was missing; made again',
  delete: 'was there without an agreement; removed',
  change: 'was changed; set back',
};

export function driftNotes(steps: readonly PlanStep[]): DriftNote[] {
  return steps.map(({ action, kind, name, changes }) => ({
    agreementId: ID.exec(name)?.[0] ?? null,
    kind,
    name,
    detail: [
      FOUND[action],
      ...changes.map(({ field, from, to }) => `${field}: ${from ?? 'unset'} -> ${to ?? 'unset'}`),
    ].join('; '),
  }));
}
