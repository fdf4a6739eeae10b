/**
 * Restarts tasks of sources that failed, for as long as it runs. Connect leaves a failed task
 * alone for ever, also when the cause was a busy moment: a worker that reads its config topic too
 * slowly after a start fails every task it has. A restart loses nothing (exactly once), and
 * the growing pause between attempts keeps a lasting failure from filling logs.
 */
import { type Clock, systemClock } from '../bus/base/clock.ts';
import { isBusError, messageOf } from '../bus/base/errors.ts';
import type { Log } from '../bus/base/log.ts';
import type { ConnectCluster, ConnectorStatus } from '../bus/connect/connect.ts';
import { worstState } from '../bus/plan/actual.ts';
import { ownerOf } from '../bus/plan/ownership.ts';
import { failureOf } from './task-failure.ts';

const INTERVAL_MS = 5_000;
const PAUSE_MS = { first: 5_000, max: 30_000 } as const;

export type KeepRunningOptions = {
  readonly connect: ConnectCluster;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  /** Which connectors; by default those of every source. */
  readonly mayRestart?: (connector: string) => boolean;
  /** Told of every restart before it is asked for. */
  readonly onRestart?: (connector: string) => void;
};

type Attempts = { readonly count: number; readonly nextAtMs: number };

/** Looks every five seconds until `signal` fires, then resolves. Never throws for what Connect does. */
export async function keepSourcesRunning({
  connect,
  log,
  signal,
  clock = systemClock,
  mayRestart = isSource,
  onRestart = () => {},
}: KeepRunningOptions): Promise<void> {
  const attempts = new Map<string, Attempts>();
  while (!signal.aborted) {
    try {
      for (const status of await connect.list()) {
        if (!mayRestart(status.name)) continue;
        await look(status, { connect, log, clock, attempts, onRestart });
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
  readonly onRestart: (connector: string) => void;
};

async function look(status: ConnectorStatus, watch: Watch): Promise<void> {
  const { connect, log, clock, attempts, onRestart } = watch;
  const { name } = status;
  const known = attempts.get(name);
  const now = clock.now();
  if (worstState(status) !== 'failed') {
    // Running again for a whole pause: what comes next is a failure of its own.
    if (known && now >= known.nextAtMs + PAUSE_MS.first) attempts.delete(name);
    return;
  }
  if (known && now < known.nextAtMs) return;
  const count = (known?.count ?? 0) + 1;
  const pauseMs = Math.min(PAUSE_MS.max, PAUSE_MS.first * 2 ** (count - 1));
  attempts.set(name, { count, nextAtMs: now + pauseMs });
  log.warn(
    { connector: name, attempt: count, pauseMs, cause: failureOf(status) },
    'task restarted',
  );
  onRestart(name);
  await connect.restart(name, 'failed');
}
