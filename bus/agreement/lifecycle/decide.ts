/**
 * May this event happen? The one decision that every way into the lifecycle goes through: the table,
 * then who asks, then that the event speaks of the content that stands, then all guards. Pure; an
 * answer and never an exception, because a refusal is an ordinary outcome.
 */
import type { AgreementContent } from '../agreement.ts';
import { GUARDS, type Facts } from './guards.ts';
import { step, type Line } from './line.ts';
import { isTransition, possibleIn, TRANSITIONS } from './transitions.ts';
import {
  BUS_ORG,
  type LifecycleEvent,
  type LineState,
  type Role,
  type Verb,
  type Who,
} from './verbs.ts';

export type Refusal =
  /** The table has no such transition. */
  | { readonly kind: 'impossible'; readonly state: LineState; readonly why: string }
  /** The transition is others'. */
  | { readonly kind: 'not-permitted'; readonly state: LineState; readonly who: readonly Who[] }
  /** Allowed in principle, but something is missing; all of it is named. */
  | { readonly kind: 'guarded'; readonly state: LineState; readonly whys: readonly string[] };

export type Decision =
  | { readonly ok: true; readonly line: Line }
  | { readonly ok: false; readonly refusal: Refusal };

/** The line after `event`, or why the event may not happen. */
export function decide(line: Line, event: LifecycleEvent, facts: Facts): Decision {
  const { state } = line;
  const rule = TRANSITIONS[state][event.verb];
  if (!isTransition(rule)) return refuse({ kind: 'impossible', state, why: rule.why });
  if (!isPermitted(rule.who, line, event)) {
    return refuse({ kind: 'not-permitted', state, who: rule.who });
  }
  const whys = [
    ...otherContent(line, event),
    ...rule.guards.flatMap((name) => GUARDS[name]({ line, event, facts }) ?? []),
  ];
  if (whys.length > 0) return refuse({ kind: 'guarded', state, whys });
  return { ok: true, line: step(line, event) };
}

/**
 * In which role `org` may do `verb` now; undefined when it may not, whatever the guards say. Roles
 * are tried in the table's order.
 */
export function roleFor(
  { line, verb }: { readonly line: Line; readonly verb: Verb },
  org: string,
  roles: readonly Role[],
): Role | undefined {
  const rule = TRANSITIONS[line.state][verb];
  if (!isTransition(rule)) return undefined;
  for (const who of rule.who) {
    if (who === 'holder') {
      const hold = line.holds.find((one) => one.org === org);
      if (hold) return hold.role;
    } else if (roles.includes(who)) return who;
  }
  return undefined;
}

/** Every role that `org` has in the agreement at `atMs`. */
export function rolesOf(
  org: string,
  {
    provider,
    subscriber,
    delegate,
  }: Pick<AgreementContent, 'provider' | 'subscriber' | 'delegate'>,
  { authority, atMs }: { readonly authority: string; readonly atMs: number },
): readonly Role[] {
  const isDelegate = delegate?.orgId === org && atMs < endOf(delegate.until);
  const roles: Readonly<Record<Role, boolean>> = {
    subscriber: org === subscriber.orgId || isDelegate,
    provider: org === provider.orgId,
    authority: org === authority,
    bus: org === BUS_ORG,
  };
  return (Object.keys(roles) as Role[]).filter((role) => roles[role]);
}

/** What could be done instead: for the remedy of a refusal. */
export function possibilities(state: LineState): string {
  const options = possibleIn(state).map(({ verb, who }) => `${verb} (${who.join(', ')})`);
  return options.length === 0 ? 'nothing; this version has ended' : options.join(', ');
}

/** Whether the table lets this organization in this role do it; whether it has the role is the caller's. */
export function isPermitted(who: readonly Who[], line: Line, event: LifecycleEvent): boolean {
  const holds = line.holds.some(({ org, role }) => org === event.org && role === event.role);
  return who.some((one) => (one === 'holder' ? holds : one === event.role));
}

/** An event about other content than the one that stands was signed for something else. */
function otherContent(line: Line, { verb, contentHash }: LifecycleEvent): string[] {
  const bringsContent = verb === 'create' || verb === 'counter';
  return bringsContent || contentHash === line.contentHash
    ? []
    : [`it speaks of content ${contentHash}, and ${line.contentHash} stands`];
}

/** A delegate's last day counts whole, in UTC, where no time is given. */
function endOf(until: string): number {
  return Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(until) ? `${until}T23:59:59.999Z` : until);
}

function refuse(refusal: Refusal): Decision {
  return { ok: false, refusal };
}
