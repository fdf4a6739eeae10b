/**
 * Requests to a Connect worker: basic auth, a limit for each request, bounded patience while
 * the workers rebalance (409 or 500), and every failure as a code. The password is in a header only,
 * and headers are in no error.
 */
import { BusError, isBusError, messageOf } from '../../base/errors.ts';
import { retry } from '../../base/retry.ts';

export type ConnectSettings = {
  /** Base address of the worker ("http://127.0.0.1:8083"). */
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
  /** How long one request may take; the worker itself gives up after 90 s. */
  readonly requestTimeoutMs?: number;
  /** How long 409 answers are retried. */
  readonly rebalanceMsMax?: number;
};

export type Ask = {
  readonly method?: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Path and query, with every part of it already encoded. */
  readonly path: string;
  readonly body?: unknown;
  /** What is being done, as it reads after "trying to". */
  readonly what: string;
};

/** The JSON of the answer; undefined for 404, and where the worker answers without a body. */
export type Request = (ask: Ask) => Promise<unknown>;

const LIMITS = { requestMs: 95_000, rebalanceMs: 30_000, retryMs: 250 } as const;
const STATUS = { unauthorized: 401, forbidden: 403, notFound: 404, conflict: 409, failed: 500 };

export function createRequest(settings: ConnectSettings): Request {
  const rebalanceMsMax = settings.rebalanceMsMax ?? LIMITS.rebalanceMs;
  return (ask) =>
    retry(() => once(settings, ask), {
      attemptsMax: Math.max(1, Math.ceil(rebalanceMsMax / LIMITS.retryMs)),
      delayMs: LIMITS.retryMs,
      delayMsMax: LIMITS.retryMs,
      mayRetry: (error) => isBusError(error, 'CONNECT_REBALANCING'),
    });
}

async function once(settings: ConnectSettings, ask: Ask): Promise<unknown> {
  const { method = 'GET', path, body, what } = ask;
  const response = await reach(settings, what, path, {
    method,
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...authorization(settings),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const { status, text } = response;
  if (status === STATUS.notFound) return undefined;
  if (status >= 200 && status < 300) return text === '' ? undefined : parse(text, what);
  throw failure(status, text, { settings, what });
}

async function reach(settings: ConnectSettings, what: string, path: string, init: RequestInit) {
  const timeoutMs = settings.requestTimeoutMs ?? LIMITS.requestMs;
  try {
    const address = `${settings.url.replace(/\/+$/, '')}${path}`;
    const response = await fetch(address, { ...init, signal: AbortSignal.timeout(timeoutMs) });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    const why = error instanceof Error && error.cause ? messageOf(error.cause) : messageOf(error);
    throw new BusError('CONNECT_UNREACHABLE', { what, why }, error);
  }
}

function failure(
  status: number,
  text: string,
  { settings, what }: { readonly settings: ConnectSettings; readonly what: string },
): BusError {
  const why = sentence(text);
  if (status === STATUS.unauthorized || status === STATUS.forbidden) {
    return new BusError('CONNECT_UNAUTHORIZED', { what });
  }
  // Some calls meet a rebalance as 409, others as 500 with a sentence about it.
  if (status === STATUS.conflict || (status === STATUS.failed && /rebalance/i.test(why))) {
    const ms = settings.rebalanceMsMax ?? LIMITS.rebalanceMs;
    return new BusError('CONNECT_REBALANCING', { what, ms });
  }
  const late = status > STATUS.failed || (status === STATUS.failed && /timed out/i.test(why));
  return late
    ? new BusError('CONNECT_UNREACHABLE', { what, why })
    : new BusError('CONNECT_REFUSED', { what, status, why });
}

/** The worker's own sentence. */
function sentence(text: string): string {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === 'object' && answer !== null && 'message' in answer) {
      return String(answer.message);
    }
  } catch {
    // Not JSON: a page of the server itself.
  }
  return text.slice(0, SENTENCE_MAX).trim() || 'no reason given';
}

const SENTENCE_MAX = 300;

function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BusError('CONNECT_UNREACHABLE', { what, why: 'the answer is not JSON' }, error);
  }
}

function authorization({ user, password }: ConnectSettings): Readonly<Record<string, string>> {
  if (user === undefined) return {};
  const pair = Buffer.from(`${user}:${password ?? ''}`).toString('base64');
  return { authorization: `Basic ${pair}` };
}
