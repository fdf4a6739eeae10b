/**
 * A department's day: picks a step by weight, runs it as one real transaction and counts what
 * became of it. It survives the database: lost connections, restarts, deadlocks and full disks are
 * waited out with growing pauses, and a COMMIT without an answer is resolved by reading. What to
 * write about is sampled from the database, never remembered.
 */
import { randomUUID } from 'node:crypto';
import { must } from '../bus/base/assert.ts';
import { BusError, isBusError, reactionTo } from '../bus/base/errors.ts';
import { seededRandom, type Random } from '../bus/base/random.ts';
import { retry } from '../bus/base/retry.ts';
import { signalOf } from '../bus/base/signal.ts';
import type { SqlDatabase, SqlSession } from '../bus/sql/sql.ts';
import type { City } from './city.ts';
import { addCounters, NO_COUNTERS, type WorkloadCounters } from './counters.ts';
import type { DepartmentPlan, Step } from './department.ts';
import { createScene, type RowCounts } from './scene.ts';
import { openSession, type WriteSession } from './session.ts';

/** At up to two seconds each this outlives any restart; after that an operator is needed. */
const OUTAGE_ATTEMPTS_MAX = 1_800;
const OUTAGE_DELAY_MS_MAX = 2_000;

export type Workload = {
  readonly counters: WorkloadCounters;
  /**
   * One transaction of a kind chosen by weight, or the step named. Resolves when its fate is
   * known. Throws BUS_ABORTED when the signal ends a wait, PRODUCER_STEP_FAILED or
   * PRODUCER_NOT_REFUSED when an operator is needed.
   */
  step(name?: string): Promise<void>;
  /** Ends the session; counters stay readable. */
  end(): Promise<void>;
};

type Fate = 'committed' | 'rolledBack' | 'refused';

/** Thrown inside a transaction to take it back; never leaves this file. */
class TakeBack extends Error {
  override readonly name = 'TakeBack';
}

export async function openWorkload(
  plan: DepartmentPlan,
  options: {
    readonly db: SqlDatabase;
    readonly city: City;
    readonly random: Random;
    readonly signal?: AbortSignal;
  },
): Promise<Workload> {
  const { city, random } = options;
  let counters = NO_COUNTERS;
  const count = (delta: Partial<WorkloadCounters>) => {
    counters = addCounters(counters, { ...NO_COUNTERS, ...delta });
  };
  const patience = {
    attemptsMax: OUTAGE_ATTEMPTS_MAX,
    delayMsMax: OUTAGE_DELAY_MS_MAX,
    onRetry: () => count({ retried: 1 }),
    ...signalOf(options),
  };
  const open = () =>
    openSession(options.db, { name: `workload-${randomUUID()}`, ...signalOf(options) });
  const session = await retry(open, patience);
  return {
    get counters() {
      return counters;
    },
    async step(name) {
      const step = name === undefined ? pickStep(plan.steps, random) : stepNamed(plan, name);
      const seed = random.int(-0x80000000, 0x7fffffff);
      const attempt = () => runStep({ session, city, department: plan.name, step, seed });
      const { fate, rows, resolved } = await retry(attempt, patience);
      count({ steps: { [step.name]: 1 }, rows, resolved: resolved ? 1 : 0, ...fateCount(fate) });
    },
    end: () => forget(session),
  };
}

/** A database that is away keeps a forgotten row, which harms nobody. */
async function forget(session: WriteSession): Promise<void> {
  try {
    await session.forget();
  } catch (error) {
    if (reactionTo(error) !== 'retry') throw error;
  }
}

type StepRun = {
  readonly session: WriteSession;
  readonly city: City;
  readonly department: string;
  readonly step: Step;
  /** The chance of this one transaction, so that a repeated attempt wants the same. */
  readonly seed: number;
};

type StepReport = { readonly fate: Fate; readonly rows: RowCounts; readonly resolved: boolean };

async function runStep(run: StepRun): Promise<StepReport> {
  const { session, step, department } = run;
  try {
    const { value, resolved } = await session.run((sql) => play(run, sql));
    return { fate: 'committed', rows: value, resolved };
  } catch (error) {
    const fate = fateOf(error, step);
    if (fate !== undefined) return { fate, rows: {}, resolved: false };
    if (isBusError(error) && (error.reaction === 'retry' || error.reaction === 'bug')) throw error;
    if (isBusError(error, 'PRODUCER_NOT_REFUSED', 'PRODUCER_SESSION_TAKEN')) throw error;
    const code = isBusError(error) ? error.code : 'BUS_BUG';
    throw new BusError('PRODUCER_STEP_FAILED', { step: step.name, department, code }, error);
  }
}

async function play(
  { city, step, department, seed }: StepRun,
  sql: SqlSession,
): Promise<RowCounts> {
  const scene = createScene({ sql, city, random: seededRandom(seed) });
  await step.run(scene);
  if (step.ends === 'rollback') throw new TakeBack();
  if (step.ends === 'refused') {
    throw new BusError('PRODUCER_NOT_REFUSED', { step: step.name, department });
  }
  return scene.written;
}

/** A duplicate key is part of life; a bad value only where the step means it. */
function fateOf(error: unknown, step: Step): Fate | undefined {
  if (error instanceof TakeBack) return 'rolledBack';
  if (isBusError(error, 'SQL_DUPLICATE')) return 'refused';
  return step.ends === 'refused' && isBusError(error, 'SQL_BAD_VALUE') ? 'refused' : undefined;
}

function fateCount(fate: Fate): Partial<WorkloadCounters> {
  return fate === 'committed' ? { transactions: 1 } : { [fate]: 1 };
}

function pickStep(steps: readonly Step[], random: Random): Step {
  const total = steps.reduce((sum, step) => sum + step.weight, 0);
  let place = random.int(1, total);
  return must(
    steps.find((step) => (place -= step.weight) <= 0),
    'a step for every place in the weights',
  );
}

function stepNamed(plan: DepartmentPlan, name: string): Step {
  return must(
    plan.steps.find((step) => step.name === name),
    `step ${name} of department ${plan.name}`,
  );
}
