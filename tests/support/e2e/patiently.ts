/** Waiting for what a busy machine may take long for. */
import { waitFor } from '../../../bus/base/retry.ts';

/** Generous: on a busy machine every recovery takes a minute. */
export const PATIENCE_MS = 300_000;

export function patiently<T>(
  what: string,
  probe: () => Promise<T | undefined | false>,
): Promise<T> {
  return waitFor(probe, { what, timeoutMs: PATIENCE_MS, intervalMs: 100 });
}
