import { beforeAll, describe, expect, test } from 'vitest';
import { isBusError } from '../../../../bus/base/errors.ts';
import { contentHash } from '../../../../bus/agreement/canonical/canonical.ts';
import { signDrafts, type Draft } from '../../../../bus/agreement/lifecycle/activation.ts';
import {
  eventHash,
  eventPayload,
  parseEventPayload,
  signEvent,
  statementOf,
} from '../../../../bus/agreement/lifecycle/event.ts';
import { EMPTY_CHAIN, foldEvents } from '../../../../bus/agreement/lifecycle/fold.ts';
import type { LifecycleEvent, SignedEvent } from '../../../../bus/agreement/lifecycle/verbs.ts';
import {
  newSigningKey,
  publicKeyOf,
  type OrgSigningKey,
} from '../../../../bus/agreement/signature/keys.ts';
import { verifyStatement } from '../../../../bus/agreement/signature/signature.ts';
import {
  AUTHORITY,
  keyIdsOf,
  PROVIDER,
  SAMPLE_ID,
  sampleAgreement,
  SUBSCRIBER,
} from '../../../support/lifecycle/sample-agreement.ts';

const content = sampleAgreement();
const hash = contentHash(content);
const contents = new Map([[hash, content]]);
const line = { version: '1.0.0', contentHash: hash };
const DRAFTS: readonly Draft[] = [
  { ...line, verb: 'create', org: SUBSCRIBER, role: 'subscriber' },
  { ...line, verb: 'submit', org: SUBSCRIBER, role: 'subscriber' },
  { ...line, verb: 'approve', org: AUTHORITY, role: 'authority' },
  { ...line, verb: 'sign', org: SUBSCRIBER, role: 'subscriber' },
  { ...line, verb: 'sign', org: PROVIDER, role: 'provider' },
  { ...line, verb: 'file', org: AUTHORITY, role: 'authority', data: { number: 'N-1' } },
];

/** By key id. */
const keys = new Map<string, OrgSigningKey>();
let events: readonly SignedEvent[];

beforeAll(async () => {
  for (const org of [SUBSCRIBER, PROVIDER, AUTHORITY]) {
    for (const kid of Object.values(keyIdsOf(org))) keys.set(kid, await newSigningKey(org, kid));
  }
  events = await signedWith(({ org }) => keyIdsOf(org).named);
});

/** The whole chain, each event signed with the key that `kidOf` says. */
function signedWith(kidOf: (event: LifecycleEvent) => string): Promise<readonly SignedEvent[]> {
  return signDrafts(
    { agreementId: SAMPLE_ID, chain: EMPTY_CHAIN, nowMs: Date.parse('2026-03-01T00:00:00Z') },
    DRAFTS,
    (event) => signEvent(event, keys.get(kidOf(event))!),
  );
}

function fault(chain: readonly SignedEvent[]): string {
  try {
    foldEvents(chain, contents);
    return '';
  } catch (error) {
    if (isBusError(error, 'LIFECYCLE_CHAIN_BROKEN')) return String(error.details['position']);
    throw error;
  }
}

describe('a chain of events', () => {
  test('folds into the state of its versions', () => {
    const chain = foldEvents(events, contents);
    expect(chain.head).toBe(eventHash(events.at(-1)!));
    expect(chain.lines.get('1.0.0')).toMatchObject({
      state: 'filed',
      contentHash: hash,
      signed: ['provider', 'subscriber'],
      filing: { number: 'N-1', org: AUTHORITY },
    });
  });

  test('is the same after it was written down and read again', () => {
    const again = events.map((event) => parseEventPayload(eventPayload(event)));
    expect(again).toEqual(events);
    expect(foldEvents(again, contents)).toEqual(foldEvents(events, contents));
  });

  test.each([
    ['an event was removed', (all: SignedEvent[]) => all.toSpliced(2, 1), '3'],
    ['the first was removed', (all: SignedEvent[]) => all.slice(1), '1'],
    ['two were swapped', (all: SignedEvent[]) => all.with(3, all[4]!).with(4, all[3]!), '4'],
    ['one was put in twice', (all: SignedEvent[]) => all.toSpliced(3, 0, all[3]!), '5'],
    [
      'a reason was written into one',
      (all: SignedEvent[]) => all.with(1, { ...all[1]!, reason: 'x' }),
      '3',
    ],
    [
      'another content was put in',
      (all: SignedEvent[]) => all.with(3, { ...all[3]!, contentHash: '$1$other' }),
      '4',
    ],
    [
      'a signature was exchanged',
      (all: SignedEvent[]) => all.with(2, { ...all[2]!, jws: all[1]!.jws }),
      '4',
    ],
    [
      'time goes back',
      (all: SignedEvent[]) => all.with(5, { ...all[5]!, time: '2020-01-01T00:00:00.000Z' }),
      '6',
    ],
    [
      'the last is one that the state does not allow',
      (all: SignedEvent[]) => all.with(5, { ...all[5]!, verb: 'activate', role: 'bus' as const }),
      '6',
    ],
    [
      'the last was done by one who may not',
      (all: SignedEvent[]) => all.with(5, { ...all[5]!, role: 'provider' as const }),
      '6',
    ],
  ])('%s: it is found', (_what, change, position) => {
    expect(fault(change([...events]))).toBe(position);
  });

  test.each([
    ['sign', 'subscriber', '4'],
    ['sign', 'provider', '5'],
  ] as const)(
    '%s by another key of the %s than the document names: it is found',
    async (verb, role, position) => {
      const forged = await signedWith((event) => {
        const { named, other } = keyIdsOf(event.org);
        return event.verb === verb && event.role === role ? other : named;
      });
      expect(fault(forged)).toBe(position);
    },
  );

  test('whatever else an organization does, it does with any of its keys', async () => {
    const others = await signedWith(({ org, verb }) => {
      const { named, other } = keyIdsOf(org);
      return verb === 'sign' ? named : other;
    });
    expect(fault(others)).toBe('');
  });

  test('an acceptance of a document that is not there proves nothing', () => {
    expect(() => foldEvents(events, new Map())).toThrow(/position 4: .*no such document/);
  });

  test('a signature covers every field of its event', async () => {
    const event = events[5]!;
    const publicKeys = [...keys.values()].map(publicKeyOf);
    await expect(verifyStatement(event.jws, statementOf(event), publicKeys)).resolves.toMatchObject(
      {
        orgId: AUTHORITY,
      },
    );
    const changes: readonly Partial<SignedEvent>[] = [
      { agreementId: 'x' },
      { version: '9.9.9' },
      { contentHash: 'x' },
      { verb: 'revoke' },
      { org: PROVIDER },
      { role: 'provider' },
      { time: '2026-03-01T00:00:00.001Z' },
      { reason: 'x' },
      { data: { number: 'N-2' } },
      { previousEventHash: null },
    ];
    const fields = Object.keys(event).filter((name) => name !== 'jws');
    expect(changes.flatMap((change) => Object.keys(change)).toSorted()).toEqual(fields.toSorted());
    for (const change of changes) {
      await expect(
        verifyStatement(event.jws, statementOf({ ...event, ...change }), publicKeys),
        JSON.stringify(change),
      ).rejects.toMatchObject({ code: 'AGREEMENT_SIGNATURE_INVALID' });
    }
  });
});
