/**
 * Plan and apply of all pairs of one control database. Rights are taken away first and topics made
 * later, and what fails for one pair keeps no other from its own: whoever may no longer read stops
 * reading even while the broker refuses a new topic. A deployment is written only when everything
 * it stands for is there.
 */
import type { Problem } from '../../base/errors.ts';
import type { DeploymentRow } from '../../control/deployments.ts';
import type { KafkaAdmin } from '../../kafka/kafka.ts';
import { planDesired, type PlanOptions } from '../../plan/apply.ts';
import { executePlan, PlanIncompleteError, type StepOutcome } from '../../plan/execute.ts';
import type { Plan, PlanStep } from '../../plan/plan.ts';
import type { SchemaRegistry } from '../../registry/registry.ts';
import { keyScopesOf } from '../pair-tools.ts';
import { desiredPairs, type DesiredPairsOptions, PAIR_PRUNE, rightsOnly } from './desired.ts';
import type { Wanted, WantedDeployment } from './wanted.ts';

export type PairsPlan = {
  readonly broker: Plan;
  readonly deployments: readonly WantedDeployment[];
  /** Of agreements that cannot be deployed; the others are planned all the same. */
  readonly problems: readonly Problem[];
};

export type PairPorts = {
  readonly admin: KafkaAdmin;
  /** As one who may register schemas. */
  readonly registry: SchemaRegistry;
  /** Makes the key of a mask where there is none. */
  readonly ensureKey: (scope: string) => Promise<unknown>;
  readonly putDeployment: (deployment: DeploymentRow) => Promise<void>;
};

export type PlanPairsOptions = DesiredPairsOptions & {
  /** Deletes topics of agreements that are closed, too. */
  readonly prune?: boolean;
  /** Users and rights only: what has to be quick. */
  readonly onlyRights?: boolean;
};

/** What applying would do now; changes nothing. */
export async function planPairs(
  wanted: Wanted,
  { admin }: Pick<PairPorts, 'admin'>,
  { prune = false, onlyRights = false, ...options }: PlanPairsOptions,
): Promise<PairsPlan> {
  const whole = desiredPairs(wanted.pairs, options);
  const desired = onlyRights ? rightsOnly(whole) : whole;
  const pruned: PlanOptions['prune'] = prune ? true : PAIR_PRUNE;
  const broker = await planDesired(desired, { admin }, { prune: pruned });
  return {
    broker,
    deployments: onlyRights ? [] : wanted.deployments,
    problems: [...wanted.problems, ...broker.refusals],
  };
}

export type PairsReport = {
  readonly steps: readonly StepOutcome[];
  readonly deployed: readonly DeploymentRow[];
  /** What failed, in the order in which it did; empty when all is as planned. */
  readonly failures: readonly unknown[];
};

/** Does what `plan` says, as far as it goes. Throws nothing: the report says what failed. */
export async function applyPairs(
  plan: PairsPlan,
  ports: PairPorts,
  onStep: (outcome: StepOutcome) => void = () => {},
): Promise<PairsReport> {
  const steps: StepOutcome[] = [];
  const failures: unknown[] = [];
  for (const phase of phasesOf(plan.broker.steps)) {
    try {
      steps.push(...(await executePlan({ ...plan.broker, steps: phase }, ports, onStep)).outcomes);
    } catch (error) {
      failures.push(error);
      if (error instanceof PlanIncompleteError) steps.push(...error.report.outcomes);
    }
  }
  const missing = steps.filter(({ outcome }) => outcome !== 'done').map(({ step }) => step.name);
  const refused = plan.broker.refusals.flatMap(({ path }) => path ?? []);
  const isReady = ({ agreementId }: WantedDeployment) =>
    ![...missing, ...refused].some((name) => name.includes(agreementId));
  const deployed: DeploymentRow[] = [];
  const ready = plan.deployments.filter(isReady);
  for (const some of chunked(ready, DEPLOYED_AT_ONCE)) {
    const outcomes = await Promise.allSettled(some.map((one) => deploy(one, ports)));
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') deployed.push(outcome.value);
      else failures.push(outcome.reason);
    }
  }
  return { steps, deployed, failures };
}

/** So many topics are made in one request at most. */
const TOPICS_AT_ONCE = 100;
/** Side by side: most of the time goes into waiting for the registry. */
const DEPLOYED_AT_ONCE = 8;

const ORDER: readonly string[] = [
  'create grant',
  'delete grant',
  'delete user',
  'create topic',
  'change topic',
  'create user',
  'change user',
  'delete topic',
];

function phasesOf(steps: readonly PlanStep[]): PlanStep[][] {
  return ORDER.flatMap((key) => {
    const phase = steps.filter(({ action, kind }) => `${action} ${kind}` === key);
    return key === 'create topic'
      ? chunked(phase, TOPICS_AT_ONCE)
      : phase.length > 0
        ? [phase]
        : [];
  });
}

function chunked<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, at) => items.slice(at * size, (at + 1) * size));
}

/** Makes keys of masks, registers both schemas and writes the deployment; doing it again changes nothing. */
async function deploy(
  { isNew, changes: _changes, ...wanted }: WantedDeployment,
  { registry, ensureKey, putDeployment }: PairPorts,
): Promise<DeploymentRow> {
  // Only for a version that is new here: a key that was lost must not be replaced quietly.
  if (isNew) for (const scope of keyScopesOf(wanted.pair)) await ensureKey(scope);
  const { topic, keySchema, valueSchema } = wanted.pair;
  const register = async (subject: string, schema: string) => {
    const id = await registry.register(subject, JSON.parse(schema));
    // Every version of an agreement has schemas of its own; the reader goes by the id in the record.
    await registry.acceptAnyChange(subject);
    return id;
  };
  const deployment = {
    ...wanted,
    keySchemaId: await register(`${topic.name}-key`, keySchema),
    valueSchemaId: await register(`${topic.name}-value`, valueSchema),
  };
  await putDeployment(deployment);
  return deployment;
}
