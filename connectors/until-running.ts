/**
 * Waits until a source's connector and its task run. Connect shows states late: a restarted task
 * still reads "failed" for a moment, so only a failure that stays is believed.
 */
import { type Clock, systemClock } from '../bus/base/clock.ts';
import { BusError, isBusError } from '../bus/base/errors.ts';
import { waitFor } from '../bus/base/retry.ts';
import type { ConnectCluster, ConnectorStatus } from '../bus/connect/connect.ts';
import { worstState } from '../bus/plan/actual.ts';
import { failureOf } from './task-failure.ts';

const RUNNING_TIMEOUT_MS = 90_000;
const PROBE_INTERVAL_MS = 200;
/** Five seconds of "failed" in a row. */
const FAILED_PROBES_MAX = 25;
/** A busy worker fails tasks that run well a moment later; more than this is a real failure. */
const RESTARTS_MAX = 2;
/** How long a change may take until the worker begins to act on it, and how closely that is watched. */
const TURN = { timeoutMs: 10_000, intervalMs: 25 } as const;

export type UntilRunningOptions = {
  readonly ports: { readonly connect: ConnectCluster };
  /** Default 90 s. */
  readonly runningTimeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
};

/**
 * Resolves when a connector that was changed or told to restart has left its old run. The worker
 * answers before it acts, and until then shows the old task as running: a signal sent in that
 * moment would be read by the task that is about to end, and lost.
 */
export async function untilSourceTurns(
  connector: string,
  { ports, signal, clock = systemClock }: UntilRunningOptions,
): Promise<void> {
  const hasTurned = async () => {
    const status = await ports.connect.statusOf(connector);
    return status === undefined || !isRunning(status);
  };
  try {
    const what = `${connector} to restart`;
    await waitFor(hasTurned, { what, clock, ...TURN, ...(signal ? { signal } : {}) });
  } catch (error) {
    // The change may have come and gone between two looks.
    if (!isBusError(error, 'BUS_TIMEOUT')) throw error;
  }
}

/**
 * Resolves when connector and task run, or stand still because an operator paused or stopped them.
 * A task that stays failed is restarted twice. Throws SOURCE_NOT_RUNNING after that, or at the limit.
 */
export async function untilSourceRuns(
  { name, connector }: { readonly name: string; readonly connector: string },
  options: UntilRunningOptions,
): Promise<void> {
  const { ports, runningTimeoutMs = RUNNING_TIMEOUT_MS, signal, clock = systemClock } = options;
  let last: ConnectorStatus | undefined;
  let failedProbes = 0;
  let restarts = 0;
  const probe = async () => {
    last = await ports.connect.statusOf(connector);
    failedProbes = last && worstState(last) === 'failed' ? failedProbes + 1 : 0;
    if (last && isSettled(last)) return true;
    if (failedProbes < FAILED_PROBES_MAX) return false;
    if (restarts++ >= RESTARTS_MAX) return true;
    failedProbes = 0;
    await ports.connect.restart(connector, 'failed');
    return false;
  };
  try {
    const what = `${connector} to run`;
    const limits = { timeoutMs: runningTimeoutMs, intervalMs: PROBE_INTERVAL_MS };
    await waitFor(probe, { what, clock, ...limits, ...(signal ? { signal } : {}) });
  } catch (error) {
    if (!isBusError(error, 'BUS_TIMEOUT')) throw error;
  }
  if (last && isSettled(last)) return;
  throw new BusError('SOURCE_NOT_RUNNING', {
    source: name,
    connector,
    ms: runningTimeoutMs,
    state: last ? worstState(last) : 'absent',
    why: last ? failureOf(last) : '',
  });
}

/** Whoever paused or stopped a connector had a reason; applying a file does not overrule it. */
function isSettled(status: ConnectorStatus): boolean {
  return isRunning(status) || status.state === 'paused' || status.state === 'stopped';
}

function isRunning({ state, tasks }: ConnectorStatus): boolean {
  return state === 'running' && tasks.length > 0 && tasks.every((task) => task.state === 'running');
}
