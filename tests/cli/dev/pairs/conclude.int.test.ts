import { expect, test } from 'vitest';
import { AGREEMENT_STATES } from '../../../../bus/agreement/agreement.ts';
import { contentHash } from '../../../../bus/agreement/canonical/canonical.ts';
import { lineOf } from '../../../../bus/agreement/lifecycle/fold.ts';
import { act } from '../../../../bus/control/act.ts';
import { readRecord } from '../../../../bus/control/record.ts';
import { verifyChain } from '../../../../bus/control/verify-chain.ts';
import { conclude, nextTurn } from '../../../../cli/dev/pairs/conclude.ts';
import { testStack } from '../../../support/env.ts';
import { controlRig, type ControlRig } from '../../../support/lifecycle/control-world.ts';
import {
  AUTHORITY,
  NOT_BEFORE,
  SAMPLE_ID,
  sampleAgreement,
  SUBSCRIBER,
} from '../../../support/lifecycle/sample-agreement.ts';

const stack = await testStack('conclude');
const content = sampleAgreement();
const nowMs = () => Date.parse(NOT_BEFORE);

const concluding = (rig: ControlRig) => ({
  control: rig.control({ nowMs }),
  keyOf: async (org: string) => rig.key(org),
});

async function lineIn(rig: ControlRig) {
  const record = await readRecord(rig.writer, { agreementId: SAMPLE_ID, name: content.name });
  return lineOf(record.chain, content.version);
}

test('the parties bring an agreement to where the bus takes over, each with its own signature', async () => {
  const rig = await controlRig(stack, 'whole');
  expect(await conclude(content, concluding(rig))).toBe(6);
  const line = await lineIn(rig);
  expect(line).toMatchObject({ state: 'filed', signed: ['provider', 'subscriber'] });
  expect(line.filing?.org).toBe(AUTHORITY);
  expect(await verifyChain(rig.control(), SAMPLE_ID)).toMatchObject({ events: 6, faults: [] });
});

test('done again it adds nothing', async () => {
  const rig = await controlRig(stack, 'again');
  await conclude(content, concluding(rig));
  expect(await conclude(content, concluding(rig))).toBe(0);
});

test('a start that was cut off goes on where it stood', async () => {
  const rig = await controlRig(stack, 'cut');
  const begun = { version: content.version, contentHash: contentHash(content) };
  await act(rig.control({ nowMs }), {
    agreementId: SAMPLE_ID,
    documents: [content],
    key: rig.key(SUBSCRIBER),
    drafts: () => [{ ...begun, verb: 'create', org: SUBSCRIBER, role: 'subscriber' }],
  });
  expect(await conclude(content, concluding(rig))).toBe(5);
  expect((await lineIn(rig)).state).toBe('filed');
});

test('what somebody withdrew, rejected or ended is nobody’s turn any more', () => {
  const open = new Set(['draft', 'requested', 'under-review', 'agreed']);
  for (const state of AGREEMENT_STATES)
    expect(nextTurn({ state, signed: [] }) !== undefined, state).toBe(open.has(state));
});
