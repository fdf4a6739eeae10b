/**
 * What a driver error means. Read once, here. The driver's text and statement are dropped on
 * purpose: both can hold a citizen's data ("Duplicate entry '4401…'").
 */
import { BusError, type ErrorCode } from '../../base/errors.ts';
import type { SqlTarget } from '../sql.ts';

/** Server error numbers, https://mariadb.com/kb/en/mariadb-error-code-reference/. */
const CODE_BY_ERRNO: Readonly<Record<number, ErrorCode>> = {
  1213: 'SQL_DEADLOCK',
  1205: 'SQL_LOCK_TIMEOUT',
  1020: 'SQL_DEADLOCK', // record changed since last read (snapshot isolation)
  1062: 'SQL_DUPLICATE',
  1044: 'SQL_ACCESS_DENIED',
  1045: 'SQL_ACCESS_DENIED',
  1142: 'SQL_ACCESS_DENIED',
  1143: 'SQL_ACCESS_DENIED',
  1227: 'SQL_ACCESS_DENIED',
  1698: 'SQL_ACCESS_DENIED',
  3: 'SQL_DISK_FULL',
  28: 'SQL_DISK_FULL',
  1021: 'SQL_DISK_FULL',
  1026: 'SQL_DISK_FULL',
  1114: 'SQL_DISK_FULL',
  1290: 'SQL_READ_ONLY',
  1836: 'SQL_READ_ONLY',
  1048: 'SQL_BAD_VALUE',
  1264: 'SQL_BAD_VALUE',
  1265: 'SQL_BAD_VALUE',
  1292: 'SQL_BAD_VALUE',
  1366: 'SQL_BAD_VALUE',
  1406: 'SQL_BAD_VALUE',
  1040: 'SQL_CONNECTION_LOST', // too many connections: comes and goes
  1053: 'SQL_CONNECTION_LOST', // shutdown in progress
  1077: 'SQL_CONNECTION_LOST',
  1152: 'SQL_CONNECTION_LOST',
  1158: 'SQL_CONNECTION_LOST',
  1159: 'SQL_CONNECTION_LOST',
  1160: 'SQL_CONNECTION_LOST',
  1161: 'SQL_CONNECTION_LOST',
  1317: 'SQL_CONNECTION_LOST', // query interrupted by shutdown or KILL
  1927: 'SQL_CONNECTION_LOST', // connection was killed
  2006: 'SQL_CONNECTION_LOST',
  2013: 'SQL_CONNECTION_LOST',
};

const LOST_CONNECTION_CODES: ReadonlySet<string> = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'POOL_CLOSED',
]);

type DriverError = {
  readonly code?: string;
  readonly errno?: number;
  readonly sqlState?: string;
  readonly message?: string;
  readonly fatal?: boolean;
};

/** The bus's error for anything the driver threw. */
export function sqlError(thrown: unknown, target: SqlTarget): BusError {
  if (thrown instanceof BusError) return thrown;
  const error = (thrown ?? {}) as DriverError;
  const { errno = 0, code = 'unknown', sqlState: state = '-' } = error;
  const details = {
    address: `${target.host}:${target.port}`,
    user: target.user,
    errno,
    state,
    what: code,
  };
  return new BusError(codeOf(error), details, new Error(`${code} (${errno}, ${state})`));
}

function codeOf({ code = '', errno = 0, message = '', fatal }: DriverError): ErrorCode {
  const known = errno > 0 ? CODE_BY_ERRNO[errno] : undefined;
  if (known) return known;
  // The driver has no code for commands queued on a connection that has just died.
  const queuedOnDead = message.includes('closed state') || message.includes('Pool is closed');
  if (LOST_CONNECTION_CODES.has(code) || queuedOnDead || fatal === true)
    return 'SQL_CONNECTION_LOST';
  return 'SQL_FAILED';
}
