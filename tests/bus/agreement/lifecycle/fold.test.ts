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
import type { SignedEvent } from '../../../../bus/agreement/lifecycle/verbs.ts';
import {
  newSigningKey,
  publicKeyOf,
  type OrgSigningKey,
} from '../../../../bus/agreement/signature/keys.ts';
import { verifyStatement } from '../../../../bus/agreement/signature/signature.ts';
import {
  AUTHORITY,
  PROVIDER,
  SAMPLE_ID,
  sampleAgreement,
  SUBSCRIBER,
} from '../../../support/lifecycle/sample-agreement.ts';

const hash = contentHash(sampleAgreement());
const line = { version: '1.0.0', contentHash: hash };
const DRAFTS: readonly Draft[] = [
  { ...line, verb: 'create', org: SUBSCRIBER, role: 'subscriber' },
  { ...line, verb: 'submit', org: SUBSCRIBER, role: 'subscriber' },
  { ...line, verb: 'approve', org: AUTHORITY, role: 'authority' },
  { ...line, verb: 'sign', org: SUBSCRIBER, role: 'subscriber' },
  { ...line, verb: 'sign', org: PROVIDER, role: 'provider' },
  { ...line, verb: 'file', org: AUTHORITY, role: 'authority', data: { number: 'N-1' } },
];

let key: OrgSigningKey;
let events: readonly SignedEvent[];

beforeAll(async () => {
  key = await newSigningKey(SUBSCRIBER);
  events = await signDrafts(
    { agreementId: SAMPLE_ID, chain: EMPTY_CHAIN, nowMs: Date.parse('2026-03-01T00:00:00Z') },
    DRAFTS,
    (event) => signEvent(event, key),
  );
});

function fault(chain: readonly SignedEvent[]): string {
  try {
    foldEvents(chain);
    return '';
  } catch (error) {
    if (isBusError(error, 'LIFECYCLE_CHAIN_BROKEN')) return String(error.details['position']);
    throw error;
  }
}

describe('a chain of events', () => {
  test('folds into the state of its versions', () => {
    const chain = foldEvents(events);
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
    expect(foldEvents(again)).toEqual(foldEvents(events));
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
      '5',
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

  test('a signature covers every field of its event', async () => {
    const event = events[5]!;
    const keys = [publicKeyOf(key)];
    await expect(verifyStatement(event.jws, statementOf(event), keys)).resolves.toMatchObject({
      orgId: SUBSCRIBER,
    });
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
        verifyStatement(event.jws, statementOf({ ...event, ...change }), keys),
        JSON.stringify(change),
      ).rejects.toMatchObject({ code: 'AGREEMENT_SIGNATURE_INVALID' });
    }
  });
});
