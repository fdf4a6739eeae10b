import { describe, expect, test } from 'vitest';
import { contentHash } from '../../../bus/agreement/canonical/canonical.ts';
import { BUS_ORG } from '../../../bus/agreement/lifecycle/verbs.ts';
import { act, bringAbout, confirmPurge, suspendByBus } from '../../../bus/control/act.ts';
import type { Control } from '../../../bus/control/control.ts';
import { bumpGeneration, readDeployments } from '../../../bus/control/deployments.ts';
import { readControlState } from '../../../bus/control/list.ts';
import { readControlVersion, readPairs } from '../../../bus/control/pairs.ts';
import { readResyncs } from '../../../bus/control/resyncs.ts';
import { readAgreement } from '../../../bus/control/record.ts';
import { testStack } from '../../support/env.ts';
import {
  controlRig,
  deploy,
  fileAgreement,
  type ControlRig,
} from '../../support/lifecycle/control-world.ts';
import {
  NOT_AFTER,
  NOT_BEFORE,
  PROVIDER,
  SAMPLE_ID,
  sampleAgreement,
} from '../../support/lifecycle/sample-agreement.ts';

const stack = await testStack('activate');
const first = sampleAgreement();
const second = sampleAgreement({
  version: '2.0.0',
  supersedes: { version: '1.0.0', contentHash: contentHash(first) },
});
const BEGIN = Date.parse(NOT_BEFORE);

async function place(name: string) {
  const rig = await controlRig(stack, name);
  const time = { nowMs: BEGIN - 1 };
  return { rig, time, control: rig.control({ nowMs: () => time.nowMs }) };
}

function bus(
  rig: ControlRig,
  control: Control,
  verb: 'activate' | 'expire' | 'purge',
  version = '1.0.0',
) {
  return bringAbout(control, { agreementId: SAMPLE_ID, version, verb, key: rig.key('CIVICBUS') });
}

async function states(rig: ControlRig): Promise<Record<string, string>> {
  const { chain } = await readAgreement(rig.writer, SAMPLE_ID);
  return Object.fromEntries([...chain.lines].map(([version, { state }]) => [version, state]));
}

describe('coming into force', () => {
  test('not before its day, not before it is deployed, and then at once', async () => {
    const { rig, time, control } = await place('force');
    await fileAgreement(rig, control, first);
    await expect(bus(rig, control, 'activate')).rejects.toMatchObject({
      code: 'LIFECYCLE_GUARDED',
      message: expect.stringMatching(/not before, and .* not deployed yet/),
    });
    time.nowMs = BEGIN;
    await deploy(control, second);
    await expect(bus(rig, control, 'activate')).rejects.toMatchObject({
      code: 'LIFECYCLE_GUARDED',
    });
    await deploy(control, first);
    expect((await readPairs(rig.reader)).pairs, 'filed is not delivered').toEqual([]);
    await bus(rig, control, 'activate');
    expect(await readPairs(rig.reader)).toMatchObject({
      pairs: [{ agreementId: SAMPLE_ID, state: 'active', generation: 1, keySchemaId: 1 }],
    });
  });

  test('a new version takes over in one step: no reader ever sees both or neither', async () => {
    const { rig, time, control } = await place('switch');
    await fileAgreement(rig, control, first);
    time.nowMs = BEGIN;
    await deploy(control, first);
    await bus(rig, control, 'activate');
    await fileAgreement(rig, control, second);
    await deploy(control, second, 2);
    const seen: string[][] = [];
    let isOver = false;
    const look = async () => {
      const { pairs } = await readPairs(rig.reader);
      seen.push(pairs.map(({ version, state }) => `${version} ${state}`));
    };
    await look();
    const watching = (async () => {
      while (!isOver) await look();
    })();
    await bus(rig, control, 'activate', '2.0.0');
    isOver = true;
    await watching;
    await look();
    expect(new Set(seen.map((one) => one.join()))).toEqual(
      new Set(['1.0.0 active', '2.0.0 active']),
    );
    expect(await states(rig)).toEqual({ '1.0.0': 'superseded', '2.0.0': 'active' });
    const { chain } = await readAgreement(rig.writer, SAMPLE_ID);
    expect(chain.lines.get('1.0.0')).toMatchObject({ supersededBy: '2.0.0' });
  });

  test('a suspended version lets no other take its place', async () => {
    const { rig, time, control } = await place('blocked');
    await fileAgreement(rig, control, first);
    time.nowMs = BEGIN;
    await deploy(control, first);
    await bus(rig, control, 'activate');
    await fileAgreement(rig, control, second);
    await deploy(control, second, 2);
    const key = rig.key('CIVICBUS');
    await suspendByBus(control, {
      agreementId: SAMPLE_ID,
      version: '1.0.0',
      reason: 'the audit record cannot be written',
      key,
    });
    await expect(bus(rig, control, 'activate', '2.0.0')).rejects.toMatchObject({
      code: 'LIFECYCLE_GUARDED',
    });
    expect(await states(rig)).toEqual({ '1.0.0': 'suspended', '2.0.0': 'filed' });
  });

  test('it expires at its time and not before, is cleared, and closes with the receipt', async () => {
    const { rig, time, control } = await place('expiry');
    await fileAgreement(rig, control, first);
    time.nowMs = BEGIN;
    await deploy(control, first);
    await bus(rig, control, 'activate');
    time.nowMs = Date.parse(NOT_AFTER) - 1;
    await expect(bus(rig, control, 'expire')).rejects.toMatchObject({ code: 'LIFECYCLE_GUARDED' });
    time.nowMs += 1;
    await bus(rig, control, 'expire');
    await bus(rig, control, 'purge');
    expect(await readPairs(rig.reader)).toMatchObject({ pairs: [{ state: 'purging' }] });
    const confirm = (rowsLeft: number) =>
      confirmPurge(control, {
        agreementId: SAMPLE_ID,
        key: rig.key('CIVICBUS'),
        receipt: { rowsLeft, rowsDeleted: 9, proof: 'hash' },
      });
    await expect(confirm(1)).rejects.toMatchObject({ code: 'LIFECYCLE_GUARDED' });
    await confirm(0);
    expect(await states(rig)).toEqual({ '1.0.0': 'closed' });
    expect((await readPairs(rig.reader)).pairs).toEqual([]);
    await expect(confirm(0)).rejects.toMatchObject({ code: 'LIFECYCLE_VERSION_UNKNOWN' });
  });

  test('without an audit record nothing comes into force and nothing is resumed', async () => {
    const { rig, time, control } = await place('audit');
    const blind = rig.control({
      nowMs: () => time.nowMs,
      checks: { isAuditWritable: async () => false },
    });
    await fileAgreement(rig, blind, first);
    time.nowMs = BEGIN;
    await deploy(blind, first);
    await expect(bus(rig, blind, 'activate')).rejects.toMatchObject({ code: 'LIFECYCLE_GUARDED' });
    await bus(rig, control, 'activate');
    const provider = (verb: 'suspend' | 'resume', by: Control) =>
      act(by, {
        agreementId: SAMPLE_ID,
        key: rig.key(PROVIDER),
        drafts: () => [
          {
            version: '1.0.0',
            contentHash: contentHash(first),
            verb,
            org: PROVIDER,
            role: 'provider',
            reason: 'r',
          },
        ],
      });
    await expect(provider('suspend', blind), 'stopping always works').resolves.toBeDefined();
    await expect(provider('resume', blind)).rejects.toMatchObject({ code: 'LIFECYCLE_GUARDED' });
    await expect(provider('resume', control)).resolves.toBeDefined();
  });
});

describe('deployments', () => {
  test('a whole copy is asked for by a generation that the agreement never had', async () => {
    const { rig, control } = await place('generation');
    await deploy(control, first, 4);
    await deploy(control, second, 5);
    const before = await readControlVersion(rig.reader);
    const one = { agreementId: SAMPLE_ID, version: '1.0.0' };
    const asked = { org: PROVIDER, reason: 'rows were lost' };
    const { clock } = control;
    expect(await bumpGeneration(control.db, { ...one, ...asked }, clock)).toBe(6);
    expect(await bumpGeneration(control.db, { ...one, org: BUS_ORG, reason: 'again' })).toBe(7);
    expect(await readResyncs(control.db, SAMPLE_ID), 'who, when, why').toMatchObject([
      { ...one, ...asked, generation: 6, atMs: clock!.now() },
      { ...one, org: BUS_ORG, reason: 'again', generation: 7 },
    ]);
    expect(await readControlVersion(rig.reader)).toBe(before + 2n);
    const generations = (await readDeployments(control.db, SAMPLE_ID)).map((row) => row.generation);
    expect(new Set(generations)).toEqual(new Set([5, 7]));
    await expect(
      bumpGeneration(control.db, { agreementId: SAMPLE_ID, version: '9.0.0', ...asked }),
    ).rejects.toMatchObject({ code: 'LIFECYCLE_DEPLOYMENT_UNKNOWN' });
    expect(() => bumpGeneration(control.db, { ...one, ...asked, reason: ' ' })).toThrow(/reason/);
    expect(await readResyncs(control.db, SAMPLE_ID), 'refusals are none').toHaveLength(2);
  });

  test('the state of everything is read in one piece', async () => {
    const { rig, control } = await place('piece');
    await fileAgreement(rig, control, first);
    await deploy(control, first);
    const { lines, deployments } = await readControlState(control.db);
    expect(lines).toEqual([
      {
        agreementId: SAMPLE_ID,
        name: 'sample-pair',
        version: '1.0.0',
        state: 'filed',
        contentHash: contentHash(first),
        content: first,
        sinceMs: BEGIN - 1,
        reason: '',
        deployedHash: contentHash(first),
      },
    ]);
    expect(deployments).toHaveLength(1);
    expect(rig.database).not.toBe('');
  });
});
