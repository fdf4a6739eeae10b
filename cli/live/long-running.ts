/** What every program has in common that runs until it is asked to end. */
import { messageOf } from '../../bus/base/errors.ts';
import type { Log } from '../../bus/base/log.ts';
import { retry } from '../../bus/base/retry.ts';

/** Starts; what is away when the process starts is waited for, like what goes away later. */
export function patiently<T>(
  start: () => Promise<T>,
  { signal, log }: { readonly signal: AbortSignal; readonly log: Log },
): Promise<T> {
  return retry(start, {
    attemptsMax: Number.POSITIVE_INFINITY,
    delayMs: 100,
    delayMsMax: 2_000,
    signal,
    onRetry: (error, attempt) =>
      log.warn({ attempt, error: messageOf(error) }, 'start is tried again'),
  });
}

/** Resolves with 'asked' once the signal fires, or with how the program ended by itself before. */
export function untilAsked<T>(ended: Promise<T>, signal: AbortSignal): Promise<T | 'asked'> {
  const asked = new Promise<'asked'>((resolve) => {
    signal.addEventListener('abort', () => resolve('asked'), { once: true });
    if (signal.aborted) resolve('asked');
  });
  return Promise.race([asked, ended]);
}

/** The `--session-timeout` of a program, given in seconds, as consumers take it. */
export function sessionTimeout({ sessionTimeout: seconds }: { readonly sessionTimeout?: number }): {
  readonly sessionTimeoutMs?: number;
} {
  return seconds === undefined ? {} : { sessionTimeoutMs: seconds * 1_000 };
}
