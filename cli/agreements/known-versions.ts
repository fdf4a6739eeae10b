/** Versions of an agreement that a further one has to reckon with: those in force, or on their way to it. */
import type { AgreementContent } from '../../bus/agreement/agreement.ts';
import type { LineState } from '../../bus/agreement/lifecycle/verbs.ts';
import { readRecord } from '../../bus/control/record.ts';
import type { SqlSession } from '../../bus/sql/sql.ts';

const STANDING: readonly LineState[] = ['filed', 'active', 'suspended'];

/** None where nobody has submitted the agreement. Throws LIFECYCLE_CHAIN_BROKEN. */
export async function knownVersions(
  db: SqlSession,
  agreementId: string,
): Promise<readonly AgreementContent[]> {
  const { chain, contents } = await readRecord(db, { agreementId, name: '' });
  return [...chain.lines.values()].flatMap(({ state, contentHash }) => {
    const content = STANDING.includes(state) ? contents.get(contentHash) : undefined;
    return content ? [content] : [];
  });
}
