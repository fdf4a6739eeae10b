import { describe, expect, test } from 'vitest';
import { eventHash, eventPayload, signEvent } from '../../../bus/agreement/lifecycle/event.ts';
import type { SignedEvent } from '../../../bus/agreement/lifecycle/verbs.ts';
import { isBusError } from '../../../bus/base/errors.ts';
import { readAgreement } from '../../../bus/control/record.ts';
import { verifyChain, verifyChains } from '../../../bus/control/verify-chain.ts';
import { testStack } from '../../support/env.ts';
import {
  controlRig,
  fileAgreement,
  type ControlRig,
} from '../../support/lifecycle/control-world.ts';
import {
  keyIdsOf,
  NOT_BEFORE,
  PROVIDER,
  SAMPLE_ID,
  sampleAgreement,
} from '../../support/lifecycle/sample-agreement.ts';

const stack = await testStack('tamper');
const nowMs = () => Date.parse(NOT_BEFORE);

async function filed(name: string): Promise<ControlRig> {
  const rig = await controlRig(stack, name);
  await fileAgreement(rig, rig.control({ nowMs }), sampleAgreement());
  return rig;
}

describe('what was altered behind the store’s back', () => {
  test.each<[string, string, RegExp]>([
    ['event', 'DELETE FROM agreement_event WHERE position = 4', /position 4/],
    ['last', 'DELETE FROM agreement_event WHERE position = 6', /end at 5, and 6 were noted/],
    [
      'reason',
      `UPDATE agreement_event SET payload = JSON_SET(payload, '$.reason', 'other') WHERE position = 2`,
      /position 3/,
    ],
    [
      'number',
      `UPDATE agreement_event SET payload = JSON_SET(payload, '$.data.number', 'X') WHERE position = 6`,
      /event 6: .*do not belong together/,
    ],
    ['state', `UPDATE agreement_state SET state = 'active'`, /1\.0\.0 is filed by its events/],
    [
      'more',
      `INSERT INTO agreement_state SELECT agreement_id, '9.0.0', 'active', content_hash, 1, '' FROM agreement_state`,
      /9\.0\.0 has a state and no events/,
    ],
    [
      'content',
      `UPDATE agreement_document SET content = REPLACE(content, 'A test', 'Another')`,
      /document .* was changed/,
    ],
    ['document', 'DELETE FROM agreement_document', /its document .* is missing/],
  ])('%s: found', async (name, sql, fault) => {
    const rig = await filed(name);
    expect(await verifyChain(rig.control(), SAMPLE_ID)).toMatchObject({ events: 6, faults: [] });
    await rig.root.execute(sql);
    const [report] = await verifyChains(rig.control());
    expect(report!.faults.join('\n')).toMatch(fault);
  });

  test('an acceptance by another key of the party, written in whole and validly signed: found', async () => {
    const rig = await filed('signer');
    const { events } = await readAgreement(rig.writer, SAMPLE_ID);
    // Somebody with the administrator's password and the organization's other key writes the chain anew.
    const forged: SignedEvent[] = [];
    for (const { jws: _jws, ...event } of events) {
      const { named, other } = keyIdsOf(event.org);
      const isForged = event.verb === 'sign' && event.role === 'provider';
      const before = forged.at(-1);
      const previousEventHash = before === undefined ? null : eventHash(before);
      const key = rig.keys.get(isForged ? other : named)!;
      forged.push(await signEvent({ ...event, previousEventHash }, key));
    }
    for (const [index, event] of forged.entries()) {
      await rig.root.execute(
        'UPDATE agreement_event SET payload = ?, event_hash = ?, previous_hash = ? WHERE position = ?',
        [eventPayload(event), eventHash(event), event.previousEventHash ?? '', index + 1],
      );
    }
    await rig.root.execute('UPDATE agreement SET head_hash = ?', [eventHash(forged.at(-1)!)]);
    const { faults } = await verifyChain(rig.control(), SAMPLE_ID);
    const { named, other } = keyIdsOf(PROVIDER);
    expect(faults).toEqual([
      expect.stringContaining(`position 5: ${PROVIDER} accepts with ${named}, and ${other} signed`),
    ]);
    await expect(readAgreement(rig.writer, SAMPLE_ID)).rejects.toMatchObject({
      code: 'LIFECYCLE_CHAIN_BROKEN',
    });
  });

  test('with an event gone the agreement cannot be read, let alone be changed', async () => {
    const rig = await filed('gone');
    await rig.root.execute('DELETE FROM agreement_event WHERE position = 1');
    await expect(readAgreement(rig.writer, SAMPLE_ID)).rejects.toMatchObject({
      code: 'LIFECYCLE_CHAIN_BROKEN',
    });
  });

  test.each<[string, 'writer' | 'reader', string]>([
    ['remove an event', 'writer', 'DELETE FROM agreement_event'],
    ['change an event', 'writer', `UPDATE agreement_event SET verb = 'sign'`],
    ['change a document', 'writer', `UPDATE agreement_document SET content = ''`],
    ['remove a state', 'writer', 'DELETE FROM agreement_state'],
    ['free a filing number', 'writer', 'DELETE FROM agreement_filing'],
    ['wipe out drift', 'writer', 'DELETE FROM drift'],
    ['unmake who asked for a copy', 'writer', 'DELETE FROM resync'],
    ['change why a copy was asked for', 'writer', `UPDATE resync SET reason = ''`],
    ['empty the chain', 'writer', 'TRUNCATE TABLE agreement_event'],
    ['change a table', 'writer', 'ALTER TABLE drift ADD COLUMN x INT'],
    ['change a state', 'reader', `UPDATE agreement_state SET state = 'active'`],
    ['deploy', 'reader', 'UPDATE deployment SET generation = 9'],
    ['read signed events', 'reader', 'SELECT * FROM agreement_event'],
  ])('nobody may %s (%s)', async (_what, user, sql) => {
    const rig = await rights;
    const error: unknown = await rig[user].execute(sql).catch((thrown: unknown) => thrown);
    expect(isBusError(error, 'SQL_ACCESS_DENIED')).toBe(true);
  });
});

const rights = filed('rights');
