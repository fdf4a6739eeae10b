/**
 * Purge receipts: the subscriber's signed statement that its copy is gone, as it stands on the
 * receipt topic. Only one that the subscriber (or its delegate) signed, about this agreement and the
 * content that stands, counts; anything else on the topic is told and changes nothing.
 */
import { sha256 } from '../../agreement/canonical/canonical.ts';
import type { OrgPublicKey } from '../../agreement/signature/keys.ts';
import { verifyStatement } from '../../agreement/signature/signature.ts';
import { messageOf } from '../../base/errors.ts';
import type { KafkaBus } from '../../kafka/kafka.ts';
import { type Receipt, readReceipts } from '../subscriber/receipts.ts';
import type { DueLine } from './due.ts';

export type PurgeProof = {
  readonly agreementId: string;
  readonly receipt: {
    readonly rowsLeft: number;
    readonly rowsDeleted: number;
    /** Hash of the signature, by which the receipt can be found again. */
    readonly proof: string;
  };
};

export type PurgeReceipts = {
  readonly proofs: readonly PurgeProof[];
  /** Why a receipt does not count, by agreement. */
  readonly faults: readonly { readonly agreementId: string; readonly why: string }[];
};

/** What subscribers of `lines`, which are being purged, have handed in. */
export async function readPurgeReceipts(
  lines: readonly DueLine[],
  { kafka, publicKeys }: { readonly kafka: KafkaBus; readonly publicKeys: readonly OrgPublicKey[] },
): Promise<PurgeReceipts> {
  const { receipts } = await readReceipts(
    kafka,
    lines.map(({ agreementId }) => agreementId),
  );
  const proofs: PurgeProof[] = [];
  const faults: { agreementId: string; why: string }[] = [];
  for (const line of lines) {
    const receipt = receipts.get(line.agreementId);
    if (!receipt?.purge) continue;
    const proof = await proofOf(line, { receipt, purge: receipt.purge, publicKeys });
    if (typeof proof === 'string') faults.push({ agreementId: line.agreementId, why: proof });
    else proofs.push(proof);
  }
  return { proofs, faults };
}

/** The proof, or why it is none. */
async function proofOf(
  { agreementId, contentHash, content }: DueLine,
  {
    receipt,
    purge: { statement, jws },
    publicKeys,
  }: {
    readonly receipt: Receipt;
    readonly purge: NonNullable<Receipt['purge']>;
    readonly publicKeys: readonly OrgPublicKey[];
  },
): Promise<PurgeProof | string> {
  if (statement.id !== agreementId) return `it is about agreement ${statement.id}`;
  if (statement.contentHash !== contentHash) return `it is about content ${statement.contentHash}`;
  try {
    const { orgId } = await verifyStatement(jws, statement, publicKeys);
    const { subscriber, delegate } = content;
    if (orgId !== subscriber.orgId && orgId !== delegate?.orgId) {
      return `${orgId} signed it, who is not the subscriber`;
    }
  } catch (error) {
    return messageOf(error);
  }
  return {
    agreementId,
    receipt: {
      rowsLeft: receipt.rows ?? 0,
      rowsDeleted: statement.rowsDeleted,
      proof: sha256(jws),
    },
  };
}
