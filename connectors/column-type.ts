/**
 * MariaDB column types as a DBA writes them, brought to one spelling so that the declared
 * type and the one the server reports compare as text. What capture cannot carry exactly
 * (geometry, vectors) has no canonical form and is refused where it is declared.
 */

const ALIASES: Readonly<Record<string, string>> = {
  integer: 'int',
  numeric: 'decimal',
  dec: 'decimal',
  real: 'double',
  'double precision': 'double',
  'character varying': 'varchar',
  character: 'char',
  boolean: 'tinyint(1)',
  bool: 'tinyint(1)',
  json: 'longtext',
};

const INTEGERS = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint']);
const PLAIN = new Set(
  'float double date year tinytext text mediumtext longtext tinyblob blob mediumblob longblob uuid inet4 inet6'.split(
    ' ',
  ),
);
const NEEDS_LENGTH = new Set(['varchar', 'varbinary']);
const TEMPORAL = new Set(['datetime', 'timestamp', 'time']);
const ONE_BY_DEFAULT = new Set(['char', 'binary', 'bit']);

/** The canonical spelling of `type`, or undefined when it is no type that can be captured. */
export function canonicalType(type: string): string | undefined {
  // Attributes stand after the brackets; ZEROFILL makes a column unsigned.
  const attributes = /(?:\s*\b(?:unsigned|signed|zerofill))+\s*$/i;
  const plain = type.trim().replace(attributes, '');
  const [, rawBase = '', argument] = /^([a-z][a-z0-9 ]*?)\s*(?:\(([^]*)\))?$/i.exec(plain) ?? [];
  const lower = rawBase.toLowerCase();
  const base = ALIASES[lower] ?? lower;
  const unsigned = /unsigned|zerofill/i.test(type.slice(plain.length)) ? ' unsigned' : '';
  return spelled({ base, argument: argument?.trim(), unsigned });
}

type Parts = {
  readonly base: string;
  readonly argument: string | undefined;
  readonly unsigned: string;
};

function spelled({ base, argument, unsigned }: Parts): string | undefined {
  if (base === 'tinyint(1)') return argument === undefined ? base : undefined;
  if (INTEGERS.has(base)) {
    // Display widths mean nothing, except that clients read tinyint(1) as a boolean.
    return base === 'tinyint' && argument === '1' && unsigned === ''
      ? 'tinyint(1)'
      : base + unsigned;
  }
  if (base === 'decimal') return decimal(argument) && `decimal(${decimal(argument)})${unsigned}`;
  if (base === 'enum' || base === 'set') return argument && `${base}(${quotedList(argument)})`;
  if (PLAIN.has(base)) return base === 'float' || base === 'double' ? base + unsigned : base;
  if (TEMPORAL.has(base)) {
    if (argument !== undefined && !/^[0-6]$/.test(argument)) return undefined;
    return argument === undefined || argument === '0' ? base : `${base}(${argument})`;
  }
  if (NEEDS_LENGTH.has(base)) return isCount(argument) ? `${base}(${argument})` : undefined;
  if (ONE_BY_DEFAULT.has(base)) {
    return argument === undefined || isCount(argument) ? `${base}(${argument ?? 1})` : undefined;
  }
  return undefined;
}

function isCount(argument: string | undefined): boolean {
  return argument !== undefined && /^[1-9]\d{0,4}$/.test(argument);
}

function decimal(argument: string | undefined): string | undefined {
  if (argument === undefined) return '10,0';
  const [, precision, scale = '0'] = /^(\d{1,2})(?:\s*,\s*(\d{1,2}))?$/.exec(argument) ?? [];
  return precision === undefined ? undefined : `${precision},${scale}`;
}

/** `'a', 'b'` and `'a','b'` are one type. */
function quotedList(argument: string): string | undefined {
  const values = argument.match(/'(?:[^']|'')*'/g);
  return values?.join(',');
}

/** True for types whose zero value ('0000-00-00') no calendar has. */
export function isDateType(canonical: string): boolean {
  return /^(date|datetime|timestamp)/.test(canonical);
}

/** True for types that are compared by a collation. */
export function isTextType(canonical: string): boolean {
  return /^(char|varchar|tinytext|text|mediumtext|longtext|enum|set)/.test(canonical);
}
