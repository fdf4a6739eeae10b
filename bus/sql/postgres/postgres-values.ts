/**
 * Values between the port and PostgreSQL: `?` becomes `$1`, lists become several placeholders, and
 * what the server answers becomes the port's forms (integers as numbers while exact, decimals and
 * temporal values as the server's text).
 */
import { assert } from '../../base/assert.ts';
import type { SqlValue } from '../sql.ts';

/** What a question mark may stand in without being a placeholder, then the placeholder itself. */
const PARTS =
  /[eE]'(?:[^'\\]|\\[^]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[^]*?\*\/|\$(\w*)\$[^]*?\$\1\$|\?/g;

export type Bound = { readonly text: string; readonly values: readonly SqlValue[] };

/** The statement as PostgreSQL wants it. The count of placeholders and values must agree. */
export function bind(sql: string, given: readonly unknown[]): Bound {
  if (given.length === 0) return { text: sql, values: [] };
  const values: SqlValue[] = [];
  let at = 0;
  const text = sql.replace(PARTS, (part) => {
    if (part !== '?') return part;
    assert(at < given.length, 'a placeholder without a value');
    return placeholder(given[at++], values);
  });
  assert(at === given.length, 'a value without a placeholder');
  return { text, values };
}

/** One `$n`; "$1, $2" for a list, as in IN (?); "($1, $2), ($3, $4)" for a list of rows. */
function placeholder(value: unknown, values: SqlValue[]): string {
  if (!Array.isArray(value)) {
    values.push(checkedValue(value));
    return `$${values.length}`;
  }
  assert(value.length > 0, 'an empty list of SQL values');
  return value
    .map((one: unknown) =>
      Array.isArray(one) ? `(${placeholder(one, values)})` : placeholder(one, values),
    )
    .join(', ');
}

function checkedValue(value: unknown): SqlValue {
  if (typeof value === 'bigint') return value.toString();
  const isPlain = value === null || ['string', 'number', 'boolean'].includes(typeof value);
  assert(
    isPlain || Buffer.isBuffer(value),
    `a SQL value of type ${Object.prototype.toString.call(value)}`,
  );
  return value as SqlValue;
}

const OID = {
  bool: 16,
  bytea: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  oid: 26,
  float4: 700,
  float8: 701,
};

type Parse = (text: string) => SqlValue;

const PARSERS: ReadonlyMap<number, Parse> = new Map<number, Parse>([
  [OID.bool, (text) => text === 't'],
  [OID.bytea, (text) => Buffer.from(text.slice(2), 'hex')],
  [OID.int8, (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : text)],
  ...[OID.int2, OID.int4, OID.oid, OID.float4, OID.float8].map((oid): [number, Parse] => [
    oid,
    Number,
  ]),
]);

/** How the driver reads a column of type `oid`; everything not named stays the server's text. */
export function parserOf(oid: number): Parse {
  return PARSERS.get(oid) ?? ((text) => text);
}
