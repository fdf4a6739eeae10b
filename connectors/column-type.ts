/**
 * Declared column types against those that the server reports. The words themselves are the
 * bus's (bus/change/column-type.ts); here are only the spellings that are the server's own.
 */
import type { Problem } from '../bus/base/errors.ts';
import {
  type ColumnType,
  isProblem,
  parseColumnType,
  sqlTypeOf,
} from '../bus/change/column-type.ts';

/** Why `type` cannot be captured exactly; undefined when it can. */
export function typeProblem(type: string): Problem | undefined {
  const parsed = parseColumnType(type);
  return isProblem(parsed) ? parsed : undefined;
}

/** True when both are one type. Types that nobody captures compare as the server spells them. */
export function isSameType(declared: string, reported: string): boolean {
  return canonical(declared) === canonical(reported);
}

/** True for types whose zero value ('0000-00-00') no calendar has. */
export function isDateType(type: string): boolean {
  const parsed = known(type);
  return parsed?.kind === 'date' || (parsed?.kind === 'moment' && parsed.name !== 'time');
}

/** True for types whose values a collation may call equal. */
export function isTextType(type: string): boolean {
  const parsed = known(type);
  return parsed?.kind === 'chars' || parsed?.kind === 'text' || parsed?.kind === 'enum';
}

function canonical(type: string): string {
  const parsed = known(type);
  if (!parsed) return type.toLowerCase().replaceAll(/\s+/g, ' ').trim();
  // MariaDB has no type of its own for JSON.
  return parsed.kind === 'json' ? 'longtext' : sqlTypeOf(parsed);
}

function known(type: string): ColumnType | undefined {
  const parsed = parseColumnType(
    type.replace(/\s+zerofill\s*$/i, '').replace(/^\s*year\(4\)\s*$/i, 'year'),
  );
  return isProblem(parsed) ? undefined : parsed;
}
