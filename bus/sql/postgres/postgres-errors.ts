/**
 * What a PostgreSQL error means, by its SQLSTATE. The server's texts are dropped on purpose: its
 * detail reads "Key (id_number)=(4401…) already exists".
 */
import { BusError, type ErrorCode } from '../../base/errors.ts';
import type { SqlTarget } from '../sql.ts';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html; a class stands for all its states. */
const CODE_BY_STATE: Readonly<Record<string, ErrorCode>> = {
  '40P01': 'SQL_DEADLOCK',
  '40001': 'SQL_DEADLOCK', // serialization failure
  '55P03': 'SQL_LOCK_TIMEOUT',
  '23505': 'SQL_DUPLICATE',
  '23502': 'SQL_BAD_VALUE', // NULL where none may be
  '42501': 'SQL_ACCESS_DENIED',
  '53100': 'SQL_DISK_FULL',
  '53300': 'SQL_CONNECTION_LOST', // too many connections: comes and goes
  '57014': 'SQL_CONNECTION_LOST', // a statement cancelled by somebody
  '57P01': 'SQL_CONNECTION_LOST',
  '57P02': 'SQL_CONNECTION_LOST',
  '57P03': 'SQL_CONNECTION_LOST', // still starting, or shutting down
  '25006': 'SQL_READ_ONLY',
  '25P03': 'SQL_CONNECTION_LOST', // its transaction stood still for too long
};
const CODE_BY_CLASS: Readonly<Record<string, ErrorCode>> = {
  '08': 'SQL_CONNECTION_LOST',
  '22': 'SQL_BAD_VALUE',
  '28': 'SQL_ACCESS_DENIED',
};

const SOCKET_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** The driver's own errors have no code, only these words. */
const LOST_WORDS = /connection terminated|connection timeout|not queryable|after calling end/i;

type DriverError = { readonly code?: unknown; readonly message?: unknown };

/** The bus's error for anything the driver threw. */
export function postgresError(thrown: unknown, target: SqlTarget): BusError {
  if (thrown instanceof BusError) return thrown;
  const { code, message } = (thrown ?? {}) as DriverError;
  const state = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
  const what = typeof code === 'string' ? code : 'unknown';
  const details = {
    address: `${target.host}:${target.port}`,
    user: target.user,
    errno: state ?? 0,
    state: state ?? '-',
    what,
  };
  return new BusError(codeOf({ state, what, message }), details, new Error(what));
}

function codeOf(of: {
  readonly state: string | undefined;
  readonly what: string;
  readonly message: unknown;
}): ErrorCode {
  const { state, what, message } = of;
  // A few names of socket errors have five letters too.
  if (SOCKET_CODES.has(what)) return 'SQL_CONNECTION_LOST';
  if (state !== undefined) {
    return CODE_BY_STATE[state] ?? CODE_BY_CLASS[state.slice(0, 2)] ?? 'SQL_FAILED';
  }
  const lost = typeof message === 'string' && LOST_WORDS.test(message);
  return lost ? 'SQL_CONNECTION_LOST' : 'SQL_FAILED';
}
