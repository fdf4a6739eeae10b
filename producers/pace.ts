/**
 * Rate control: so many events per second, evenly spread. After a pause (an outage, a slow
 * server) it does not make up for more than one second, so that a restarted database is not
 * flooded.
 */
import { type Clock, systemClock } from '../bus/base/clock.ts';

const CATCH_UP_MS_MAX = 1_000;

export type Pace = {
  /** Resolves when the next event is due. Rejects with BUS_ABORTED when `signal` fires. */
  next(signal?: AbortSignal): Promise<void>;
};

export function createPace(ratePerSecond: number, clock: Clock = systemClock): Pace {
  const intervalMs = 1_000 / ratePerSecond;
  let dueAt = clock.now();
  return {
    async next(signal) {
      const now = clock.now();
      dueAt = Math.max(dueAt, now - CATCH_UP_MS_MAX);
      const waitMs = dueAt - now;
      dueAt += intervalMs;
      if (waitMs > 0) await clock.sleep(waitMs, signal);
    },
  };
}
