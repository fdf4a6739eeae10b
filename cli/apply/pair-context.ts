/** What planning pairs needs of a stack beside its clients. */
import type { PlanPairsOptions } from '../../bus/pair/reconcile/plan-pairs.ts';
import type { WantedOptions } from '../../bus/pair/reconcile/wanted.ts';
import type { AgreementWorld } from '../agreements/world.ts';
import type { StackAccess } from '../stack/access.ts';

/** Copies of each topic, where there are brokers enough. */
const REPLICATION_MAX = 3;

export type PairContext = {
  readonly wanted: WantedOptions;
  readonly plan: Pick<PlanPairsOptions, 'secretsFolder' | 'replication'>;
};

export function pairContext(
  { endpoints, secretsFolder }: Pick<StackAccess, 'endpoints' | 'secretsFolder'>,
  { resources }: Pick<AgreementWorld, 'resources'>,
): PairContext {
  const replication = Math.min(REPLICATION_MAX, endpoints.kafka.brokers.length);
  return {
    wanted: { resources: new Map(resources.map((one) => [one.id, one])), replication },
    plan: { secretsFolder, replication },
  };
}
