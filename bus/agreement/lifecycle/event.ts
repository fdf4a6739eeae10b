/**
 * Events as they are signed, hashed and written down. The signed statement is the whole event, so
 * reason and filing number cannot be changed behind a signature; the hash covers the signature too.
 */
import { canonicalJson, CONTENT_HASH_PREFIX, sha256 } from '../canonical/canonical.ts';
import type { OrgSigningKey } from '../signature/keys.ts';
import { signStatement, type Statement } from '../signature/signature.ts';
import type { LifecycleEvent, SignedEvent } from './verbs.ts';

/** What the signature of `event` stands for. */
export function statementOf(event: LifecycleEvent): Statement {
  const { agreementId, version, contentHash, verb, org, role, time, reason, data } = event;
  const { previousEventHash } = event;
  return {
    id: agreementId,
    version,
    contentHash,
    verb,
    org,
    role,
    time,
    reason,
    data,
    previousEventHash,
  };
}

export async function signEvent(event: LifecycleEvent, key: OrgSigningKey): Promise<SignedEvent> {
  return { ...event, jws: await signStatement(statementOf(event), key) };
}

/** The event as it is stored and published: canonical JSON. */
export function eventPayload(event: SignedEvent): string {
  return canonicalJson({ ...statementOf(event), jws: event.jws });
}

export function parseEventPayload(payload: string): SignedEvent {
  const { id, ...rest } = JSON.parse(payload) as Omit<SignedEvent, 'agreementId'> & {
    readonly id: string;
  };
  return { ...rest, agreementId: id };
}

/** What the next event of the agreement names as the one before it. */
export function eventHash(event: SignedEvent): string {
  return CONTENT_HASH_PREFIX + sha256(eventPayload(event));
}
