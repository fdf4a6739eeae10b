/**
 * Carries a plan out: topics, users, secrets, grants, connectors, then deletions. Each phase
 * waits until the broker shows its result, because the next one relies on it. What fails ends
 * the run after its phase; the report says of every step how it ended, and since every step
 * is found again by comparing, running again completes what is missing.
 */
import { must } from '../base/assert.ts';
import { BusError, messageOf } from '../base/errors.ts';
import { waitFor } from '../base/retry.ts';
import type { ConnectCluster } from '../connect/connect.ts';
import type { KafkaAdmin } from '../kafka/kafka.ts';
import type { PlanPorts } from './actual.ts';
import { grantName, type Plan, type PlanStep } from './plan.ts';
import { ensurePassword, writeProperties } from './secret-files.ts';

const SEEN_TIMEOUT_MS = 15_000;

export type StepOutcome = {
  readonly step: PlanStep;
  readonly outcome: 'done' | 'failed' | 'not-reached';
  readonly error?: string;
};

export type PlanReport = { readonly outcomes: readonly StepOutcome[] };

/** Thrown when at least one step failed; `report` says how every step ended. */
export class PlanIncompleteError extends BusError {
  readonly report: PlanReport;

  constructor(report: PlanReport, cause: unknown) {
    const count = (outcome: StepOutcome['outcome']) =>
      report.outcomes.filter((one) => one.outcome === outcome).length;
    const failed = report.outcomes.find((one) => one.outcome === 'failed');
    super(
      'PLAN_INCOMPLETE',
      {
        done: count('done'),
        failed: count('failed'),
        notReached: count('not-reached'),
        step: failed ? `${failed.step.action} ${failed.step.kind} ${failed.step.name}` : '',
        why: failed?.error,
      },
      cause,
    );
    this.report = report;
  }
}

/** Does every step of `plan`. Throws PlanIncompleteError (PLAN_INCOMPLETE) when one fails. */
export async function executePlan(
  plan: Plan,
  ports: PlanPorts,
  onStep: (outcome: StepOutcome) => void = () => {},
): Promise<PlanReport> {
  const outcomes: StepOutcome[] = [];
  const note = (outcome: StepOutcome) => {
    outcomes.push(outcome);
    onStep(outcome);
  };
  let failure: unknown;
  for (const phase of phasesOf(plan.steps)) {
    if (failure !== undefined) {
      for (const step of phase.flat()) note({ step, outcome: 'not-reached' });
      continue;
    }
    for (const batch of phase) {
      try {
        await runBatch(batch, ports);
        for (const step of batch) note({ step, outcome: 'done' });
      } catch (error) {
        failure ??= error;
        for (const step of batch) note({ step, outcome: 'failed', error: messageOf(error) });
      }
    }
  }
  if (failure !== undefined) throw new PlanIncompleteError({ outcomes }, failure);
  return { outcomes };
}

/** Kinds that one call does for all; the others are done one by one, so that one failure spares the rest. */
const TOGETHER = new Set([
  'create topic',
  'create user',
  'change user',
  'create grant',
  'delete grant',
]);

/** Consecutive steps of one action and kind are a phase, cut into batches. */
function phasesOf(steps: readonly PlanStep[]): PlanStep[][][] {
  const phases: PlanStep[][][] = [];
  let last = '';
  for (const step of steps) {
    const key = `${step.action} ${step.kind}`;
    if (key !== last) phases.push([]);
    const phase = phases.at(-1) ?? [];
    const open = phase.at(-1);
    if (open && TOGETHER.has(key)) open.push(step);
    else phase.push([step]);
    last = key;
  }
  return phases;
}

async function runBatch(batch: readonly PlanStep[], ports: PlanPorts): Promise<void> {
  const [first] = batch;
  if (!first) return;
  switch (first.kind) {
    case 'topic':
      return runTopics(batch, ports.admin);
    case 'user':
      return runUsers(batch, ports.admin);
    case 'grant':
      return runGrants(batch, ports.admin);
    case 'secret':
      return writeProperties(first.secretFile);
    case 'connector':
      return runConnector(first, must(ports.connect, 'a plan with connectors needs Connect'));
  }
}

async function runTopics(batch: readonly PlanStep[], admin: KafkaAdmin): Promise<void> {
  for (const step of batch) {
    if (step.kind !== 'topic' || step.action === 'create') continue;
    if (step.action === 'change') await admin.setTopicConfigs([step]);
    else await deleteTopic(step.name, admin);
  }
  const specs = batch.flatMap((step) =>
    step.kind === 'topic' && step.action === 'create' ? [step.spec] : [],
  );
  if (specs.length === 0) return;
  await admin.createTopics(specs);
  const names = specs.map((spec) => spec.name);
  await seen('the new topics', async () => {
    const found = await admin.describeTopics(names);
    return found.length === names.length;
  });
}

async function deleteTopic(name: string, admin: KafkaAdmin): Promise<void> {
  await admin.deleteTopics([name]);
  await seen('the topic gone', async () => !(await admin.listTopics()).includes(name));
}

async function runUsers(batch: readonly PlanStep[], admin: KafkaAdmin): Promise<void> {
  const gone = batch.filter((step) => step.action === 'delete').map((step) => step.name);
  if (gone.length > 0) return admin.deleteUsers(gone);
  const users = await Promise.all(
    batch.flatMap((step) =>
      step.kind === 'user' && step.action !== 'delete'
        ? [
            ensurePassword(step.user.passwordFile).then((password) => ({
              name: step.name,
              password,
            })),
          ]
        : [],
    ),
  );
  await admin.setUsers(users);
  await seen('the new users', async () => {
    const found = new Set(await admin.listUsers());
    return users.every((user) => found.has(user.name));
  });
}

async function runGrants(batch: readonly PlanStep[], admin: KafkaAdmin): Promise<void> {
  const rules = batch.flatMap((step) => (step.kind === 'grant' ? [step.rule] : []));
  if (batch[0]?.action === 'delete') return admin.deleteAcls(rules);
  await admin.createAcls(rules);
  await seen('the new grants', async () => {
    const found = new Set((await admin.listAcls()).map(grantName));
    return rules.every((rule) => found.has(grantName(rule)));
  });
}

async function runConnector(step: PlanStep, connect: ConnectCluster): Promise<void> {
  if (step.kind !== 'connector') return;
  if (step.action === 'delete') return connect.delete(step.name);
  if (step.action === 'change' && step.restart !== 'no') {
    return connect.restart(step.name, step.restart);
  }
  await connect.applyConnector(step.name, step.config);
}

async function seen(what: string, probe: () => Promise<boolean>): Promise<void> {
  await waitFor(probe, { what: `the broker to show ${what}`, timeoutMs: SEEN_TIMEOUT_MS });
}
