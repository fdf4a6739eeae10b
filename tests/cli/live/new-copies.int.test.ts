import { expect, test } from 'vitest';
import { contentHash } from '../../../bus/agreement/canonical/canonical.ts';
import { BUS_ORG } from '../../../bus/agreement/lifecycle/verbs.ts';
import { bringAbout } from '../../../bus/control/act.ts';
import type { Control } from '../../../bus/control/control.ts';
import { putDeployment, readDeployments } from '../../../bus/control/deployments.ts';
import { readResyncs } from '../../../bus/control/resyncs.ts';
import { newCopiesIn } from '../../../cli/live/new-copies.ts';
import { testStack } from '../../support/env.ts';
import {
  controlRig,
  fileAgreement,
  keptPair,
  type ControlRig,
} from '../../support/lifecycle/control-world.ts';
import { NOT_BEFORE, sampleAgreement } from '../../support/lifecycle/sample-agreement.ts';

const stack = await testStack('newcopies');
const nowMs = () => Date.parse(NOT_BEFORE);

test('pairs in force of the view that was rebuilt get a new generation, and no others', async () => {
  const rig = await controlRig(stack, 'rig');
  const control = rig.control({ nowMs });
  const rebuilt = await inForce(rig, control, { view: 'property', activate: true });
  const notYet = await inForce(rig, control, { view: 'property', activate: false });
  const other = await inForce(rig, control, { view: 'population', activate: true });
  expect(await newCopiesIn(rig.writer, { name: 'property' })).toEqual([rebuilt.name]);
  const generations = new Map(
    (await readDeployments(rig.writer)).map((one) => [one.agreementId, one.generation]),
  );
  expect(await readResyncs(rig.writer, rebuilt.id)).toMatchObject([
    { generation: 2, org: BUS_ORG, reason: 'view property was rebuilt' },
  ]);
  expect([rebuilt, notYet, other].map(({ id }) => generations.get(id))).toEqual([2, 1, 1]);
});

let made = 0;

async function inForce(
  rig: ControlRig,
  control: Control,
  { view, activate }: { readonly view: string; readonly activate: boolean },
): Promise<{ readonly id: string; readonly name: string }> {
  const name = `pair-${++made}`;
  const content = sampleAgreement({ id: crypto.randomUUID(), name });
  const { id, version } = content;
  await fileAgreement(rig, control, content);
  const pair = keptPair(content);
  await putDeployment(control.db, {
    agreementId: id,
    version,
    contentHash: contentHash(content),
    pair: {
      ...pair,
      agreement: { ...pair.agreement, name },
      resource: { ...pair.resource, view },
    },
    keySchemaId: 1,
    valueSchemaId: 2,
    generation: 1,
  });
  if (activate)
    await bringAbout(control, {
      agreementId: id,
      version,
      verb: 'activate',
      key: rig.key(BUS_ORG),
    });
  return { id, name };
}
