/** Rules about who shares what with whom: organizations, signers, and the resource as the catalogue has it. */
import semver from 'semver';
import type { AgreementContent } from '../agreement.ts';
import type { Resource } from '../resource.ts';
import type { LintContext } from './context.ts';
import type { Tell } from './rules.ts';

type Input = {
  readonly content: AgreementContent;
  readonly context: LintContext;
  /** undefined: the catalogue has none of this id. */
  readonly resource: Resource | undefined;
  readonly tell: Tell;
};

export function lintParties(input: Input): void {
  const { content, context, tell } = input;
  if (content.provider.orgId === content.subscriber.orgId)
    tell('AGR007', ['subscriber', 'orgId'], `Both sides are ${content.provider.orgId}.`);
  for (const side of ['provider', 'subscriber'] as const) lintParty(content, side, context, tell);
  const delegate = content.delegate?.orgId;
  if (delegate !== undefined && !organizationOf(delegate, context))
    tell('AGR004', ['delegate', 'orgId'], `No organization "${delegate}" is known.`);
  lintResource(input);
}

function lintParty(
  content: AgreementContent,
  side: 'provider' | 'subscriber',
  context: LintContext,
  tell: Tell,
): void {
  const { orgId, signer } = content[side];
  const organization = organizationOf(orgId, context);
  if (!organization) {
    tell('AGR004', [side, 'orgId'], `No organization "${orgId}" is known.`);
    return;
  }
  if (organization.signers.includes(signer)) return;
  const known = organization.signers.join(', ');
  tell('AGR005', [side, 'signer'], `"${signer}" is no key of ${orgId}; known: ${known}.`);
}

function lintResource({ content, context, resource, tell }: Input): void {
  const { resourceId, contractVersion } = content.resource;
  if (!resource) {
    const known = context.resources.map(({ id }) => id).join(', ');
    tell('AGR001', ['resource', 'resourceId'], `There is no "${resourceId}"; known: ${known}.`);
    return;
  }
  if (resource.sharingType === 'not-shared')
    tell('AGR002', ['resource', 'resourceId'], `"${resourceId}" is classified as not shared.`);
  if (resource.provider !== content.provider.orgId)
    tell(
      'AGR003',
      ['provider', 'orgId'],
      `${resource.provider} answers for "${resourceId}", not ${content.provider.orgId}.`,
    );
  if (!semver.satisfies(resource.contractVersion, contractVersion))
    tell(
      'AGR008',
      ['resource', 'contractVersion'],
      `The contract is ${resource.contractVersion}, outside "${contractVersion}".`,
    );
  const member = organizationOf(content.subscriber.orgId, context)?.memberType;
  if (member !== undefined && resource.memberTypes && !resource.memberTypes.includes(member))
    tell(
      'AGR006',
      ['subscriber', 'orgId'],
      `${content.subscriber.orgId} is a ${member}; "${resourceId}" is open to: ${resource.memberTypes.join(', ')}.`,
    );
}

function organizationOf(orgId: string, { organizations }: LintContext) {
  return organizations.find((organization) => organization.orgId === orgId);
}
