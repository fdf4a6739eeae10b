/** Rules about the chain of versions of one agreement. */
import semver from 'semver';
import type { AgreementContent } from '../agreement.ts';
import { contentHash } from '../canonical/canonical.ts';
import type { LintContext } from './context.ts';
import type { Tell } from './rules.ts';

export function lintVersions(
  content: AgreementContent,
  { versions }: LintContext,
  tell: Tell,
): void {
  const { supersedes, version } = content;
  if (supersedes && !semver.gt(version, supersedes.version))
    tell('AGR070', ['version'], `${version} is not higher than ${supersedes.version}.`);
  if (supersedes && emptiesCopy(content))
    tell(
      'AGR074',
      ['scope', 'backfill'],
      `The subscriber's copy of ${supersedes.version} is emptied when ${version} comes into force; a row is there again after its next change.`,
    );
  if (!versions) return;
  const others = versions.filter((other) => other.version !== version);
  if (!supersedes) {
    const known = others.map((other) => other.version).join(', ');
    if (others.length > 0)
      tell('AGR073', ['supersedes'], `Other versions are known (${known}); none is named.`);
    return;
  }
  const former = others.find((other) => other.version === supersedes.version);
  if (!former) {
    tell('AGR072', ['supersedes', 'version'], `Version ${supersedes.version} is not known.`);
    return;
  }
  const hash = contentHash(former);
  if (hash !== supersedes.contentHash)
    tell('AGR072', ['supersedes', 'contentHash'], `Version ${former.version} has hash ${hash}.`);
  for (const [path, now, before] of [
    [['provider', 'orgId'], content.provider.orgId, former.provider.orgId],
    [['subscriber', 'orgId'], content.subscriber.orgId, former.subscriber.orgId],
    [['resource', 'resourceId'], content.resource.resourceId, former.resource.resourceId],
  ] as const)
    if (now !== before)
      tell('AGR071', path, `It is "${now}" and was "${before}" in ${former.version}.`);
}

/**
 * Whether a copy that is there is emptied when `content` comes into force. What was delivered under
 * another version may hold other fields, masks and rows than this one allows, so it cannot stay; and
 * without backfill nothing takes its place.
 */
export function emptiesCopy({
  supersedes,
  scope,
}: Pick<AgreementContent, 'supersedes' | 'scope'>): boolean {
  return supersedes !== undefined && scope.backfill === 'none';
}
