/** Bounded repetition and bounded waiting; every loop that waits goes through here. */
import { type Clock, systemClock } from './clock.ts';
import { BusError, reactionTo } from './errors.ts';

export type RetryOptions = {
  /** Named limit of attempts, the first one included. */
  readonly attemptsMax: number;
  readonly delayMs?: number;
  readonly delayMsMax?: number;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  /** Default: errors whose reaction is 'retry'. */
  readonly mayRetry?: (error: unknown) => boolean;
  readonly onRetry?: (error: unknown, attempt: number, delayMs: number) => void;
};

/** Runs `attempt` until it succeeds, the limit is reached or the error is not one to retry. */
export async function retry<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { attemptsMax, delayMs = 50, delayMsMax = 5_000, signal, clock = systemClock } = options;
  const mayRetry = options.mayRetry ?? ((error: unknown) => reactionTo(error) === 'retry');
  for (let count = 1; ; count++) {
    try {
      return await attempt();
    } catch (error) {
      if (count >= attemptsMax || signal?.aborted || !mayRetry(error)) throw error;
      const wait = Math.min(delayMsMax, delayMs * 2 ** (count - 1));
      options.onRetry?.(error, count, wait);
      await clock.sleep(wait, signal);
    }
  }
}

export type WaitOptions = {
  /** What is awaited, as it reads after "Waited 5000 ms for". */
  readonly what: string;
  readonly timeoutMs: number;
  readonly intervalMs?: number;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
};

/**
 * Polls `probe` until it answers something other than undefined or false, and returns
 * that. A throwing probe counts as "not yet". Throws BUS_TIMEOUT at the limit, with
 * what the probe said last, and BUS_ABORTED when the signal fires.
 */
export async function waitFor<T>(
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  { what, timeoutMs, intervalMs = 50, signal, clock = systemClock }: WaitOptions,
): Promise<T> {
  const deadline = clock.now() + timeoutMs;
  let seen: unknown = 'nothing';
  for (;;) {
    if (signal?.aborted) throw new BusError('BUS_ABORTED', {}, signal.reason);
    try {
      const answer = await probe();
      if (answer !== undefined && answer !== false) return answer;
      seen = answer;
    } catch (error) {
      seen = error;
    }
    if (clock.now() >= deadline) {
      const shown = seen instanceof Error ? seen.message : String(seen);
      throw new BusError('BUS_TIMEOUT', { ms: timeoutMs, what, seen: shown }, seen);
    }
    await clock.sleep(intervalMs, signal);
  }
}
