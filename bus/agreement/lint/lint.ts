/**
 * The linter of agreements: what must be right before anybody signs. Pure; everything it has to
 * know comes in. It answers all findings at once, in the order of the document's sections.
 */
import type { AgreementContent } from '../agreement.ts';
import { contentHash } from '../canonical/canonical.ts';
import type { LintContext } from './context.ts';
import { lintParties } from './parties.ts';
import { lintPurpose } from './purpose.ts';
import { findingOf, type Finding } from './rules.ts';
import { lintScope } from './scope.ts';
import { lintTerms } from './terms.ts';
import { lintVersions } from './versions.ts';

export type { LintContext } from './context.ts';
export type { Finding } from './rules.ts';

export function lintAgreement(content: AgreementContent, context: LintContext): Finding[] {
  const findings: Finding[] = [];
  const tell = (...finding: Parameters<typeof findingOf>) => {
    findings.push(findingOf(...finding));
  };
  const resource = context.resources.find(({ id }) => id === content.resource.resourceId);
  lintParties({ content, context, resource, tell });
  lintPurpose(content, tell);
  if (resource) lintScope({ content, context, resource, tell });
  lintTerms(content, context, tell);
  lintVersions(content, context, tell);
  const hash = contentHash(content);
  if (context.statedHash !== undefined && context.statedHash !== hash)
    tell('AGR090', ['contentHash'], `The content has hash ${hash}.`);
  return findings;
}

/** Whether nothing keeps the agreement from being submitted. */
export function isClean(findings: readonly Finding[]): boolean {
  return findings.every(({ severity }) => severity !== 'error');
}
