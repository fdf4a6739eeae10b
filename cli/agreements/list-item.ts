/** One version of an agreement as listings show it. */
import type { AgreementState } from '../../bus/agreement/agreement.ts';
import { dueOf } from '../../bus/agreement/lifecycle/deadlines.ts';
import { newLine } from '../../bus/agreement/lifecycle/line.ts';
import type { Role } from '../../bus/agreement/lifecycle/verbs.ts';
import type { Control } from '../../bus/control/control.ts';
import type { ListedLine } from '../../bus/control/list.ts';
import type { CopyState, Receipt } from '../../bus/pair/subscriber/receipts.ts';
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
  /** Source time of the newest change that the subscriber's readers see; null where nothing is known. */
  readonly watermark: string | null;
  /** What the subscriber last said of its copy; null before its first receipt. */
  readonly copy: {
    readonly state: CopyState;
    readonly fault: string | null;
    readonly rows: number | null;
    /** The hub's transaction order of the newest change in it. */
    readonly appliedVersion: number | null;
    /** When it said so. */
    readonly at: string;
  } | null;
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
  { nowMs, receipt }: { readonly nowMs: number; readonly receipt: Receipt | undefined },
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
    ...copyOf(receipt),
  };
}

function copyOf(receipt: Receipt | undefined): Pick<AgreementListItem, 'watermark' | 'copy'> {
  if (!receipt) return { watermark: null, copy: null };
  const { state, fault, rows, appliedVersion, appliedSourceTimeMs, at } = receipt;
  return {
    watermark: appliedSourceTimeMs === null ? null : new Date(appliedSourceTimeMs).toISOString(),
    copy: { state, fault, rows, appliedVersion, at },
  };
}
