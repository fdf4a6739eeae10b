/**
 * One agreement as the control database holds it: its events, folded, and every document that was
 * ever proposed for it. Reading proves the chain's hashes; signatures are `verify-chain.ts`'s.
 */
import type { AgreementContent } from '../agreement/agreement.ts';
import { parseEventPayload } from '../agreement/lifecycle/event.ts';
import { foldEvents, type Chain, type Contents } from '../agreement/lifecycle/fold.ts';
import type { SignedEvent } from '../agreement/lifecycle/verbs.ts';
import { BusError } from '../base/errors.ts';
import type { SqlSession } from '../sql/sql.ts';

export type AgreementRecord = {
  readonly agreementId: string;
  readonly name: string;
  readonly events: readonly SignedEvent[];
  readonly chain: Chain;
  readonly contents: Contents;
};

/** The agreement of this id or name. Throws LIFECYCLE_UNKNOWN, LIFECYCLE_CHAIN_BROKEN. */
export async function readAgreement(db: SqlSession, idOrName: string): Promise<AgreementRecord> {
  const [found] = await db.query<{ agreementId: string; name: string }>(
    'SELECT agreement_id AS agreementId, name FROM agreement WHERE agreement_id = ? OR name = ?',
    [idOrName, idOrName],
  );
  if (!found) throw new BusError('LIFECYCLE_UNKNOWN', { name: idOrName });
  return readRecord(db, found);
}

/** As far as there is anything: an id that is unknown has an empty chain. */
export async function readRecord(
  db: SqlSession,
  { agreementId, name }: Pick<AgreementRecord, 'agreementId' | 'name'>,
): Promise<AgreementRecord> {
  const events = await readEvents(db, agreementId);
  const contents = await readDocuments(db, agreementId);
  return { agreementId, name, events, chain: foldEvents(events, contents), contents };
}

/** Every content that was ever proposed, by its hash. */
export async function readDocuments(db: SqlSession, agreementId: string): Promise<Contents> {
  const documents = await db.query<{ contentHash: string; content: string }>(
    'SELECT content_hash AS contentHash, content FROM agreement_document WHERE agreement_id = ?',
    [agreementId],
  );
  return new Map(
    documents.map(({ contentHash, content }) => [
      contentHash,
      JSON.parse(content) as AgreementContent,
    ]),
  );
}

export async function readEvents(
  db: SqlSession,
  agreementId: string,
): Promise<readonly SignedEvent[]> {
  const rows = await db.query<{ payload: string }>(
    'SELECT payload FROM agreement_event WHERE agreement_id = ? ORDER BY position',
    [agreementId],
  );
  return rows.map(({ payload }) => parseEventPayload(payload));
}
