/** The control database as the reconciler uses it: what the bus does there, it signs with its own key. */
import type { OrgSigningKey } from '../../agreement/signature/keys.ts';
import { bringAbout, confirmPurge } from '../../control/act.ts';
import type { Control } from '../../control/control.ts';
import { putDeployment } from '../../control/deployments.ts';
import { noteDrift } from '../../control/drift.ts';
import { readControlState } from '../../control/list.ts';
import { readControlVersion } from '../../control/pairs.ts';
import { publishLifecycle } from '../../control/publish.ts';
import { verifyChain } from '../../control/verify-chain.ts';
import type { BusProducer } from '../../kafka/kafka.ts';
import { GATEWAY } from '../access.ts';
import type { ReconcilerControl } from './reconciler.ts';

export type SqlControlOptions = {
  /** The bus's own. */
  readonly key: OrgSigningKey;
  /** Brings events to the lifecycle topic. */
  readonly send: BusProducer['send'];
  readonly lifecycleTopic?: string;
};

export function sqlControl(
  control: Control,
  { key, send, lifecycleTopic = GATEWAY.lifecycleTopic }: SqlControlOptions,
): ReconcilerControl {
  const { db, clock } = control;
  return {
    version: () => readControlVersion(db),
    read: () => readControlState(db),
    faultsOf: async (agreementId) => (await verifyChain(control, agreementId)).faults,
    putDeployment: (deployment) => putDeployment(db, deployment, clock),
    async bringAbout({ agreementId, version, verb }) {
      await bringAbout(control, { agreementId, version, verb, key });
    },
    async confirmPurge({ agreementId, receipt }) {
      await confirmPurge(control, { agreementId, key, receipt });
    },
    publish: () => publishLifecycle(db, { send }, lifecycleTopic),
    noteDrift: (notes) => noteDrift(db, notes, clock),
  };
}
