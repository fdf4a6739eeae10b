/**
 * The complete table of the lifecycle: for every state and every verb either where it leads, who may
 * do it and under which guards, or why it cannot be. The types make a missing cell a compile error;
 * SPEC.md shows the same table, and a test compares the two.
 */
import { AGREEMENT_STATES } from '../agreement.ts';
import type { GuardName } from './guards.ts';
import type { LineState, Verb, Who } from './verbs.ts';

/** A state is left only when this holds after the event; until then the event is noted and the state stays. */
export type Completion = 'both-signed' | 'nobody-holds';

export type Transition = {
  readonly to: LineState;
  readonly who: readonly Who[];
  readonly guards: readonly GuardName[];
  readonly leavesWhen?: Completion;
};
export type Impossible = { readonly why: string };
export type Rule = Transition | Impossible;
export type StateRules = Readonly<Record<Verb, Rule>>;

type NegotiatingVerb = Extract<
  Verb,
  | 'create'
  | 'submit'
  | 'approve'
  | 'counter'
  | 'reject'
  | 'dispute'
  | 'mediate'
  | 'sign'
  | 'file'
  | 'withdraw'
>;
type OperatingVerb = Exclude<Verb, NegotiatingVerb>;

export const LINE_STATES: readonly LineState[] = ['none', ...AGREEMENT_STATES];

export function isTransition(rule: Rule): rule is Transition {
  return 'to' in rule;
}

const PARTIES = ['subscriber', 'provider', 'authority'] as const;

export const TRANSITIONS: Readonly<Record<LineState, StateRules>> = {
  none: {
    ...negotiating('this version does not exist'),
    ...operating('this version does not exist'),
    create: go('draft', PARTIES, ['resource-shared', 'same-parties', 'no-other-proposal']),
  },
  draft: {
    ...negotiating('the draft was not submitted yet'),
    ...operating('a draft is not in force'),
    create: go('draft', PARTIES, ['resource-shared', 'same-parties']),
    submit: go('requested', ['subscriber'], ['lint-clean', 'resource-shared']),
    withdraw: go('withdrawn', ['subscriber'], []),
  },
  requested: {
    ...negotiating('the authority has not checked the request yet'),
    ...operating('a request is not in force'),
    create: no('it was submitted already; its content changes by counter-proposals only'),
    submit: no('it was submitted already'),
    approve: go('under-review', ['authority'], ['lint-clean']),
    reject: go('rejected', ['authority'], ['reason']),
    withdraw: go('withdrawn', ['subscriber'], []),
  },
  'under-review': {
    ...negotiating('the provider is reviewing it'),
    ...operating('it is still under review'),
    counter: go('countered', ['provider'], ['changed-content', 'same-parties', 'lint-clean']),
    reject: go('rejected', ['provider', 'authority'], ['reason']),
    sign: go('agreed', ['subscriber', 'provider'], ['not-signed-yet'], 'both-signed'),
    withdraw: go('withdrawn', ['subscriber'], []),
  },
  countered: {
    ...negotiating('the subscriber has to answer the counter-proposal first'),
    ...operating('it is still being negotiated'),
    counter: go('under-review', ['subscriber'], ['changed-content', 'same-parties', 'lint-clean']),
    sign: go('under-review', ['subscriber'], []),
    withdraw: go('withdrawn', ['subscriber'], []),
  },
  rejected: {
    ...negotiating('it was rejected; only a dispute can reopen it'),
    ...operating('it was rejected'),
    dispute: go('disputed', ['subscriber'], ['reason', 'in-dispute-time', 'no-other-proposal']),
  },
  disputed: {
    ...negotiating('the authority is mediating'),
    ...operating('it is in dispute'),
    mediate: go('under-review', ['authority'], ['reason']),
    reject: go('rejected', ['authority'], ['reason']),
  },
  agreed: {
    ...negotiating('both parties have signed; its content is fixed, and a change is a new version'),
    ...operating('it was not filed yet'),
    file: go('filed', ['authority'], ['filing-number', 'filing-number-free', 'not-after-ahead']),
    withdraw: go('withdrawn', PARTIES, ['reason']),
  },
  filed: {
    ...negotiating('it is filed; a change is a new version'),
    ...operating('it is filed, but not in force yet'),
    activate: go('active', ['bus'], ['in-force-time', 'deployed', 'audit-writable', 'way-clear']),
    withdraw: go('withdrawn', PARTIES, ['reason']),
  },
  active: {
    ...negotiating('it is in force; a change is a new version'),
    ...operating('it is in force'),
    suspend: go('suspended', [...PARTIES, 'bus'], ['reason']),
    resume: no('it is not suspended'),
    supersede: go('superseded', ['bus'], ['successor-activates']),
    revoke: go('revoked', PARTIES, ['reason']),
    expire: go('expired', ['bus'], ['past-not-after']),
    purge: no('it is in force; revoke it first'),
  },
  suspended: {
    ...negotiating('it is in force, if suspended; a change is a new version'),
    ...operating('it is suspended'),
    suspend: go('suspended', [...PARTIES, 'bus'], ['reason', 'not-holding']),
    resume: go(
      'active',
      ['authority', 'holder'],
      ['reason', 'not-after-ahead', 'audit-writable'],
      'nobody-holds',
    ),
    revoke: go('revoked', PARTIES, ['reason']),
    expire: go('expired', ['bus'], ['past-not-after']),
    purge: no('it is suspended, not ended; revoke it first'),
  },
  superseded: {
    ...negotiating('a newer version took its place'),
    ...operating('a newer version took its place'),
  },
  revoked: {
    ...negotiating('it was revoked; sharing again is a new agreement or version'),
    ...operating('it was revoked'),
    purge: go('purging', ['bus', 'authority'], []),
  },
  expired: {
    ...negotiating('it has expired; sharing again is a new version'),
    ...operating('it has expired'),
    supersede: go('superseded', ['bus'], ['successor-activates']),
    purge: go('purging', ['bus', 'authority'], ['no-successor-waits']),
  },
  purging: {
    ...negotiating('the subscriber is clearing its copy'),
    ...operating('it has ended, and the subscriber is clearing its copy'),
    'confirm-purge': go('closed', ['bus'], ['receipt-proved']),
  },
  closed: { ...negotiating('it is closed'), ...operating('it is closed') },
  withdrawn: { ...negotiating('it was withdrawn'), ...operating('it was withdrawn') },
};

/** What can be done in `state` at all, and by whom. */
export function possibleIn(
  state: LineState,
): readonly { readonly verb: Verb; readonly who: readonly Who[] }[] {
  return (Object.entries(TRANSITIONS[state]) as [Verb, Rule][]).flatMap(([verb, rule]) =>
    isTransition(rule) ? [{ verb, who: rule.who }] : [],
  );
}

/** No verb leads out of it. */
export function isTerminal(state: LineState): boolean {
  return possibleIn(state).length === 0;
}

function go(
  to: LineState,
  who: readonly Who[],
  guards: readonly GuardName[],
  leavesWhen?: Completion,
): Transition {
  return { to, who, guards, ...(leavesWhen === undefined ? {} : { leavesWhen }) };
}

function no(why: string): Impossible {
  return { why };
}

function negotiating(why: string): Readonly<Record<NegotiatingVerb, Rule>> {
  const rule = no(why);
  return {
    create: rule,
    submit: rule,
    approve: rule,
    counter: rule,
    reject: rule,
    dispute: rule,
    mediate: rule,
    sign: rule,
    file: rule,
    withdraw: rule,
  };
}

function operating(why: string): Readonly<Record<OperatingVerb, Rule>> {
  const rule = no(why);
  return {
    activate: rule,
    suspend: rule,
    resume: rule,
    supersede: rule,
    revoke: rule,
    expire: rule,
    purge: rule,
    'confirm-purge': rule,
  };
}
