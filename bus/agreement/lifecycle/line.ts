/**
 * One version of an agreement as its events have made it, and the pure step from event to event. A
 * step asks nothing: whether an event may happen is `decide.ts`'s, whether a stored chain is whole
 * is `fold.ts`'s.
 */
import { assert } from '../../base/assert.ts';
import { isTransition, TRANSITIONS, type Completion } from './transitions.ts';
import type { LifecycleEvent, LineState, Role } from './verbs.ts';

/** Who asked for silence, and why. */
export type Hold = {
  readonly org: string;
  readonly role: Role;
  readonly reason: string;
  readonly since: string;
};

export type Line = {
  readonly version: string;
  readonly state: LineState;
  /** Of the content that stands now; every proposal has another. */
  readonly contentHash: string;
  /** When it came into this state, or when the other side's turn began. */
  readonly since: string;
  /** Of the event that brought it here. */
  readonly reason: string;
  /** Who has signed the content that stands now. */
  readonly signed: readonly ('subscriber' | 'provider')[];
  readonly holds: readonly Hold[];
  readonly filing?: { readonly number: string; readonly org: string; readonly time: string };
  readonly supersededBy?: string;
};

/** A version that nothing has happened to. */
export function newLine(version: string): Line {
  return {
    version,
    state: 'none',
    contentHash: '',
    since: '',
    reason: '',
    signed: [],
    holds: [],
  };
}

/** The line after `event`. The event must be one of the table's transitions. */
export function step(line: Line, event: LifecycleEvent): Line {
  const rule = TRANSITIONS[line.state][event.verb];
  assert(isTransition(rule), `"${event.verb}" is possible in state ${line.state}`);
  const noted = note(line, event);
  const leaves = rule.leavesWhen === undefined || COMPLETIONS[rule.leavesWhen](noted);
  const state = leaves ? rule.to : line.state;
  // A hold or a first signature that is added changes neither the state nor since when it lasts.
  const isMove = state !== line.state || event.verb === 'create';
  return isMove ? { ...noted, state, since: event.time, reason: event.reason } : noted;
}

const COMPLETIONS: Readonly<Record<Completion, (line: Line) => boolean>> = {
  'both-signed': ({ signed }) => signed.includes('subscriber') && signed.includes('provider'),
  'nobody-holds': ({ holds }) => holds.length === 0,
};

/** What the event leaves in the line beside its state. */
function note(line: Line, { verb, org, role, time, reason, data, ...event }: LifecycleEvent): Line {
  switch (verb) {
    case 'create':
    case 'counter':
      return { ...line, contentHash: event.contentHash, signed: [] };
    case 'sign':
      return { ...line, signed: [...new Set([...line.signed, signerRole(role)])].toSorted() };
    case 'file':
      return { ...line, filing: { number: data['number'] ?? '', org, time } };
    case 'suspend':
      return { ...line, holds: [...line.holds, { org, role, reason, since: time }] };
    case 'resume':
      // The authority lifts every hold; anybody else only its own.
      return {
        ...line,
        holds: role === 'authority' ? [] : line.holds.filter((hold) => hold.org !== org),
      };
    case 'supersede':
      return { ...line, supersededBy: data['by'] ?? '' };
    default:
      return line;
  }
}

function signerRole(role: Role): 'subscriber' | 'provider' {
  assert(role === 'subscriber' || role === 'provider', 'only parties sign');
  return role;
}
