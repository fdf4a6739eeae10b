/**
 * Random walks through lifecycles: attempts of anybody to do anything, sensible or not, against a
 * world (the pure intake, or the real store) and an oracle that knows nothing but the table of
 * SPEC.md. The oracle keeps its own state and says after every attempt what must not have happened.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { AgreementContent } from '../../../bus/agreement/agreement.ts';
import { contentHash } from '../../../bus/agreement/canonical/canonical.ts';
import type { Chain } from '../../../bus/agreement/lifecycle/fold.ts';
import {
  BUS_ORG,
  VERBS,
  type Role,
  type SignedEvent,
  type Verb,
} from '../../../bus/agreement/lifecycle/verbs.ts';
import {
  AUTHORITY,
  NOT_BEFORE,
  PROVIDER,
  sampleAgreement,
  STRANGER,
  SUBSCRIBER,
} from './sample-agreement.ts';

export const VERSIONS = ['1.0.0', '2.0.0', '3.0.0'] as const;
export const ORGS = [SUBSCRIBER, PROVIDER, AUTHORITY, BUS_ORG, STRANGER] as const;
const ROLE_OF: Readonly<Record<string, Role>> = {
  [SUBSCRIBER]: 'subscriber',
  [PROVIDER]: 'provider',
  [AUTHORITY]: 'authority',
  [BUS_ORG]: 'bus',
};
const DELIVERED = ['active', 'suspended', 'revoked', 'expired', 'purging'];

/** One attempt, complete: a world only has to carry it out. */
export type Attempt = {
  readonly verb: Verb;
  readonly version: string;
  readonly org: string;
  /** The role that the event claims; wrong for a stranger. */
  readonly role: Role;
  readonly content: AgreementContent;
  readonly contentHash: string;
  readonly reason: string;
  readonly number: string;
  readonly clean: boolean;
  readonly deployed: boolean;
  readonly auditWritable: boolean;
  readonly rowsLeft: number | undefined;
  /** Signed after the last event but one: a replay, or somebody who did not know. */
  readonly stale: boolean;
  /** Signed with a key of the organization that the document does not name. */
  readonly otherKey: boolean;
};

export interface LifecycleWorld {
  nowMs: number;
  /** True when it was taken in; a refusal is false, anything else throws. */
  attempt(attempt: Attempt): Promise<boolean>;
  events(): Promise<readonly SignedEvent[]>;
  /** As the world itself keeps it, not folded again. */
  chain(): Promise<Chain>;
}

type SpecRow = { readonly to: string; readonly who: readonly string[]; readonly stays: boolean };

const SPEC: ReadonlyMap<string, SpecRow> = (() => {
  const file = new URL('../../../bus/agreement/lifecycle/SPEC.md', import.meta.url);
  const [, after = ''] = readFileSync(file, 'utf8').split('<!-- transitions -->');
  const rows = (after.split('\n\n')[1] ?? '').split('\n').slice(2);
  return new Map(
    rows.map((row) => {
      const [from, verb, to, who, , stays] = row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim());
      return [`${from} ${verb}`, { to: to!, who: who!.split(', '), stays: stays !== '' }];
    }),
  );
})();

/** What the oracle knows of one version. */
type Known = {
  state: string;
  hash: string;
  content: AgreementContent;
  signedBy: Map<string, string>;
  holders: Set<string>;
};

export class Oracle {
  readonly known = new Map<string, Known>();
  readonly reached = new Set<string>(['none']);
  taken = 0;

  stateOf(version: string): string {
    return this.known.get(version)?.state ?? 'none';
  }

  /** Verbs that SPEC.md has in this state. */
  possible(version: string): Verb[] {
    const prefix = `${this.stateOf(version)} `;
    return [...SPEC.keys()]
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length) as Verb);
  }

  /** An attempt was taken in: it must have been one that may be, and the state is the table's. */
  took(attempt: Attempt, after: Chain, nowMs: number): void {
    const { verb, version, org, content } = attempt;
    const from = this.stateOf(version);
    const row = SPEC.get(`${from} ${verb}`);
    expect(row, `${from} × ${verb} was taken in`).toBeDefined();
    const role = ROLE_OF[org] ?? 'nobody';
    const holds = this.known.get(version)?.holders.has(org) ?? false;
    const may = row!.who.includes(role) || (row!.who.includes('holder') && holds);
    expect(may, `${org} may ${verb} in ${from}`).toBe(true);
    expect(attempt.stale, `a stale ${verb}`).toBe(false);
    if (verb === 'sign')
      expect(attempt.otherKey, 'accepted with a key that is not named').toBe(false);
    const to = after.lines.get(version)?.state;
    expect(row!.stays ? [row!.to, from] : [row!.to]).toContain(to);
    const old = this.known.get(version);
    const brings = verb === 'create' || verb === 'counter';
    if (!brings) expect(attempt.contentHash, `content of ${verb}`).toBe(old?.hash);
    const now: Known = old ?? {
      state: 'none',
      hash: '',
      content,
      signedBy: new Map(),
      holders: new Set(),
    };
    if (brings) Object.assign(now, { hash: attempt.contentHash, content, signedBy: new Map() });
    if (verb === 'sign') now.signedBy.set(org, now.hash);
    if (verb === 'suspend') now.holders.add(org);
    if (verb === 'resume') {
      if (role === 'authority') now.holders.clear();
      else now.holders.delete(org);
    }
    if (verb === 'activate') this.#activated(now, attempt, nowMs);
    now.state = to!;
    this.known.set(version, now);
    this.reached.add(to!);
    this.taken += 1;
    this.#check(now, attempt);
  }

  /** The oracle's own view of a takeover: whatever was in force before ends as superseded. */
  #activated(now: Known, attempt: Attempt, nowMs: number): void {
    const { notBefore, notAfter } = now.content.validity;
    expect(Date.parse(notBefore)).toBeLessThanOrEqual(nowMs);
    expect(nowMs).toBeLessThan(Date.parse(notAfter));
    expect(attempt).toMatchObject({ deployed: true, auditWritable: true });
    expect([...now.signedBy.values()]).toEqual([now.hash, now.hash]);
    const before = now.content.supersedes && this.known.get(now.content.supersedes.version);
    if (!before || !['active', 'expired'].includes(before.state)) return;
    before.state = 'superseded';
    this.reached.add('superseded');
  }

  #check(now: Known, { verb, reason, number, clean, rowsLeft }: Attempt): void {
    const asksReason = ['suspend', 'resume', 'revoke', 'reject', 'dispute', 'mediate'];
    if (asksReason.includes(verb)) expect(reason, verb).not.toBe('');
    if (verb === 'file') expect(number).not.toBe('');
    if (['submit', 'approve', 'counter'].includes(verb)) expect(clean, verb).toBe(true);
    if (verb === 'confirm-purge') expect(rowsLeft).toBe(0);
    if (['active', 'suspended'].includes(now.state)) {
      expect(now.holders.size > 0, 'held').toBe(now.state === 'suspended');
    }
    const delivered = [...this.known.values()].filter(({ state }) => DELIVERED.includes(state));
    expect(delivered.length).toBeLessThanOrEqual(1);
  }
}

/** How one step of a walk is chosen; the oracle makes an attempt of it. */
export type Choice = {
  readonly version: number;
  /** Above 15: a verb that is possible, by one who may. */
  readonly sense: number;
  readonly verb: number;
  readonly org: number;
  readonly waitDays: number;
  readonly careless: boolean;
  readonly variant: number;
};

export const anyChoice: fc.Arbitrary<Choice> = fc.record({
  version: fc.nat(VERSIONS.length - 1),
  sense: fc.nat(99),
  verb: fc.nat(1000),
  org: fc.nat(1000),
  waitDays: fc.oneof(
    { weight: 40, arbitrary: fc.constant(0) },
    { weight: 8, arbitrary: fc.nat(2) },
    { weight: 1, arbitrary: fc.nat(60) },
  ),
  careless: fc.nat(9).map((one) => one === 0),
  variant: fc.nat(1),
});

const ANYTIME = ['withdraw', 'reject', 'revoke', 'counter'];
const UNDER_WAY = [
  'draft',
  'requested',
  'under-review',
  'countered',
  'disputed',
  'agreed',
  'filed',
];

export function attemptOf(oracle: Oracle, choice: Choice): Attempt {
  const isSensible = choice.sense > 15;
  // One proposal at a time is the rule, so most steps go on with the one that is under way.
  const open = VERSIONS.find((one) => UNDER_WAY.includes(oracle.stateOf(one)));
  const version = (choice.sense % 3 > 0 ? open : undefined) ?? VERSIONS[choice.version]!;
  const possible = oracle.possible(version);
  // Ends are rare in a sensible walk, so that walks get far.
  const onward = possible.filter((verb) => choice.sense > 92 || !ANYTIME.includes(verb));
  const verbs = isSensible && onward.length > 0 ? onward : VERBS;
  const verb = verbs[choice.verb % verbs.length]!;
  const who = SPEC.get(`${oracle.stateOf(version)} ${verb}`)?.who ?? [];
  const able = ORGS.filter(
    (org) => who.includes(ROLE_OF[org] ?? 'nobody') || oracle.known.get(version)?.holders.has(org),
  );
  const orgs = isSensible && able.length > 0 ? able : ORGS;
  const org = orgs[choice.org % orgs.length]!;
  const brings = verb === 'create' || verb === 'counter';
  const standing = oracle.known.get(version);
  const content =
    brings || standing === undefined ? proposal(oracle, choice, version) : standing.content;
  const { careless } = choice;
  return {
    verb,
    version,
    org,
    role: ROLE_OF[org] ?? 'subscriber',
    content,
    contentHash: contentHash(content),
    reason: careless && choice.org % 2 === 0 ? '' : 'a reason',
    number: careless && choice.org % 3 === 0 ? '' : `N-${version}`,
    clean: !(careless && choice.org % 5 === 0),
    deployed: !(careless && choice.org % 7 === 0),
    auditWritable: !(careless && choice.org % 11 === 0),
    rowsLeft: careless ? choice.org % 2 : 0,
    stale: choice.sense < 3,
    otherKey: careless && choice.org % 4 < 2,
  };
}

function proposal(oracle: Oracle, choice: Choice, version: string): AgreementContent {
  const active = [...oracle.known].find(([, { state }]) => ['active', 'expired'].includes(state));
  const isShort = choice.org % 4 === 0;
  const base = sampleAgreement({ version });
  return {
    ...base,
    purpose: { ...base.purpose, text: `Variant ${choice.variant}` },
    validity: {
      ...base.validity,
      notAfter: isShort ? '2026-03-20T00:00:00+08:00' : base.validity.notAfter,
    },
    ...(active ? { supersedes: { version: active[0], contentHash: active[1].hash } } : {}),
  };
}

/** Walks; answers the oracle for what the walk reached. */
export async function walk(
  world: LifecycleWorld,
  choices: readonly Choice[],
  oracle = new Oracle(),
): Promise<Oracle> {
  for (const choice of choices) {
    world.nowMs += choice.waitDays * 86_400_000 + 1;
    const attempt = attemptOf(oracle, choice);
    const before = await world.chain();
    const isTaken = await world.attempt(attempt);
    const after = await world.chain();
    if (isTaken) oracle.took(attempt, after, world.nowMs);
    else expect(after.head, 'a refusal changes nothing').toBe(before.head);
    const states = [...oracle.known].map(([version, { state }]) => [version, state]);
    expect([...after.lines].map(([version, { state }]) => [version, state])).toEqual(states);
  }
  return oracle;
}

export const WALK_BEGINS_MS = Date.parse(NOT_BEFORE) - 3 * 86_400_000;
