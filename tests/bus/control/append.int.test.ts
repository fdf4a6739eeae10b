import { describe, expect, test } from 'vitest';
import { contentHash } from '../../../bus/agreement/canonical/canonical.ts';
import { signDrafts, type Draft } from '../../../bus/agreement/lifecycle/activation.ts';
import { eventHash, signEvent } from '../../../bus/agreement/lifecycle/event.ts';
import { BusError, isBusError } from '../../../bus/base/errors.ts';
import { act, bringAbout } from '../../../bus/control/act.ts';
import { appendEvents } from '../../../bus/control/append.ts';
import { readAgreement } from '../../../bus/control/record.ts';
import { verifyChain } from '../../../bus/control/verify-chain.ts';
import type { SqlDatabase } from '../../../bus/sql/sql.ts';
import { testStack } from '../../support/env.ts';
import { controlRig, deploy, fileAgreement } from '../../support/lifecycle/control-world.ts';
import {
  AUTHORITY,
  keyIdsOf,
  NOT_BEFORE,
  PROVIDER,
  SAMPLE_ID,
  sampleAgreement,
  STRANGER,
  SUBSCRIBER,
} from '../../support/lifecycle/sample-agreement.ts';

const stack = await testStack('append');
const content = sampleAgreement();
const hash = contentHash(content);
const line = { version: '1.0.0', contentHash: hash };
const nowMs = () => Date.parse(NOT_BEFORE) + 1;

const suspend: Draft = { ...line, verb: 'suspend', org: PROVIDER, role: 'provider', reason: 'r' };
const resume: Draft = { ...line, verb: 'resume', org: PROVIDER, role: 'provider', reason: 'r' };

async function active(name: string) {
  const rig = await controlRig(stack, name);
  const control = rig.control({ nowMs });
  await fileAgreement(rig, control, content);
  await deploy(control, content);
  const busKey = rig.key('CIVICBUS');
  await bringAbout(control, {
    agreementId: SAMPLE_ID,
    version: '1.0.0',
    verb: 'activate',
    key: busKey,
  });
  return { rig, control, busKey };
}

describe('taking events in', () => {
  test('an agreement runs from draft to force, and is found by its name', async () => {
    const { rig, control } = await active('run');
    const record = await readAgreement(rig.writer, 'sample-pair');
    expect(record.chain.lines.get('1.0.0')).toMatchObject({
      state: 'active',
      filing: { number: `${SAMPLE_ID}-1.0.0` },
    });
    expect(record.events.map(({ verb }) => verb)).toEqual([
      'create',
      'submit',
      'approve',
      'sign',
      'sign',
      'file',
      'activate',
    ]);
    expect(await verifyChain(control, SAMPLE_ID)).toMatchObject({ events: 7, faults: [] });
    await expect(readAgreement(rig.writer, 'nobody')).rejects.toMatchObject({
      code: 'LIFECYCLE_UNKNOWN',
    });
  });

  test('an old resume that was signed and is played again is refused', async () => {
    const { rig, control } = await active('replay');
    const put = (draft: Draft) =>
      act(control, { agreementId: SAMPLE_ID, key: rig.key(PROVIDER), drafts: () => [draft] });
    await put(suspend);
    const resumed = await put(resume);
    const old = resumed.events.at(-1)!;
    expect(old.verb).toBe('resume');
    const again = await put(suspend);
    await expect(
      appendEvents(control, { agreementId: SAMPLE_ID, events: [old] }),
    ).rejects.toMatchObject({ code: 'LIFECYCLE_STALE' });
    const after = await readAgreement(rig.writer, SAMPLE_ID);
    expect(after.chain.head).toBe(again.chain.head);
    expect(after.chain.lines.get('1.0.0')?.state).toBe('suspended');
  });

  test('of events that are signed at the same time each is taken in once, one after the other', async () => {
    const { rig, control } = await active('rush');
    const RUSH = 12;
    const outcomes = await Promise.allSettled(
      Array.from({ length: RUSH }, (_, index) => {
        const [org, role] =
          index % 2 === 0
            ? ([PROVIDER, 'provider'] as const)
            : ([SUBSCRIBER, 'subscriber'] as const);
        return act(control, {
          agreementId: SAMPLE_ID,
          key: rig.key(org),
          drafts: () => [{ ...suspend, org, role }],
        });
      }),
    );
    // Each party can hold once: everything else was refused by the guard, on what stood then.
    const taken = outcomes.filter(({ status }) => status === 'fulfilled');
    expect(taken).toHaveLength(2);
    const reasons = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    const isRefusal = (reason: unknown) =>
      isBusError(reason, 'LIFECYCLE_GUARDED', 'LIFECYCLE_STALE');
    expect(reasons.filter((reason) => !isRefusal(reason))).toEqual([]);
    expect(await verifyChain(control, SAMPLE_ID)).toMatchObject({ events: 9, faults: [] });
  });

  test.each([
    ['it had happened', true],
    ['it had not', false],
  ])(
    'a commit whose answer was lost is looked up: %s, and the event is there once',
    async (_what, hadHappened) => {
      const { rig, control } = await active(hadHappened ? 'happened' : 'lost');
      let isFirst = true;
      const db: SqlDatabase = {
        query: (sql, values) => control.db.query(sql, values),
        execute: (sql, values) => control.db.execute(sql, values),
        close: () => control.db.close(),
        async transaction(work, isolation) {
          if (!isFirst) return control.db.transaction(work, isolation);
          isFirst = false;
          const cut = new BusError('SQL_COMMIT_UNKNOWN', {});
          await control.db.transaction(async (session) => {
            const result = await work(session);
            if (!hadHappened) throw cut;
            return result;
          });
          throw cut;
        },
      };
      const after = await act(
        { ...control, db },
        { agreementId: SAMPLE_ID, key: rig.key(PROVIDER), drafts: () => [suspend] },
      );
      expect(after.chain.lines.get('1.0.0')).toMatchObject({ state: 'suspended' });
      expect(await verifyChain(control, SAMPLE_ID)).toMatchObject({ events: 8, faults: [] });
    },
  );

  test('two events that were signed after the same one: one of them is refused', async () => {
    const { rig, control } = await active('fork');
    const { chain } = await readAgreement(rig.writer, SAMPLE_ID);
    const at = { agreementId: SAMPLE_ID, chain, nowMs: nowMs() };
    const signed = (draft: Draft) =>
      signDrafts(at, [draft], (event) => signEvent(event, rig.key(draft.org)));
    const [first, second] = [
      await signed(suspend),
      await signed({ ...suspend, org: SUBSCRIBER, role: 'subscriber' }),
    ];
    const outcomes = await Promise.allSettled(
      [first, second].map((events) => appendEvents(control, { agreementId: SAMPLE_ID, events })),
    );
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const heads = [first, second].map((events) => eventHash(events[0]!));
    expect(heads).toContain((await readAgreement(rig.writer, SAMPLE_ID)).chain.head);
  });

  test.each<[string, string, string, Partial<Draft>]>([
    ['another signs for the provider', STRANGER, 'LIFECYCLE_SIGNER_WRONG', {}],
    [
      'a stranger claims to be the provider',
      STRANGER,
      'LIFECYCLE_NOT_PERMITTED',
      { org: STRANGER },
    ],
    ['the authority has no part in signing', AUTHORITY, 'LIFECYCLE_IMPOSSIBLE', { verb: 'sign' }],
    ['no reason is given', PROVIDER, 'LIFECYCLE_GUARDED', { reason: '' }],
    [
      'it speaks of another content',
      PROVIDER,
      'LIFECYCLE_CONTENT_UNKNOWN',
      { contentHash: '$1$other' },
    ],
    [
      'nobody but the bus’s clock lets it expire',
      PROVIDER,
      'LIFECYCLE_NOT_PERMITTED',
      { verb: 'expire' },
    ],
    [
      'it claims the bus’s role',
      PROVIDER,
      'LIFECYCLE_NOT_PERMITTED',
      { verb: 'expire', role: 'bus' },
    ],
    [
      'it is not expired yet',
      'CIVICBUS',
      'LIFECYCLE_GUARDED',
      { verb: 'expire', role: 'bus', org: 'CIVICBUS' },
    ],
  ])('%s: refused, and nothing changes', async (_what, signer, code, changes) => {
    const { rig, control } = await shared;
    const before = await readAgreement(rig.writer, SAMPLE_ID);
    const draft = { ...suspend, ...changes };
    const org = code === 'LIFECYCLE_IMPOSSIBLE' ? { org: signer } : {};
    await expect(
      act(control, {
        agreementId: SAMPLE_ID,
        key: rig.key(signer),
        drafts: () => [{ ...draft, ...org }],
      }),
    ).rejects.toMatchObject({ code });
    expect(await readAgreement(rig.writer, SAMPLE_ID)).toEqual(before);
  });

  test.each<[string, 'provider' | 'subscriber', string, string]>([
    ['another key of the provider', 'provider', PROVIDER, keyIdsOf(PROVIDER).other],
    ['another key of the subscriber', 'subscriber', SUBSCRIBER, keyIdsOf(SUBSCRIBER).other],
    ['the key of its delegate', 'subscriber', STRANGER, keyIdsOf(STRANGER).named],
  ])('%s accepts nothing', async (_what, role, org, kid) => {
    const { rig, control, delegated, put } = await underReview;
    const sign = {
      version: '1.0.0',
      contentHash: contentHash(delegated),
      verb: 'sign',
      role,
    } as const;
    const before = await readAgreement(rig.writer, SAMPLE_ID);
    const party = role === 'provider' ? PROVIDER : SUBSCRIBER;
    await expect(put({ ...sign, org }, kid)).rejects.toMatchObject({
      code: 'LIFECYCLE_SIGNER_NOT_NAMED',
      details: { party, named: keyIdsOf(party).named, used: kid },
    });
    expect(await readAgreement(rig.writer, SAMPLE_ID)).toEqual(before);
    expect(await verifyChain(control, SAMPLE_ID)).toMatchObject({ faults: [] });
  });

  test('a filing number belongs to one agreement', async () => {
    const rig = await controlRig(stack, 'number');
    const control = rig.control({ nowMs });
    await fileAgreement(rig, control, content);
    const other = sampleAgreement({ id: '11111111-1111-4111-8111-111111111111', name: 'other' });
    await expect(fileAgreement(rig, control, other)).resolves.toBeDefined();
    const third = sampleAgreement({ id: '22222222-2222-4222-8222-222222222222', name: 'third' });
    const thirdLine = { version: '1.0.0', contentHash: contentHash(third) };
    const put = (draft: Draft) =>
      act(control, {
        agreementId: third.id,
        documents: [third],
        key: rig.key(draft.org),
        drafts: () => [draft],
      });
    await put({ ...thirdLine, verb: 'create', org: SUBSCRIBER, role: 'subscriber' });
    await put({ ...thirdLine, verb: 'submit', org: SUBSCRIBER, role: 'subscriber' });
    await put({ ...thirdLine, verb: 'approve', org: AUTHORITY, role: 'authority' });
    await put({ ...thirdLine, verb: 'sign', org: SUBSCRIBER, role: 'subscriber' });
    await put({ ...thirdLine, verb: 'sign', org: PROVIDER, role: 'provider' });
    const file = (number: string) =>
      put({ ...thirdLine, verb: 'file', org: AUTHORITY, role: 'authority', data: { number } });
    await expect(file(`${SAMPLE_ID}-1.0.0`)).rejects.toMatchObject({ code: 'LIFECYCLE_GUARDED' });
    await expect(file('free')).resolves.toBeDefined();
  });

  test('a name belongs to one agreement', async () => {
    const { rig, control } = await shared;
    const other = sampleAgreement({ id: '33333333-3333-4333-8333-333333333333' });
    await expect(fileAgreement(rig, control, other)).rejects.toMatchObject({
      code: 'LIFECYCLE_NAME_TAKEN',
    });
  });
});

const shared = active('shared');

/** Under review, with a delegate of the subscriber; `put` takes any key, and all but signatures are by other ones. */
const underReview = (async () => {
  const rig = await controlRig(stack, 'signer');
  const control = rig.control({ nowMs });
  const delegate = { orgId: STRANGER, onBehalfOf: 'subscriber', until: '2026-05-30' } as const;
  const delegated = sampleAgreement({ delegate });
  const put = (draft: Draft, kid: string) =>
    act(control, {
      agreementId: SAMPLE_ID,
      documents: [delegated],
      key: rig.keys.get(kid)!,
      drafts: () => [draft],
    });
  const its = { version: '1.0.0', contentHash: contentHash(delegated) };
  const steps = [
    { verb: 'create', org: STRANGER, role: 'subscriber' },
    { verb: 'submit', org: SUBSCRIBER, role: 'subscriber' },
    { verb: 'approve', org: AUTHORITY, role: 'authority' },
  ] as const;
  for (const step of steps) await put({ ...its, ...step }, keyIdsOf(step.org).other);
  return { rig, control, delegated, put };
})();
