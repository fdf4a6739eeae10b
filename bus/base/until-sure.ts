/**
 * Looks again at what may only be late: a broker that has just started may know less than it will
 * soon. Sits outages out for as long as the caller lives; what was seen before one counts for nothing.
 */
import { backoffMs } from './backoff.ts';
import type { Clock } from './clock.ts';
import { messageOf, reactionTo } from './errors.ts';
import type { Log } from './log.ts';

/** Looks in a row before what seems lost is believed to be. */
export const UNSURE_LOOKS_MAX = 20;

export type UntilSureOptions = {
  readonly clock: Clock;
  readonly log: Log;
  /** What is done, as it reads before "not possible yet". */
  readonly what: string;
  readonly signal: AbortSignal;
  /** False once somebody else does it. */
  readonly current: () => boolean;
};

/**
 * Calls `look` until it answers something. It answers undefined while it is not sure, and is told
 * when that is no longer asked: `isLast`. Answers undefined when it was overtaken or asked to end;
 * throws what is a bug.
 */
export async function untilSure<T>(
  look: (isLast: boolean) => Promise<T | undefined>,
  { clock, log, what, signal, current }: UntilSureOptions,
): Promise<T | undefined> {
  let looks = 0;
  for (let tries = 1; current() && !signal.aborted; tries++) {
    try {
      const found = await look(++looks >= UNSURE_LOOKS_MAX);
      if (found !== undefined) return found;
    } catch (error) {
      if (reactionTo(error) === 'bug') throw error;
      log.warn({ error: messageOf(error), tries }, `${what} not possible yet`);
      // An outage says nothing about what was looked at.
      looks = 0;
    }
    await clock.sleep(backoffMs(tries), signal).catch(() => {});
  }
  return undefined;
}
