/** One version of an agreement as listings show it. */
import type { AgreementState } from '../../bus/agreement/agreement.ts';
import { dueOf } from '../../bus/agreement/lifecycle/deadlines.ts';
import { newLine } from '../../bus/agreement/lifecycle/line.ts';
import type { Role } from '../../bus/agreement/lifecycle/verbs.ts';
import type { Control } from '../../bus/control/control.ts';
import type { ListedLine } from '../../bus/control/list.ts';
import type { Health } from '../output/paint.ts';

export type AgreementListItem = {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly state: AgreementState;
  readonly since: string;
  readonly reason: string;
  readonly provider: string;
  readonly subscriber: string;
  readonly resource: string;
  readonly mode: 'realtime' | 'daily';
  readonly notBefore: string;
  readonly notAfter: string;
  readonly contentHash: string;
  readonly isDeployed: boolean;
  readonly due: {
    readonly who: Role;
    readonly what: string;
    readonly at: string;
    readonly isOverdue: boolean;
  } | null;
  /** How far the subscriber's copy has come; null where nothing is known. */
  readonly watermark: string | null;
};

export const STATE_HEALTH: Readonly<Record<AgreementState, Health>> = {
  draft: 'unknown',
  requested: 'unknown',
  'under-review': 'unknown',
  countered: 'unknown',
  rejected: 'attention',
  disputed: 'attention',
  agreed: 'unknown',
  filed: 'unknown',
  active: 'good',
  suspended: 'bad',
  superseded: 'unknown',
  revoked: 'attention',
  expired: 'attention',
  purging: 'attention',
  closed: 'unknown',
  withdrawn: 'unknown',
};

export function listItem(
  line: ListedLine,
  { checks, addWorkingDays }: Pick<Control, 'checks' | 'addWorkingDays'>,
  nowMs: number,
): AgreementListItem {
  const { agreementId, name, version, state, contentHash, content, reason, deployedHash } = line;
  const since = new Date(line.sinceMs).toISOString();
  const due = dueOf({ ...newLine(version), state, since }, content, {
    nowMs,
    sharing: checks.sharingOf(content.resource.resourceId) ?? 'conditional',
    addWorkingDays,
  });
  return {
    id: agreementId,
    name,
    version,
    state,
    since,
    reason,
    provider: content.provider.orgId,
    subscriber: content.subscriber.orgId,
    resource: content.resource.resourceId,
    mode: content.delivery.mode,
    notBefore: content.validity.notBefore,
    notAfter: content.validity.notAfter,
    contentHash,
    isDeployed: deployedHash === contentHash,
    due: due
      ? {
          who: due.who,
          what: due.what,
          at: new Date(due.atMs).toISOString(),
          isOverdue: due.isOverdue,
        }
      : null,
    watermark: null,
  };
}
