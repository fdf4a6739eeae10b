/** The control database as the reconciler uses it: what the bus does there, it signs with its own key. */
import type { OrgSigningKey } from '../../agreement/signature/keys.ts';
import { bringAbout } from '../../control/act.ts';
import type { Control } from '../../control/control.ts';
import { putDeployment } from '../../control/deployments.ts';
import { noteDrift } from '../../control/drift.ts';
import { readControlState } from '../../control/list.ts';
import { readControlVersion } from '../../control/pairs.ts';
import { publishLifecycle } from '../../control/publish.ts';
import type { BusProducer } from '../../kafka/kafka.ts';
import { GATEWAY } from '../access.ts';
import type { ReconcilerControl } from './reconciler.ts';

export type SqlControlOptions = {
  /** The bus's own. */
  readonly key: OrgSigningKey;
  /** Opened at the first event that is to be published. */
  readonly producer: () => Promise<Pick<BusProducer, 'send'>>;
  readonly lifecycleTopic?: string;
};

export function sqlControl(
  control: Control,
  { key, producer, lifecycleTopic = GATEWAY.lifecycleTopic }: SqlControlOptions,
): ReconcilerControl {
  const { db, clock } = control;
  const send: BusProducer['send'] = async (topic, records) =>
    (await producer()).send(topic, records);
  return {
    version: () => readControlVersion(db),
    read: () => readControlState(db),
    putDeployment: (deployment) => putDeployment(db, deployment, clock),
    async bringAbout({ agreementId, version, verb }) {
      await bringAbout(control, { agreementId, version, verb, key });
    },
    publish: () => publishLifecycle(db, { send }, lifecycleTopic),
    noteDrift: (notes) => noteDrift(db, notes, clock),
  };
}
