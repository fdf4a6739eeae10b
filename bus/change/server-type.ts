/**
 * Column types as servers and captures spell them, read back to the bus's own words: display
 * widths, a server's own names and attributes without meaning for values are left out. Who
 * compares a declared type with a reported one does it here, so that both sides are read alike.
 */
import { type ColumnType, isProblem, parseColumnType, sqlTypeOf } from './column-type.ts';

/** What PostgreSQL, its drivers and SQL's long forms call types of ours; arguments stay. */
const OTHER_NAMES: readonly (readonly [RegExp, string])[] = [
  [/^character varying\b/, 'varchar'],
  [/^(?:character|bpchar)\b/, 'char'],
  [/^int2\b/, 'smallint'],
  [/^(?:int4|serial)\b/, 'int'],
  [/^(?:int8|bigserial)\b/, 'bigint'],
  [/^smallserial\b/, 'smallint'],
  [/^(?:float4|real)\b/, 'float'],
  [/^float8\b/, 'double'],
  [/^bool\b/, 'boolean'],
  [/^dec\b/, 'decimal'],
  [/^timestamptz\b/, 'timestamp'],
  [/^jsonb\b/, 'json'],
  [/^bytea\b/, 'longblob'],
];

/** The type that a server reports; undefined for one that nobody captures. */
export function serverType(reported: string): ColumnType | undefined {
  const plain = reported
    .trim()
    .replace(/\s+zerofill$/i, '')
    .replace(/^year\(4\)$/i, 'year');
  const type = parseColumnType(otherName(plain));
  return isProblem(type) ? undefined : type;
}

/**
 * One spelling for each type: two that spell alike are one type to a server. Types that nobody
 * captures keep the server's words.
 */
export function canonicalType(type: string): string {
  const known = serverType(type);
  if (!known) return type.toLowerCase().replaceAll(/\s+/g, ' ').trim();
  // MariaDB has no type of its own for JSON.
  return known.kind === 'json' ? 'longtext' : sqlTypeOf(known);
}

function otherName(type: string): string {
  // Values of an enum are not words of a type.
  if (/^enum\b/i.test(type)) return type;
  const lower = type.toLowerCase();
  for (const [theirs, ours] of OTHER_NAMES) {
    if (theirs.test(lower)) return lower.replace(theirs, ours);
  }
  return type;
}
