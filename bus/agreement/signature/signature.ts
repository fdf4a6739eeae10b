/**
 * Statements of organizations, signed: a detached JWS (RFC 7515, appendix F) with Ed25519 over the
 * canonical JSON of the whole statement. Nothing of a statement can be changed, left out or added
 * without breaking it; that an old one is not replayed is the caller's, by `previousEventHash`.
 */
import { base64url, CompactSign, compactVerify, errors } from 'jose';
import { BusError, messageOf } from '../../base/errors.ts';
import { canonicalJson } from '../canonical/canonical.ts';
import type { OrgPublicKey, OrgSigningKey } from './keys.ts';

/** What an organization says about an agreement; further fields are signed like these. */
export type Statement = {
  /** Of the agreement. */
  readonly id: string;
  readonly contentHash: string;
  readonly verb: string;
  /** null: the first event of its chain, or a statement outside any chain (a receipt). */
  readonly previousEventHash: string | null;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly [more: string]: unknown;
};

const ALGORITHM = 'Ed25519';
const TYPE = 'civicbus-statement+jws';

/** A detached JWS ("header..signature") of `statement` by `key`. */
export async function signStatement(statement: Statement, key: OrgSigningKey): Promise<string> {
  const jws = await new CompactSign(payloadOf(statement))
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: key.kid })
    .sign(key.jwk);
  const [header = '', , signature = ''] = jws.split('.');
  return `${header}..${signature}`;
}

/**
 * The key of `publicKeys` that signed `statement`. That its organization may say so is the caller's
 * to check. Throws AGREEMENT_KEY_UNKNOWN, AGREEMENT_SIGNATURE_INVALID.
 */
export async function verifyStatement(
  jws: string,
  statement: Statement,
  publicKeys: readonly OrgPublicKey[],
): Promise<OrgPublicKey> {
  const { id, verb } = statement;
  const [header = '', payload, signature = '', ...rest] = jws.split('.');
  if (payload !== '' || rest.length > 0) throw invalid(statement, 'it is no detached JWS');
  let signer: OrgPublicKey | undefined;
  try {
    const whole = `${header}.${base64url.encode(payloadOf(statement))}.${signature}`;
    await compactVerify(
      whole,
      ({ kid }) => {
        signer = publicKeys.find((key) => key.kid === kid);
        if (!signer) throw new BusError('AGREEMENT_KEY_UNKNOWN', { id, verb, kid: String(kid) });
        return signer.jwk;
      },
      { algorithms: [ALGORITHM] },
    );
  } catch (error) {
    if (error instanceof BusError) throw error;
    const why =
      error instanceof errors.JWSSignatureVerificationFailed
        ? 'statement and signature do not belong together'
        : messageOf(error);
    throw invalid(statement, why, error);
  }
  if (!signer) throw invalid(statement, 'it names no key');
  return signer;
}

function payloadOf(statement: Statement): Uint8Array {
  return Buffer.from(canonicalJson(statement), 'utf8');
}

function invalid({ id, verb }: Statement, why: string, cause?: unknown): BusError {
  return new BusError('AGREEMENT_SIGNATURE_INVALID', { id, verb, why }, cause);
}
