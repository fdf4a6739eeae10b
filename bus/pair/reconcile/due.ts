/**
 * What the bus's own clock has to bring about now: coming into force, expiring, clearing. Pure; the
 * control store asks all guards again when the event is taken in, so a wrong answer here can only
 * be refused, never do harm.
 */
import type { AgreementContent } from '../../agreement/agreement.ts';
import type { AgreementLine } from './standing.ts';

export type DueLine = AgreementLine & {
  readonly content: AgreementContent;
  /** When it came into its state. */
  readonly sinceMs: number;
  /** Content hash that this version is deployed with; undefined: not deployed. */
  readonly deployedHash: string | undefined;
};

export type DueVerb = 'activate' | 'expire' | 'purge';

export type DueTransition = {
  readonly agreementId: string;
  readonly name: string;
  readonly version: string;
  readonly verb: DueVerb;
  /** With `activate`: the version that is superseded in the same transaction. */
  readonly supersedes?: string;
};

/** How long an expired copy is kept for a renewal that is late; a revoked one is cleared at once. */
export const RENEWAL_GRACE_MS = 86_400_000;

/** Transitions that are due at `nowMs`, at most one for each agreement. */
export function dueTransitions(
  lines: readonly DueLine[],
  { nowMs, renewalGraceMs = RENEWAL_GRACE_MS }: DueOptions,
): DueTransition[] {
  const byId = Map.groupBy(lines, ({ agreementId }) => agreementId);
  return [...byId.values()].flatMap((versions) => dueOf(versions, { nowMs, renewalGraceMs }) ?? []);
}

type DueOptions = { readonly nowMs: number; readonly renewalGraceMs?: number };

/** A new version first: what it supersedes need not expire. */
function dueOf(
  versions: readonly DueLine[],
  { nowMs, renewalGraceMs }: Required<DueOptions>,
): DueTransition | undefined {
  const filed = versions.find(
    (line) => line.state === 'filed' && isInForceTime(line, nowMs) && isDeployed(line),
  );
  if (filed) {
    const inPlace = versions.find(({ state }) => state === 'active' || state === 'expired');
    const others = versions.some(({ state }) => BLOCKING.has(state));
    if (!others) {
      return transition(filed, 'activate', inPlace);
    }
  }
  const ended = versions.find(
    ({ state, content }) =>
      (state === 'active' || state === 'suspended') &&
      nowMs >= Date.parse(content.validity.notAfter),
  );
  if (ended) return transition(ended, 'expire');
  const revoked = versions.find(({ state }) => state === 'revoked');
  if (revoked) return transition(revoked, 'purge');
  const expired = versions.find(
    ({ state, sinceMs }) => state === 'expired' && nowMs >= sinceMs + renewalGraceMs,
  );
  return expired && transition(expired, 'purge');
}

/** What keeps another version from taking over: it is not the clock's to lift a hold or to skip a purge. */
const BLOCKING: ReadonlySet<string> = new Set(['suspended', 'revoked', 'purging']);

function isInForceTime({ content: { validity } }: DueLine, nowMs: number): boolean {
  return nowMs >= Date.parse(validity.notBefore) && nowMs < Date.parse(validity.notAfter);
}

function isDeployed({ deployedHash, contentHash }: DueLine): boolean {
  return deployedHash === contentHash;
}

function transition(line: DueLine, verb: DueVerb, superseded?: DueLine): DueTransition {
  const { agreementId, name, version } = line;
  return {
    agreementId,
    name,
    version,
    verb,
    ...(superseded ? { supersedes: superseded.version } : {}),
  };
}
