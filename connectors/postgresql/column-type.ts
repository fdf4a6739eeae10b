/**
 * PostgreSQL column types: those whose every ordinary value capture carries exactly, and the one
 * spelling of each, which is the server's own (format_type). The rest is refused: arrays, money,
 * intervals, ranges and the like have no equal in a shared view.
 */
import type { Problem } from '../../bus/base/errors.ts';

const REMEDY =
  'Use one of: char(n), varchar(n), text, smallint, integer, bigint, numeric(p,s), real, double precision, boolean, date, time(n), timestamp(n) [with time zone], bytea, uuid, json, jsonb; captured: false keeps another column inside.';

const SYNONYMS: Readonly<Record<string, string>> = {
  varchar: 'character varying',
  char: 'character',
  bpchar: 'character',
  int: 'integer',
  int4: 'integer',
  int2: 'smallint',
  int8: 'bigint',
  decimal: 'numeric',
  float4: 'real',
  float8: 'double precision',
  bool: 'boolean',
  timestamptz: 'timestamp with time zone',
  timestamp: 'timestamp without time zone',
  time: 'time without time zone',
};

const PLAIN: ReadonlySet<string> = new Set([
  'text',
  'smallint',
  'integer',
  'bigint',
  'real',
  'double precision',
  'boolean',
  'date',
  'bytea',
  'uuid',
  'json',
  'jsonb',
]);
const SIZED: ReadonlySet<string> = new Set(['character', 'character varying']);
const MOMENTS: ReadonlySet<string> = new Set([
  'timestamp without time zone',
  'timestamp with time zone',
  'time without time zone',
]);

/** Why `declared` cannot be captured exactly; undefined when it can. */
export function postgresTypeProblem(declared: string): Problem | undefined {
  const why = fault(canonicalPostgresType(declared));
  return why === undefined ? undefined : { message: `"${declared}": ${why}.`, remedy: REMEDY };
}

/** The server's spelling of a type, e.g. "character varying(40)" for "VARCHAR(40)". */
export function canonicalPostgresType(type: string): string {
  const text = type.trim().toLowerCase().replaceAll(/\s+/g, ' ');
  const match = /^([a-z][a-z0-9 ]*?) ?(?:\(([^)]*)\))? ?(with(?:out)? time zone)?$/.exec(text);
  if (!match) return text;
  const [, word = '', args, zone] = match;
  const name = canonicalName(word, zone);
  if (args === undefined) return name === 'character' ? 'character(1)' : name;
  const list = args.split(',').map((part) => part.trim());
  if (name === 'numeric' && list.length === 1) list.push('0');
  const [base = '', ...rest] = name.split(' ');
  // The server writes the digits before "without time zone".
  return MOMENTS.has(name)
    ? `${base}(${list.join(',')}) ${rest.join(' ')}`
    : `${name}(${list.join(',')})`;
}

function canonicalName(word: string, zone: string | undefined): string {
  if (zone !== undefined) return `${word} ${zone}`;
  return Object.hasOwn(SYNONYMS, word) ? (SYNONYMS[word] ?? word) : word;
}

function fault(canonical: string): string | undefined {
  const [, head = '', args, tail = ''] =
    /^([^(]*?)(?:\(([^)]*)\))?( with.*)?$/.exec(canonical) ?? [];
  const name = `${head}${tail}`;
  if (PLAIN.has(name)) return args === undefined ? undefined : `${name} takes nothing in brackets`;
  if (SIZED.has(name)) return args !== undefined && isWhole(args) ? undefined : 'expected a length';
  if (MOMENTS.has(name)) {
    return args === undefined || /^[0-6]$/.test(args)
      ? undefined
      : 'expected 0 to 6 digits of a second';
  }
  if (name === 'numeric') {
    return args !== undefined && /^[1-9]\d{0,2},\d{1,3}$/.test(args)
      ? undefined
      : 'expected numeric(precision,scale), because without them no shared view could hold every value';
  }
  return `${name === '' ? 'this' : name} is no type that can be captured exactly`;
}

function isWhole(text: string): boolean {
  return /^[1-9]\d{0,8}$/.test(text);
}
