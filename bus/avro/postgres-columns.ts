/**
 * What the capture of a PostgreSQL table writes for a column of each declared type, and which type
 * of the bus that is. Types come in the server's own spelling ("character varying(40)").
 */
import { type ColumnType, isProblem, parseColumnType } from '../change/column-type.ts';
import { SEMANTIC } from '../change/wire-type.ts';
import type { Written } from './table-schema.ts';

export type PostgresColumn = { readonly type: ColumnType; readonly written: Written };

type Parts = { readonly sizes: readonly number[] };
type Described = { readonly type: string; readonly written: Written };

/** Undefined for a type that is not captured. */
export function postgresColumn(canonical: string): PostgresColumn | undefined {
  const [, head = '', args = '', tail = ''] =
    /^([^(]*?) ?(?:\(([^)]*)\))?( with.*)?$/.exec(canonical) ?? [];
  const sizes = args === '' ? [] : args.split(',').map(Number);
  const described = DESCRIBED.get(`${head}${tail}`)?.({ sizes });
  if (!described) return undefined;
  const type = parseColumnType(described.type);
  return isProblem(type) ? undefined : { type, written: described.written };
}

/** Texts longer than a varchar of the bus, and those without a length. */
const TEXT = 'longtext';
const CHARS_MAX = { char: 255, varchar: 16_383 };

function chars(name: 'char' | 'varchar', word: string) {
  return ({ sizes: [length = 1] }: Parts): Described => ({
    type: length <= CHARS_MAX[name] ? `${name}(${length})` : TEXT,
    written: { avro: 'string', source: { word, length } },
  });
}

function moment(name: string, wire: (digits: number) => Omit<Written, 'source'>, word: string) {
  return ({ sizes: [digits = 6] }: Parts): Described => ({
    type: `${name}(${digits})`,
    written: { ...wire(digits), source: { word, scale: digits } },
  });
}

function plain(type: string, wire: Omit<Written, 'source'>, word: string) {
  return (): Described => ({ type, written: { ...wire, source: { word } } });
}

const fractions = (digits: number) => ({
  avro: 'long',
  semantic: digits <= 3 ? SEMANTIC.timestampMs : SEMANTIC.timestampUs,
});
const zoned = () => ({ avro: 'string', semantic: SEMANTIC.zonedTimestamp });
const clock = () => ({ avro: 'long', semantic: SEMANTIC.timeUs });
const json = { avro: 'string', semantic: SEMANTIC.json };

const DESCRIBED: ReadonlyMap<string, (parts: Parts) => Described> = new Map([
  ['character varying', chars('varchar', 'VARCHAR')],
  ['character', chars('char', 'BPCHAR')],
  ['text', plain(TEXT, { avro: 'string' }, 'TEXT')],
  ['smallint', plain('smallint', { avro: 'int', tail: { 'connect.type': 'int16' } }, 'INT2')],
  ['integer', plain('int', { avro: 'int' }, 'INT4')],
  ['bigint', plain('bigint', { avro: 'long' }, 'INT8')],
  ['real', plain('float', { avro: 'float' }, 'FLOAT4')],
  ['double precision', plain('double', { avro: 'double' }, 'FLOAT8')],
  ['boolean', plain('boolean', { avro: 'boolean' }, 'BOOL')],
  ['date', plain('date', { avro: 'int', semantic: SEMANTIC.date }, 'DATE')],
  ['bytea', plain('longblob', { avro: 'bytes' }, 'BYTEA')],
  ['uuid', plain('char(36)', { avro: 'string', semantic: SEMANTIC.uuid }, 'UUID')],
  ['json', plain('json', json, 'JSON')],
  ['jsonb', plain('json', json, 'JSONB')],
  ['timestamp without time zone', moment('datetime', fractions, 'TIMESTAMP')],
  ['timestamp with time zone', moment('timestamp', zoned, 'TIMESTAMPTZ')],
  ['time without time zone', moment('time', clock, 'TIME')],
  [
    'numeric',
    ({ sizes: [precision = 0, scale = 0] }: Parts): Described => ({
      type: `decimal(${precision},${scale})`,
      written: { avro: 'string', source: { word: 'NUMERIC', length: precision, scale } },
    }),
  ],
]);
