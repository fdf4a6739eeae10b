/** Rules about why and under which duties data may leave. */
import type { AgreementContent } from '../agreement.ts';
import type { Tell } from './rules.ts';

const BLOCKS = ['provide', 'use', 'dispose', 'security'] as const;

export function lintPurpose(
  { purpose, validity, obligations }: AgreementContent,
  tell: Tell,
): void {
  const begins = dateOf(validity.notBefore);
  const ends = dateOf(validity.notAfter);
  if (purpose.legalBasis.length === 0)
    tell('AGR030', ['purpose', 'legalBasis'], 'The purpose names no legal basis.');
  purpose.legalBasis.forEach(({ ref, validFrom, validUntil }, index) => {
    const path = ['purpose', 'legalBasis', index];
    if (validFrom > begins)
      tell(
        'AGR031',
        [...path, 'validFrom'],
        `"${ref}" is in force from ${validFrom} only; the agreement begins ${begins}.`,
      );
    if (validUntil === undefined) return;
    if (validUntil <= begins)
      tell(
        'AGR031',
        [...path, 'validUntil'],
        `"${ref}" is no longer in force from ${validUntil}; the agreement begins ${begins}.`,
      );
    else if (validUntil < ends)
      tell('AGR032', [...path, 'validUntil'], `"${ref}" ends ${validUntil}, before the agreement.`);
  });
  for (const block of BLOCKS)
    if (obligations[block].length === 0)
      tell('AGR040', ['obligations', block], `Nothing is said under "${block}".`);
  const purges = obligations.dispose.some(({ duty }) => duty === 'purge');
  if (obligations.dispose.length > 0 && !purges)
    tell('AGR041', ['obligations', 'dispose'], 'No duty to purge is named.');
}

/** The day that the moment's own zone shows. */
function dateOf(moment: string): string {
  return moment.slice(0, 10);
}
