/** The lifecycle without a store: the pure intake over events in memory. Their signatures name a key and are none. */
import { base64url } from 'jose';
import type { AgreementContent } from '../../../bus/agreement/agreement.ts';
import { activationDrafts, signDrafts } from '../../../bus/agreement/lifecycle/activation.ts';
import type { AddWorkingDays } from '../../../bus/agreement/lifecycle/deadlines.ts';
import { EMPTY_CHAIN, type Chain } from '../../../bus/agreement/lifecycle/fold.ts';
import { takeIn, type Given } from '../../../bus/agreement/lifecycle/intake.ts';
import type { SignedEvent } from '../../../bus/agreement/lifecycle/verbs.ts';
import { AUTHORITY, keyIdsOf, SAMPLE_ID } from './sample-agreement.ts';
import { WALK_BEGINS_MS, type Attempt, type LifecycleWorld } from './walk.ts';

/** Every day is a working day here; the calendar has tests of its own. */
export const everyDay: AddWorkingDays = (fromMs, days) => fromMs + days * 86_400_000;

export class PureWorld implements LifecycleWorld {
  nowMs = WALK_BEGINS_MS;
  readonly contents = new Map<string, AgreementContent>();
  #chain: Chain = EMPTY_CHAIN;
  #events: SignedEvent[] = [];

  async attempt(attempt: Attempt): Promise<boolean> {
    this.contents.set(attempt.contentHash, attempt.content);
    const events = await eventsOf(attempt, {
      chain: attempt.stale ? { ...this.#chain, head: 'another' } : this.#chain,
      nowMs: this.nowMs,
    });
    const given = givenOf(attempt, this.nowMs);
    const intake = takeIn(this.#chain, events, { contents: this.contents, given });
    if (!intake.ok) return false;
    this.#chain = intake.chain;
    this.#events.push(...events);
    return true;
  }

  events = () => Promise.resolve(this.#events);
  chain = () => Promise.resolve(this.#chain);
}

/** What the attempt signs: one event, or the two of a takeover. */
export function eventsOf(
  attempt: Attempt,
  { chain, nowMs }: { readonly chain: Chain; readonly nowMs: number },
  sign = (event: Omit<SignedEvent, 'jws'>) =>
    Promise.resolve({ ...event, jws: unsigned(keyOf(attempt, event.org)) }),
): Promise<readonly SignedEvent[]> {
  const { verb, version, org, role, contentHash, content, reason, number } = attempt;
  const isTakeover = verb === 'activate' && role === 'bus';
  const one = { version, contentHash, verb, org, role, reason, data: { number } };
  const drafts = isTakeover ? activationDrafts(chain, content, contentHash) : [one];
  return signDrafts({ agreementId: SAMPLE_ID, chain, nowMs }, drafts, sign);
}

/** The key that `org` uses in this attempt. */
export function keyOf({ otherKey }: Pick<Attempt, 'otherKey'>, org: string): string {
  const { named, other } = keyIdsOf(org);
  return otherKey ? other : named;
}

/** The form of a detached JWS by the key `kid`, which signs nothing. */
export function unsigned(kid: string): string {
  return `${base64url.encode(JSON.stringify({ alg: 'Ed25519', kid }))}..`;
}

export function givenOf(attempt: Attempt, nowMs: number): Given {
  const { clean, deployed, contentHash, auditWritable, rowsLeft } = attempt;
  return {
    nowMs,
    authority: AUTHORITY,
    addWorkingDays: everyDay,
    problems: clean ? [] : ['AGR001 something is missing'],
    sharing: 'conditional',
    filingNumberTaken: false,
    auditWritable,
    ...(deployed ? { deployedHash: contentHash } : {}),
    ...(attempt.verb === 'activate' ? { activating: attempt.version } : {}),
    ...(rowsLeft === undefined ? {} : { receipt: { rowsLeft } }),
  };
}
