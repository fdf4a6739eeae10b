import { describe, expect, test } from 'vitest';
import type { AgreementContent } from '../../../../bus/agreement/agreement.ts';
import { contentHash } from '../../../../bus/agreement/canonical/canonical.ts';
import { decide, roleFor, rolesOf } from '../../../../bus/agreement/lifecycle/decide.ts';
import type { Facts, GuardName } from '../../../../bus/agreement/lifecycle/guards.ts';
import { newLine, type Hold, type Line } from '../../../../bus/agreement/lifecycle/line.ts';
import { TRANSITIONS, isTransition } from '../../../../bus/agreement/lifecycle/transitions.ts';
import {
  BUS_ORG,
  type LifecycleEvent,
  type LineState,
  type Role,
  type Verb,
} from '../../../../bus/agreement/lifecycle/verbs.ts';
import {
  AUTHORITY,
  NOT_AFTER,
  NOT_BEFORE,
  PROVIDER,
  SAMPLE_ID,
  sampleAgreement,
  STRANGER,
  SUBSCRIBER,
} from '../../../support/lifecycle/sample-agreement.ts';

const content = sampleAgreement();
const hash = contentHash(content);
const DURING = Date.parse(NOT_BEFORE) + 86_400_000;
const next: AgreementContent = sampleAgreement({
  version: '2.0.0',
  supersedes: { version: '1.0.0', contentHash: hash },
});

const ORG: Readonly<Record<Role, string>> = {
  subscriber: SUBSCRIBER,
  provider: PROVIDER,
  authority: AUTHORITY,
  bus: BUS_ORG,
};

/** Facts with which no guard refuses anything. */
const FINE: Facts = {
  nowMs: DURING,
  content,
  others: [],
  standing: content,
  problems: [],
  sharing: 'conditional',
  disputeUntilMs: DURING + 1,
  filingNumberTaken: false,
  deployedHash: hash,
  auditWritable: true,
  receipt: { rowsLeft: 0 },
};

function hold(role: Role): Hold {
  return { org: ORG[role], role, reason: 'a reason', since: NOT_BEFORE };
}

function lineIn(state: LineState, more: Partial<Line> = {}): Line {
  return { ...newLine('1.0.0'), state, contentHash: hash, ...more };
}

function event(verb: Verb, role: Role, more: Partial<LifecycleEvent> = {}): LifecycleEvent {
  return {
    agreementId: SAMPLE_ID,
    version: '1.0.0',
    contentHash: hash,
    verb,
    org: ORG[role],
    role,
    time: '2026-03-03T00:00:00.000Z',
    reason: 'a reason',
    data: { number: 'N-1', by: '2.0.0' },
    previousEventHash: null,
    ...more,
  };
}

type Case = {
  readonly guard: GuardName;
  readonly line?: Partial<Line>;
  readonly event?: Partial<LifecycleEvent>;
  readonly facts: Partial<Facts>;
  readonly from: LineState;
  readonly verb: Verb;
  readonly by: Role;
  readonly why: RegExp;
};

/** Beside FINE, what the transition needs in order to pass. */
const NEEDED: Partial<Record<Verb, Partial<Facts>>> = {
  expire: { nowMs: Date.parse(NOT_AFTER) },
  supersede: {
    activating: '2.0.0',
    others: [{ version: '2.0.0', state: 'filed', content: next }],
  },
};

const other = (state: LineState, its: AgreementContent = next) => ({
  others: [{ version: its.version, state, content: its }],
});

const CASES: readonly Case[] = [
  {
    guard: 'reason',
    from: 'active',
    verb: 'revoke',
    by: 'provider',
    event: { reason: ' ' },
    facts: {},
    why: /reason/,
  },
  {
    guard: 'resource-shared',
    from: 'draft',
    verb: 'submit',
    by: 'subscriber',
    facts: { sharing: 'not-shared' },
    why: /not shared/,
  },
  {
    guard: 'lint-clean',
    from: 'draft',
    verb: 'submit',
    by: 'subscriber',
    facts: { problems: ['AGR001 x', 'AGR002 y'] },
    why: /2 error\(s\): AGR001 x; AGR002 y/,
  },
  {
    guard: 'same-parties',
    from: 'draft',
    verb: 'create',
    by: 'subscriber',
    facts: { standing: sampleAgreement({ name: 'other' }) },
    why: /name/,
  },
  {
    guard: 'no-other-proposal',
    from: 'none',
    verb: 'create',
    by: 'subscriber',
    facts: other('countered'),
    why: /2\.0\.0 is countered/,
  },
  {
    guard: 'changed-content',
    from: 'under-review',
    verb: 'counter',
    by: 'provider',
    facts: {},
    why: /does not/,
  },
  {
    guard: 'not-signed-yet',
    from: 'under-review',
    verb: 'sign',
    by: 'provider',
    line: { signed: ['provider'] },
    facts: {},
    why: /signed this content already/,
  },
  {
    guard: 'in-dispute-time',
    from: 'rejected',
    verb: 'dispute',
    by: 'subscriber',
    facts: { disputeUntilMs: DURING },
    why: /passed/,
  },
  {
    guard: 'filing-number',
    from: 'agreed',
    verb: 'file',
    by: 'authority',
    event: { data: {} },
    facts: {},
    why: /number has to be given/,
  },
  {
    guard: 'filing-number-free',
    from: 'agreed',
    verb: 'file',
    by: 'authority',
    facts: { filingNumberTaken: true },
    why: /N-1 belongs/,
  },
  {
    guard: 'not-after-ahead',
    from: 'agreed',
    verb: 'file',
    by: 'authority',
    facts: { nowMs: Date.parse(NOT_AFTER) },
    why: /ended/,
  },
  {
    guard: 'in-force-time',
    from: 'filed',
    verb: 'activate',
    by: 'bus',
    facts: { nowMs: Date.parse(NOT_BEFORE) - 1 },
    why: /not before/,
  },
  {
    guard: 'in-force-time',
    from: 'filed',
    verb: 'activate',
    by: 'bus',
    facts: { nowMs: Date.parse(NOT_AFTER) },
    why: /ended/,
  },
  {
    guard: 'deployed',
    from: 'filed',
    verb: 'activate',
    by: 'bus',
    facts: { deployedHash: '$1$old' },
    why: /not deployed/,
  },
  {
    guard: 'audit-writable',
    from: 'filed',
    verb: 'activate',
    by: 'bus',
    facts: { auditWritable: false },
    why: /audit/,
  },
  {
    guard: 'way-clear',
    from: 'filed',
    verb: 'activate',
    by: 'bus',
    facts: other('suspended'),
    why: /2\.0\.0 is suspended/,
  },
  {
    guard: 'successor-activates',
    from: 'active',
    verb: 'supersede',
    by: 'bus',
    facts: { activating: '3.0.0' },
    why: /no filed version/,
  },
  {
    guard: 'successor-activates',
    from: 'active',
    verb: 'supersede',
    by: 'bus',
    facts: other('filed', sampleAgreement({ version: '2.0.0' })),
    why: /does not name/,
  },
  {
    guard: 'past-not-after',
    from: 'active',
    verb: 'expire',
    by: 'bus',
    facts: { nowMs: Date.parse(NOT_AFTER) - 1 },
    why: /valid until/,
  },
  {
    guard: 'no-successor-waits',
    from: 'expired',
    verb: 'purge',
    by: 'bus',
    facts: other('filed'),
    why: /takes over/,
  },
  {
    guard: 'not-holding',
    from: 'suspended',
    verb: 'suspend',
    by: 'provider',
    line: { holds: [hold('provider')] },
    facts: {},
    why: /already/,
  },
  {
    guard: 'receipt-proved',
    from: 'purging',
    verb: 'confirm-purge',
    by: 'bus',
    facts: { receipt: { rowsLeft: 3 } },
    why: /3 rows/,
  },
];

describe('guards', () => {
  test.each(CASES)('$verb in $from waits for: $guard', ({ guard, from, verb, by, why, ...the }) => {
    const rule = TRANSITIONS[from][verb];
    expect(isTransition(rule) && rule.guards).toContain(guard);
    const counter = verb === 'counter' && guard !== 'changed-content';
    const asked = event(verb, by, counter ? { contentHash: '$1$new' } : {});
    const needed = { ...FINE, ...NEEDED[verb] };
    const fineLine = lineIn(from);
    const unless = guard === 'changed-content' ? { ...asked, contentHash: '$1$new' } : asked;
    expect(decide(fineLine, unless, needed), 'without it').toMatchObject({ ok: true });
    const refused = decide(
      { ...fineLine, ...the.line },
      { ...asked, ...the.event },
      {
        ...needed,
        ...the.facts,
      },
    );
    expect(refused).toMatchObject({
      ok: false,
      refusal: { kind: 'guarded', state: from, whys: [expect.stringMatching(why)] },
    });
  });

  test('every guard of the table has a case here', () => {
    const used = Object.values(TRANSITIONS).flatMap((rules) =>
      Object.values(rules).flatMap((rule) => (isTransition(rule) ? rule.guards : [])),
    );
    expect([...new Set(CASES.map(({ guard }) => guard))].toSorted()).toEqual(
      [...new Set(used)].toSorted(),
    );
  });

  test('a refusal names everything that is missing, not only the first', () => {
    const decision = decide(lineIn('filed'), event('activate', 'bus'), {
      ...FINE,
      nowMs: 0,
      deployedHash: '',
      auditWritable: false,
      ...other('active'),
    });
    expect(decision).toMatchObject({ refusal: { whys: { length: 4 } } });
  });

  test('an event about content that does not stand any more is refused', () => {
    const decision = decide(
      lineIn('under-review'),
      event('sign', 'provider', { contentHash: '$1$old' }),
      FINE,
    );
    expect(decision).toMatchObject({ refusal: { whys: [expect.stringMatching(/\$1\$old/)] } });
  });
});

describe('who may', () => {
  test.each<[Verb, LineState, Role, boolean, string]>([
    ['submit', 'draft', 'provider', false, 'the subscriber asks'],
    ['approve', 'requested', 'provider', false, 'the authority checks'],
    ['sign', 'under-review', 'authority', false, 'the authority is no party'],
    ['file', 'agreed', 'subscriber', false, 'only the authority files'],
    ['activate', 'filed', 'authority', false, 'nobody but the bus puts into force'],
    ['expire', 'active', 'authority', false, 'nobody but the clock ends it by time'],
    ['suspend', 'active', 'subscriber', true, 'every party may stop it'],
    ['suspend', 'active', 'bus', true, 'the breaker may stop it'],
    ['revoke', 'active', 'bus', false, 'the bus ends nothing by itself'],
  ])('%s in %s by the %s: %s (%s)', (verb, state, role, isAllowed) => {
    const decision = decide(lineIn(state), event(verb, role), FINE);
    const isRefusedForRole = !decision.ok && decision.refusal.kind === 'not-permitted';
    expect(isRefusedForRole).toBe(!isAllowed);
  });

  test('only the one who suspended it resumes it, or the authority; others’ holds stay', () => {
    const held = lineIn('suspended', { holds: [hold('bus'), hold('provider')] });
    const resume = (line: Line, role: Role) => decide(line, event('resume', role), FINE);
    expect(resume(held, 'subscriber')).toMatchObject({ refusal: { kind: 'not-permitted' } });
    const once = resume(held, 'bus');
    expect(once).toMatchObject({
      ok: true,
      line: { state: 'suspended', holds: [{ org: PROVIDER }] },
    });
    if (!once.ok) throw new Error('refused');
    expect(resume(once.line, 'bus')).toMatchObject({ refusal: { kind: 'not-permitted' } });
    expect(resume(once.line, 'provider')).toMatchObject({ line: { state: 'active', holds: [] } });
    expect(resume(held, 'authority')).toMatchObject({ line: { state: 'active', holds: [] } });
  });

  test('a counter-proposal makes earlier signatures void', () => {
    const signed = lineIn('under-review', { signed: ['subscriber'] });
    const countered = decide(signed, event('counter', 'provider', { contentHash: '$1$new' }), FINE);
    expect(countered).toMatchObject({ line: { state: 'countered', signed: [] } });
  });

  test('a delegate acts as the subscriber until its last day ends', () => {
    const delegated = sampleAgreement({
      delegate: { orgId: STRANGER, onBehalfOf: 'subscriber', until: '2026-04-30' },
    });
    const roles = (at: string) =>
      rolesOf(STRANGER, delegated, { authority: AUTHORITY, atMs: Date.parse(at) });
    expect(roles('2026-04-30T20:00:00Z')).toEqual(['subscriber']);
    expect(roles('2026-05-01T00:00:00Z')).toEqual([]);
  });

  test('of several roles the one that the table asks for is taken', () => {
    const both: readonly Role[] = ['provider', 'authority'];
    expect(roleFor({ line: lineIn('agreed'), verb: 'file' }, PROVIDER, both)).toBe('authority');
    expect(roleFor({ line: lineIn('draft'), verb: 'submit' }, PROVIDER, both)).toBeUndefined();
  });
});
