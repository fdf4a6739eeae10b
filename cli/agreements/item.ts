/** An agreement of a file as programs are told of it. */
import type { Problem } from '../../bus/base/errors.ts';
import type { CheckedAgreement } from './world.ts';

export type AgreementItem = {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly resource: string;
  readonly provider: string;
  readonly subscriber: string;
  readonly contentHash: string;
  readonly file: string;
  readonly findings: readonly (Problem & { readonly rule: string; readonly severity: string })[];
};

/** None for a file whose form is wrong. */
export function agreementItem({
  file,
  content,
  contentHash,
  findings,
}: CheckedAgreement): AgreementItem[] {
  if (!content || contentHash === undefined) return [];
  const { id, name, version, resource, provider, subscriber } = content;
  return [
    {
      id,
      name,
      version,
      resource: resource.resourceId,
      provider: provider.orgId,
      subscriber: subscriber.orgId,
      contentHash,
      file,
      findings: findings.map(({ rule, severity, place }) => ({ rule, severity, ...place })),
    },
  ];
}
