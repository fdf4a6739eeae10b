/**
 * The declared column types of views and sources: what an agreement may say about a column.
 * Parsing is strict (an unknown word is a problem, never a guess) and `sqlTypeOf` renders the
 * one canonical spelling that `parseColumnType` reads back to the same type.
 */
import type { Problem } from '../base/errors.ts';

export type IntegerName = 'tinyint' | 'smallint' | 'mediumint' | 'int' | 'bigint';
export type TextName = 'tinytext' | 'text' | 'mediumtext' | 'longtext';
export type BlobName = 'tinyblob' | 'blob' | 'mediumblob' | 'longblob';
export type MomentName = 'datetime' | 'timestamp' | 'time';

export type ColumnType =
  | { readonly kind: 'chars'; readonly name: 'char' | 'varchar'; readonly charsMax: number }
  | { readonly kind: 'text'; readonly name: TextName }
  | { readonly kind: 'integer'; readonly name: IntegerName; readonly unsigned: boolean }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'float'; readonly name: 'float' | 'double' }
  | { readonly kind: 'date' }
  | { readonly kind: 'moment'; readonly name: MomentName; readonly digits: number }
  | { readonly kind: 'year' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'binary'; readonly name: 'binary' | 'varbinary'; readonly bytesMax: number }
  | { readonly kind: 'blob'; readonly name: BlobName }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'json' };

const CHARS_MAX = { char: 255, varchar: 16_383 };
const BYTES_MAX = { binary: 255, varbinary: 65_532 };
const PRECISION_MAX = 65;
const SCALE_MAX = 38;
const FRACTION_MAX = 6;
const ENUM_VALUES_MAX = 1_000;

const REMEDY =
  'Use one of: char(n), varchar(n), text, tinyint … bigint [unsigned], decimal(p,s), float, double, date, datetime(6), timestamp(6), time(6), year, boolean, binary(n), varbinary(n), blob, enum(…), json.';

const SYNONYMS: Readonly<Record<string, string>> = {
  integer: 'int',
  bool: 'boolean',
  numeric: 'decimal',
  'double precision': 'double',
};

const PLAIN: ReadonlyMap<string, ColumnType> = new Map<string, ColumnType>([
  ...(['tinytext', 'text', 'mediumtext', 'longtext'] as const).map(
    (name) => [name, { kind: 'text', name }] as const,
  ),
  ...(['tinyblob', 'blob', 'mediumblob', 'longblob'] as const).map(
    (name) => [name, { kind: 'blob', name }] as const,
  ),
  ['float', { kind: 'float', name: 'float' }],
  ['double', { kind: 'float', name: 'double' }],
  ['date', { kind: 'date' }],
  ['year', { kind: 'year' }],
  ['boolean', { kind: 'boolean' }],
  ['json', { kind: 'json' }],
]);

type Words = {
  readonly name: string;
  readonly args: string | undefined;
  readonly unsigned: boolean;
};

/** Reads a declared type, e.g. "varchar(40)" or "bigint unsigned"; a Problem when it is none. */
export function parseColumnType(declared: string): ColumnType | Problem {
  const match = /^\s*([a-z]+(?: precision)?)\s*(?:\((.*)\))?\s*(unsigned)?\s*$/is.exec(declared);
  if (!match) return problem(declared, 'is not a column type');
  const word = (match[1] ?? '').toLowerCase();
  const words: Words = {
    name: Object.hasOwn(SYNONYMS, word) ? (SYNONYMS[word] ?? word) : word,
    args: match[2]?.trim(),
    unsigned: match[3] !== undefined,
  };
  const type = typeOf(words);
  if (typeof type === 'string') return problem(declared, type);
  if (words.unsigned && type.kind !== 'integer') {
    return problem(declared, 'only whole numbers can be unsigned');
  }
  return type;
}

export function isProblem(value: ColumnType | Problem): value is Problem {
  return 'message' in value;
}

/** The DDL text of a type, the same for MariaDB and MySQL. */
export function sqlTypeOf(type: ColumnType): string {
  switch (type.kind) {
    case 'chars':
      return `${type.name}(${type.charsMax})`;
    case 'integer':
      return type.unsigned ? `${type.name} unsigned` : type.name;
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'moment':
      return type.digits === 0 ? type.name : `${type.name}(${type.digits})`;
    case 'binary':
      return `${type.name}(${type.bytesMax})`;
    case 'enum':
      return `enum(${type.values.map((value) => `'${value.replaceAll("'", "''")}'`).join(',')})`;
    case 'text':
    case 'blob':
    case 'float':
      return type.name;
    default:
      return type.kind;
  }
}

/** The type, or what is wrong with the words. */
function typeOf({ name, args, unsigned }: Words): ColumnType | string {
  const plain = PLAIN.get(name);
  if (plain) return args === undefined ? plain : `${name} takes nothing in brackets`;
  switch (name) {
    case 'char':
    case 'varchar':
      return sized(args, CHARS_MAX[name], (charsMax) => ({ kind: 'chars', name, charsMax }));
    case 'binary':
    case 'varbinary':
      return sized(args, BYTES_MAX[name], (bytesMax) => ({ kind: 'binary', name, bytesMax }));
    case 'tinyint':
    case 'smallint':
    case 'mediumint':
    case 'int':
    case 'bigint':
      return integerOf({ name, args, unsigned });
    case 'decimal':
      return decimalOf(args);
    case 'datetime':
    case 'timestamp':
    case 'time':
      return momentOf(name, args);
    case 'enum':
      return enumOf(args ?? '');
    default:
      return `there is no type ${name}`;
  }
}

function sized(
  args: string | undefined,
  max: number,
  make: (size: number) => ColumnType,
): ColumnType | string {
  const size = wholeNumber(args);
  if (size === undefined || size < 1 || size > max) return `expected a length from 1 to ${max}`;
  return make(size);
}

function integerOf({ name, args, unsigned }: Words & { name: IntegerName }): ColumnType | string {
  // A display width says nothing about the values; tinyint(1) is MariaDB's own word for boolean.
  if (args !== undefined && wholeNumber(args) === undefined) return 'expected a number in brackets';
  if (name === 'tinyint' && args === '1' && !unsigned) return { kind: 'boolean' };
  return { kind: 'integer', name, unsigned };
}

function decimalOf(args = '10,0'): ColumnType | string {
  const [precision, scale] = [...args.split(','), '0'].map((part) => wholeNumber(part.trim()));
  if (args.split(',').length > 2 || precision === undefined || scale === undefined) {
    return 'expected decimal(precision,scale)';
  }
  if (precision < 1 || precision > PRECISION_MAX) return `expected 1 to ${PRECISION_MAX} digits`;
  if (scale > SCALE_MAX || scale > precision) {
    return `expected a scale up to ${Math.min(SCALE_MAX, precision)}`;
  }
  return { kind: 'decimal', precision, scale };
}

function momentOf(name: MomentName, args: string | undefined): ColumnType | string {
  const digits = args === undefined ? 0 : wholeNumber(args);
  if (digits === undefined || digits > FRACTION_MAX) {
    return `expected 0 to ${FRACTION_MAX} digits of a second`;
  }
  return { kind: 'moment', name, digits };
}

function enumOf(args: string): ColumnType | string {
  if (!/^'(?:[^']|'')*'(?:\s*,\s*'(?:[^']|'')*')*$/u.test(args)) {
    return "expected enum('one','two')";
  }
  const values = [...args.matchAll(/'((?:[^']|'')*)'/gu)].map((match) =>
    (match[1] ?? '').replaceAll("''", "'"),
  );
  if (values.length > ENUM_VALUES_MAX) return `expected at most ${ENUM_VALUES_MAX} values`;
  if (new Set(values).size !== values.length) return 'a value is named twice';
  return { kind: 'enum', values };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function problem(declared: string, why: string): Problem {
  return { message: `"${declared}": ${why}.`, remedy: REMEDY };
}
