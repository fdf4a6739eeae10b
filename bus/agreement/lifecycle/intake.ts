/**
 * Takes signed events into a chain: all of them or none. Everything that does not need a database is
 * decided here, so that the store only locks, reads, asks and writes, and a random walk over this
 * function is a walk over what the store does. Signatures are the caller's to check.
 */
import type { AgreementContent } from '../agreement.ts';
import { disputeUntil, type AddWorkingDays } from './deadlines.ts';
import { decide, rolesOf, type Refusal } from './decide.ts';
import { extendChain, lineOf, type Chain, type Contents } from './fold.ts';
import type { Facts } from './guards.ts';
import type { Line } from './line.ts';
import { signerFault, type SignerFault } from './signer.ts';
import { isTransition, TRANSITIONS } from './transitions.ts';
import type { SignedEvent } from './verbs.ts';

/** What the caller knows beside the chain and its documents. */
export type Given = Pick<
  Facts,
  | 'nowMs'
  | 'problems'
  | 'sharing'
  | 'filingNumberTaken'
  | 'deployedHash'
  | 'auditWritable'
  | 'activating'
  | 'receipt'
> & {
  /** The organization that checks, files and mediates. */
  readonly authority: string;
  readonly addWorkingDays: AddWorkingDays;
};

export type IntakeRefusal =
  | Refusal
  /** Something else happened in between, or an old event is replayed. */
  | { readonly kind: 'stale' }
  | { readonly kind: 'time'; readonly why: string }
  | { readonly kind: 'content-unknown' }
  /** The party accepts with another key than the document names. */
  | ({ readonly kind: 'signer' } & SignerFault);

export type Intake =
  | { readonly ok: true; readonly chain: Chain }
  | { readonly ok: false; readonly event: SignedEvent; readonly refusal: IntakeRefusal };

/** How far the clock of who signs may be ahead of ours. */
const CLOCK_SKEW_MS = 60_000;
const TIME_FORM = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** The chain after all of `events`, or the first that may not happen and why. */
export function takeIn(
  before: Chain,
  events: readonly SignedEvent[],
  { contents, given }: { readonly contents: Contents; readonly given: Given },
): Intake {
  let chain = before;
  for (const event of events) {
    const refusal = refusalOf(chain, event, { contents, given });
    if (refusal) return { ok: false, event, refusal };
    chain = extendChain(chain, event, contents);
  }
  return { ok: true, chain };
}

function refusalOf(
  chain: Chain,
  event: SignedEvent,
  { contents, given }: { readonly contents: Contents; readonly given: Given },
): IntakeRefusal | undefined {
  const line = lineOf(chain, event.version);
  const content = contents.get(event.contentHash);
  // That nobody may do it at all is the first thing to say, whatever else is wrong with the event.
  const rule = TRANSITIONS[line.state][event.verb];
  if (!isTransition(rule)) return { kind: 'impossible', state: line.state, why: rule.why };
  if (event.previousEventHash !== chain.head) return { kind: 'stale' };
  const why = timeFault(event.time, chain, given.nowMs);
  if (why !== undefined) return { kind: 'time', why };
  if (content?.id !== event.agreementId || content.version !== event.version) {
    return { kind: 'content-unknown' };
  }
  const roles = rolesOf(event.org, content, { authority: given.authority, atMs: given.nowMs });
  if (!roles.includes(event.role)) {
    return { kind: 'not-permitted', state: line.state, who: rule.who };
  }
  const decision = decide(line, event, gatherFacts({ chain, line, content, contents, given }));
  if (!decision.ok) return decision.refusal;
  const fault = signerFault(event, content);
  return fault && { kind: 'signer', ...fault };
}

function gatherFacts({
  chain,
  line,
  content,
  contents,
  given: { authority: _authority, addWorkingDays, ...given },
}: {
  readonly chain: Chain;
  readonly line: Line;
  readonly content: AgreementContent;
  readonly contents: Contents;
  readonly given: Given;
}): Facts {
  const others = [...chain.lines.values()].flatMap((other) => {
    const its = contents.get(other.contentHash);
    return its === undefined || other.version === line.version
      ? []
      : [{ version: other.version, state: other.state, content: its }];
  });
  const standing = contents.get(line.contentHash);
  return {
    ...given,
    content,
    others,
    ...(standing === undefined ? {} : { standing }),
    ...(line.state === 'rejected' ? { disputeUntilMs: disputeUntil(line, addWorkingDays) } : {}),
  };
}

function timeFault(time: string, { lastTime }: Chain, nowMs: number): string | undefined {
  if (!TIME_FORM.test(time) || Number.isNaN(Date.parse(time)))
    return 'not RFC 3339 in UTC with milliseconds';
  if (time < lastTime) return `before the last event, ${lastTime}`;
  return Date.parse(time) > nowMs + CLOCK_SKEW_MS ? 'in the future' : undefined;
}
