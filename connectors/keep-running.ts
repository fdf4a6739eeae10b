/**
 * Restarts tasks of sources that failed, for as long as it runs. Connect leaves a failed task
 * alone for ever, also when the cause was a busy moment: a worker that reads its config topic too
 * slowly after a start fails every task it has. A restart loses nothing (exactly once), and
 * the growing pause between attempts keeps a lasting failure from filling logs. One failure is
 * not mended by restarts: an empty position, which is forgotten so that the source is copied from
 * the start (empty-position.ts says why that is safe).
 */
import { type Clock, systemClock } from '../bus/base/clock.ts';
import { isBusError, messageOf } from '../bus/base/errors.ts';
import type { Log } from '../bus/base/log.ts';
import type { ConnectCluster, ConnectorStatus } from '../bus/connect/connect.ts';
import { worstState } from '../bus/plan/actual.ts';
import { ownerOf } from '../bus/plan/ownership.ts';
import { wouldSkipItsCopy } from './empty-position.ts';
import { failureOf, lacksItsPosition } from './task-failure.ts';

const INTERVAL_MS = 5_000;
/** Between a failure and the restart after it; the first failure is answered at once. */
const PAUSE_MS = { first: 5_000, max: 30_000 } as const;
/**
 * Who ran for this long after a restart has recovered: what comes next is a failure of its own. A
 * first copy that waits for a lock seems to run for ten seconds before it fails again, and while it
 * waits nobody can write to that server: it must not be tried without a pause.
 */
const STEADY_MS = 60_000;

export type KeepRunningOptions = {
  readonly connect: ConnectCluster;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  /** Which connectors; by default those of every source. */
  readonly mayRestart?: (connector: string) => boolean;
  /**
   * Forgets the empty position of a source and restarts its task (copyFromTheStart). Absent: such
   * a source is restarted like any other, which does not help it.
   */
  readonly recapture?: (connector: string) => Promise<void>;
  /** Told of every restart before it is asked for. */
  readonly onRestart?: (connector: string) => void;
};

type Attempts = {
  readonly count: number;
  readonly restartedAtMs: number;
  /** Of the next restart, once it has failed again. */
  readonly nextAtMs?: number;
};

/** Looks every five seconds until `signal` fires, then resolves. Never throws for what Connect does. */
export async function keepSourcesRunning({
  connect,
  log,
  signal,
  clock = systemClock,
  mayRestart = isSource,
  recapture,
  onRestart = () => {},
}: KeepRunningOptions): Promise<void> {
  const attempts = new Map<string, Attempts>();
  const inVain = new Set<string>();
  const watch: Watch = { connect, log, clock, attempts, inVain, recapture, onRestart };
  while (!signal.aborted) {
    try {
      for (const status of await connect.list()) {
        if (!mayRestart(status.name)) continue;
        await look(status, watch);
      }
    } catch (error) {
      log.debug({ error: messageOf(error) }, 'connectors cannot be seen');
    }
    await clock.sleep(INTERVAL_MS, signal).catch((error: unknown) => {
      if (!isBusError(error, 'BUS_ABORTED')) throw error;
    });
  }
}

function isSource(connector: string): boolean {
  return ownerOf('connector', connector)?.startsWith('source/') ?? false;
}

type Watch = {
  readonly connect: ConnectCluster;
  readonly log: Log;
  readonly clock: Clock;
  readonly attempts: Map<string, Attempts>;
  /**
   * Restarted once with an empty position. Not a matter of attempts: on a busy machine a task seems
   * to run for longer than their pause before it gets as far as to fail again.
   */
  readonly inVain: Set<string>;
  readonly recapture: KeepRunningOptions['recapture'];
  readonly onRestart: (connector: string) => void;
};

async function look(status: ConnectorStatus, watch: Watch): Promise<void> {
  const { clock, attempts } = watch;
  const { name } = status;
  const known = attempts.get(name);
  const now = clock.now();
  if (worstState(status) !== 'failed') {
    if (known && now >= known.restartedAtMs + STEADY_MS) attempts.delete(name);
    return;
  }
  const pauseMs = known ? Math.min(PAUSE_MS.max, PAUSE_MS.first * 2 ** (known.count - 1)) : 0;
  const nextAtMs = known?.nextAtMs ?? now + pauseMs;
  if (known && now < nextAtMs) {
    attempts.set(name, { ...known, nextAtMs });
    return;
  }
  const count = (known?.count ?? 0) + 1;
  attempts.set(name, { count, restartedAtMs: now });
  await start(status, { count, pauseMs }, watch);
}

async function start(
  status: ConnectorStatus,
  { count, pauseMs }: { readonly count: number; readonly pauseMs: number },
  watch: Watch,
): Promise<void> {
  const { connect, log, inVain, recapture, onRestart } = watch;
  const { name } = status;
  const about = { connector: name, attempt: count, pauseMs, cause: failureOf(status) };
  try {
    if (recapture && (await needsItsCopy(status, watch))) {
      log.warn(about, 'source copied from the start: its position is empty');
      onRestart(name);
      await recapture(name);
      inVain.delete(name);
    } else {
      log.warn(about, 'task restarted');
      onRestart(name);
      await connect.restart(name, 'failed');
      if (lacksItsPosition(status)) inVain.add(name);
    }
  } catch (error) {
    log.warn({ connector: name, attempt: count, error: messageOf(error) }, 'restart failed');
  }
}

/** After one plain restart that did not help; where that would lose the copy without a word, before it. */
async function needsItsCopy(status: ConnectorStatus, { connect, inVain }: Watch): Promise<boolean> {
  if (lacksItsPosition(status)) return inVain.has(status.name);
  return wouldSkipItsCopy(status.name, connect);
}
