/**
 * Declared column types against those that the server reports. The words themselves, and how
 * servers spell them, are the bus's (bus/change/column-type.ts, server-type.ts).
 */
import type { Problem } from '../bus/base/errors.ts';
import { isProblem, parseColumnType } from '../bus/change/column-type.ts';
import { canonicalType, serverType } from '../bus/change/server-type.ts';

/** Why `type` cannot be captured exactly; undefined when it can. */
export function typeProblem(type: string): Problem | undefined {
  const parsed = parseColumnType(type);
  return isProblem(parsed) ? parsed : undefined;
}

/** True when both are one type. Types that nobody captures compare as the server spells them. */
export function isSameType(declared: string, reported: string): boolean {
  return canonicalType(declared) === canonicalType(reported);
}

/** True for types whose zero value ('0000-00-00') no calendar has. */
export function isDateType(type: string): boolean {
  const parsed = serverType(type);
  return parsed?.kind === 'date' || (parsed?.kind === 'moment' && parsed.name !== 'time');
}

/** True for types whose values a collation may call equal. */
export function isTextType(type: string): boolean {
  const parsed = serverType(type);
  return parsed?.kind === 'chars' || parsed?.kind === 'text' || parsed?.kind === 'enum';
}
