/** Checks for what only a bug in civicbus can break. Bad input is never asserted: it is reported. */
import { BusError } from './errors.ts';

export function assert(condition: unknown, what: string | (() => string)): asserts condition {
  if (!condition) throw new BusError('BUS_BUG', { what: typeof what === 'string' ? what : what() });
}

/** `value`, which must be there. */
export function must<T>(value: T | null | undefined, what: string): T {
  assert(value !== null && value !== undefined, what);
  return value;
}

/** For the default branch of a complete switch. */
export function unreachable(value: never): never {
  throw new BusError('BUS_BUG', { what: `unexpected case ${JSON.stringify(value)}` });
}
