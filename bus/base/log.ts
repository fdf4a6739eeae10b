/**
 * JSON-line logs. Facts go into fields, the message text stays the same for one kind of
 * event. A log never holds a value of a shared row: pass coordinates and codes instead.
 */
import { pino } from 'pino';

export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** A log that adds `fields` to every line. */
  child(fields: LogFields): Log;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Writes JSON lines to standard error (descriptor 2), or to `file` when given. */
export function createLog({
  level = 'info',
  file,
}: { readonly level?: LogLevel; readonly file?: string } = {}): Log {
  const destination = pino.destination({ dest: file ?? 2, sync: true, mkdir: true });
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}

export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLog,
};
