/** What the doctor finds: one sentence with a state, and what to do where something is to be done. */
import {
  BusError,
  isBusError,
  messageOf,
  type Problem,
  problemLine,
} from '../../bus/base/errors.ts';
import type { Health } from '../output/paint.ts';
import type { StackAccess } from '../stack/access.ts';

/** `unknown`: could not be looked at, which is never good. */
export type FindingState = 'ok' | 'note' | 'unknown' | 'bad';

export type Finding = {
  readonly check: string;
  readonly state: FindingState;
  readonly finding: string;
  readonly remedy: string;
};

export const FINDING_HEALTH: Readonly<Record<FindingState, Health>> = {
  ok: 'good',
  note: 'attention',
  unknown: 'unknown',
  bad: 'bad',
};

export type CheckContext = {
  readonly home: string;
  readonly access: StackAccess;
};

/** A check answers findings; what it throws becomes one. */
export type Check = {
  readonly name: string;
  readonly run: (context: CheckContext) => Promise<readonly Finding[]>;
};

export const ok = (check: string, finding: string): Finding => ({
  check,
  state: 'ok',
  finding,
  remedy: '',
});

export const bad = (check: string, finding: string, remedy: string): Finding => ({
  check,
  state: 'bad',
  finding,
  remedy,
});

export const note = (check: string, finding: string): Finding => ({
  check,
  state: 'note',
  finding,
  remedy: '',
});

export function ofProblem(check: string, state: 'bad' | 'note', problem: Problem): Finding {
  const { remedy = '', ...rest } = problem;
  return { check, state, finding: problemLine(rest), remedy };
}

/** Unreachable things are unknown, everything else that is thrown is bad. */
export function ofError(check: string, error: unknown): Finding {
  if (!(error instanceof BusError)) return bad(check, messageOf(error), '');
  const state = isBusError(
    error,
    'KAFKA_UNREACHABLE',
    'CONNECT_UNREACHABLE',
    'AVRO_REGISTRY_UNREACHABLE',
    'SQL_CONNECTION_LOST',
    'BUS_TIMEOUT',
  )
    ? 'unknown'
    : 'bad';
  return { check, state, finding: error.message, remedy: error.remedy };
}

/** Runs all checks side by side. */
export async function runChecks(
  checks: readonly Check[],
  context: CheckContext,
): Promise<Finding[]> {
  const found = await Promise.all(
    checks.map(async ({ name, run }) => {
      try {
        return await run(context);
      } catch (error) {
        return [ofError(name, error)];
      }
    }),
  );
  return found.flat();
}
