/**
 * Whose key accepts for a party: the document names one for each side, and no other key of the
 * organization will do, nor one of its delegate, which could otherwise accept a document that makes
 * it the delegate. That the signature holds and that the key is its organization's is the caller's.
 */
import { decodeProtectedHeader } from 'jose';
import type { AgreementContent } from '../agreement.ts';
import type { SignedEvent } from './verbs.ts';

export type SignerFault = {
  /** The organization that is to accept. */
  readonly party: string;
  /** The key that its side of the document names. */
  readonly named: string;
  /** The key that signed. */
  readonly used: string;
};

/** What is wrong with the key of a `sign` event about `content`; undefined: nothing, or another verb. */
export function signerFault(
  { verb, role, jws }: Pick<SignedEvent, 'verb' | 'role' | 'jws'>,
  { provider, subscriber }: Pick<AgreementContent, 'provider' | 'subscriber'>,
): SignerFault | undefined {
  if (verb !== 'sign') return undefined;
  const { orgId: party, signer: named } = role === 'provider' ? provider : subscriber;
  const used = keyIdOf(jws);
  return used === named ? undefined : { party, named, used: used ?? 'no key' };
}

/** The key that a detached JWS says it was made with. */
function keyIdOf(jws: string): string | undefined {
  try {
    return decodeProtectedHeader(jws).kid;
  } catch {
    // Whatever it is, it names no key; the signature's own check says what is wrong with it.
    return undefined;
  }
}
