/**
 * Canonical text and digests on PostgreSQL 14 or newer, digit for digit as MariaDB has them. Zone
 * and literals of the session are those of the SQL port (UTC, standard strings).
 */
import { unreachable } from '../base/assert.ts';
import type { SqlSession } from '../sql/sql.ts';
import type { Dialect, SideColumn } from './side.ts';

const half = (from: number) =>
  `COALESCE(bit_xor(('x' || substr(d, ${from}, 16))::bit(64)::bigint), 0)::text`;

export const postgresDialect: Dialect = {
  quote,
  canonical: (column) => canonicalOf(quote(column.column), column),
  keyName: ({ column }) => quote(column),
  keyLiteral,
  md5: (text) => `md5(${utf8(text)})`,
  concat: (parts) => `(${parts.join(' || ')})`,
  bytes: (text) => `octet_length(${utf8(text)})::text`,
  aggregates: `COUNT(*) AS n, ${half(1)} AS a, ${half(17)} AS b`,
  isSingle: (own) => /^\s*(?:real|float4)\s*$/i.test(own),
};

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function utf8(text: string): string {
  return `convert_to(${text}, 'UTF8')`;
}

function canonicalOf(c: string, { type, own, isSingle = false }: SideColumn): string {
  switch (type.kind) {
    case 'chars':
      return type.name === 'char' ? `rtrim(${c}::text, ' ')` : padded(c, own);
    case 'enum':
      return `${c}::text`;
    case 'text':
    case 'json':
      return long(utf8(`${c}::text`));
    case 'blob':
      return long(c);
    case 'integer':
    case 'boolean':
    case 'year':
      return `CASE ${c}::text WHEN 'true' THEN '1' WHEN 'false' THEN '0' ELSE ${c}::text END`;
    case 'decimal':
      return `trim_scale(${c}::numeric)::text`;
    case 'float':
      return float(c, isSingle);
    case 'date':
      return `to_char(${c}, 'YYYY-MM-DD')`;
    case 'moment':
      return type.name === 'time'
        ? `to_char(${c}::interval, 'HH24:MI:SS.US')`
        : `to_char(${c}, 'YYYY-MM-DD HH24:MI:SS.US')`;
    case 'binary': {
      const hex = `upper(encode(${c}, 'hex'))`;
      return type.name === 'binary' ? `rpad(${hex}, ${2 * type.bytesMax}, '0')` : hex;
    }
    default:
      return unreachable(type);
  }
}

/** Capture carries the blanks of a character(n), which a cast to text takes away. */
function padded(c: string, own: string | undefined): string {
  const length = /^\s*(?:char|character|bpchar)\s*\(\s*(\d+)\s*\)\s*$/i.exec(own ?? '')?.[1];
  return length === undefined ? `${c}::text` : `rpad(${c}::text, ${length})`;
}

function long(bytes: string): string {
  return `octet_length(${bytes})::text || ':' || md5(${bytes})`;
}

/**
 * As MariaDB prints it: the shortest digits that mean the value, six of single precision; without
 * an exponent from 1e-15 up to 1e15.
 */
function float(c: string, isSingle: boolean): string {
  const value = isSingle ? `${c}::real::numeric` : `${c}::float8::text::numeric`;
  const scientific = `regexp_replace(replace((${value})::float8::text, 'e+', 'e'), 'e-0+', 'e-')`;
  return [
    `CASE WHEN ${c} = 0 THEN '0'`,
    `WHEN abs(${value}) >= 1e15 OR abs(${value}) < 1e-15 THEN ${scientific}`,
    `ELSE trim_scale(${value})::text END`,
  ].join(' ');
}

const NUMBER = /^-?\d+(?:\.\d+)?(?:e-?\d+)?$/;

function keyLiteral({ type }: SideColumn, value: string): string {
  const text = `'${value.replaceAll("'", "''")}'`;
  switch (type.kind) {
    case 'integer':
    case 'decimal':
    case 'float':
    case 'year':
      return NUMBER.test(value) ? value : text;
    case 'binary':
    case 'blob':
      return /^[0-9A-F]*$/.test(value) ? `'\\x${value}'::bytea` : text;
    default:
      return text;
  }
}

/** Collations that sort by bytes. */
const BYTE_ORDERED = /^(?:C|POSIX|C\.utf-?8|pg_c_utf8|ucs_basic)$/i;

/** Whether `table` of schema `database` keeps its primary key in byte order. */
export async function isPostgresByteOrdered(
  session: SqlSession,
  { database, table }: { readonly database: string; readonly table: string },
): Promise<boolean> {
  const columns = await session.query<{ kind: string; name: string | null; standard: string }>(
    `SELECT t.typtype AS kind, c.collname AS name, (SELECT datcollate FROM pg_database WHERE datname = current_database()) AS standard
       FROM pg_index i
       JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
       JOIN pg_type t ON t.oid = a.atttypid
       LEFT JOIN pg_collation c ON c.oid = a.attcollation
      WHERE i.indisprimary AND i.indrelid = to_regclass(?)`,
    [`${quote(database)}.${quote(table)}`],
  );
  return columns.every(({ kind, name, standard }) => {
    const collation = name === 'default' ? standard : name;
    return kind !== 'e' && (collation === null || BYTE_ORDERED.test(collation));
  });
}
