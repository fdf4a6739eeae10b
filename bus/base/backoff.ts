/** How long an engine waits between tries of what an outage keeps from it; it never gives up by itself. */
export const BACKOFF = { firstMs: 20, maxMs: 2_000 } as const;

/** Between tries of what somebody has to put right first. */
export const TRY_AGAIN_MS = 10_000;

/** The pause after the `tries`-th try (from 1). */
export function backoffMs(tries: number): number {
  return Math.min(BACKOFF.maxMs, BACKOFF.firstMs * 2 ** Math.min(tries, 10));
}
