/**
 * Conditions as SQL with the same truth for every row: texts by code points and without padding,
 * decimals and whole numbers exactly, NULL as in CEL. Constants are written so that no setting of
 * the session (escapes, zone, collation of the connection) can change what they mean; TIMESTAMP
 * columns are the exception, their session must be in UTC, as all of the bus's are.
 */
import { unreachable } from '../../base/assert.ts';
import type {
  Comparison,
  Condition,
  Constant,
  Field,
  Operand,
  Size,
  TextTest,
} from './condition.ts';

export type Dialect = 'mariadb' | 'postgresql';
type Quote = (column: string) => string;
type Renderer = { readonly dialect: Dialect; readonly quote: Quote };

/** A condition that is TRUE or FALSE, never NULL: an undecided row is out. */
export function sqlOf(condition: Condition, renderer: Renderer): string {
  return `((${conditionSql(condition, renderer)}) IS TRUE)`;
}

function conditionSql(condition: Condition, renderer: Renderer): string {
  const inner = (part: Condition): string => conditionSql(part, renderer);
  switch (condition.kind) {
    case 'constant':
      return condition.value ? 'TRUE' : 'FALSE';
    case 'and':
    case 'or':
      return `(${inner(condition.left)} ${condition.kind.toUpperCase()} ${inner(condition.right)})`;
    case 'not':
      return `(NOT ${inner(condition.of)})`;
    case 'choice':
      return `(CASE ${inner(condition.when)} WHEN TRUE THEN ${inner(condition.yes)} WHEN FALSE THEN ${inner(condition.no)} END)`;
    case 'flag': {
      const column = renderer.quote(condition.field.column);
      return renderer.dialect === 'mariadb' ? `(${column} <> 0)` : `(${column})`;
    }
    case 'null-test':
      return `(${renderer.quote(condition.field.column)} IS ${condition.isNull ? '' : 'NOT '}NULL)`;
    case 'equal': {
      const same = equalSql(condition, renderer);
      return condition.negated ? `(NOT ${same})` : same;
    }
    case 'order':
      return sidesSql(condition, condition.operator, renderer);
    case 'among':
      return amongSql(condition, renderer);
    case 'text-test':
      return textTestSql(condition, renderer);
    default:
      return unreachable(condition);
  }
}

function equalSql(sides: Sides, renderer: Renderer): string {
  // Both forms know NULL as a value like others.
  const operator = renderer.dialect === 'mariadb' ? '<=>' : 'IS NOT DISTINCT FROM';
  return sized([sides.left, sides.right], sidesSql(sides, operator, renderer), renderer);
}

type Sides = { readonly comparison: Comparison; readonly left: Operand; readonly right: Operand };

function sidesSql(
  { comparison, left, right }: Sides,
  operator: string,
  renderer: Renderer,
): string {
  const columns = left.kind !== 'literal' && right.kind !== 'literal';
  const side = (operand: Operand): string =>
    operand.kind === 'literal'
      ? constantSql(operand.value, comparison, renderer.dialect)
      : columnSql(operand, renderer, columns);
  return `(${side(left)} ${operator} ${side(right)})`;
}

function amongSql(
  { comparison, operand, values }: Extract<Condition, { kind: 'among' }>,
  renderer: Renderer,
): string {
  const list = values.map((value) => constantSql(value, comparison, renderer.dialect));
  const found =
    list.length === 0
      ? 'FALSE'
      : `COALESCE(${columnSql(operand, renderer)} IN (${list.join(', ')}), FALSE)`;
  return sized([operand], found, renderer);
}

/** NULL has no size, so a test that is decided for NULL itself is not for its size. */
function sized(operands: readonly Operand[], test: string, { quote }: Renderer): string {
  const tests = operands
    .filter((operand) => operand.kind === 'size')
    .map(({ of }) => `${quote(of.column)} IS NOT NULL`);
  return tests.length === 0 ? test : `(CASE WHEN ${tests.join(' AND ')} THEN ${test} END)`;
}

type TestWords = { readonly column: string; readonly text: string; readonly chars: number };

const TESTS: Readonly<Record<TextTest, (words: TestWords) => string>> = {
  startsWith: ({ column, text, chars }) => `LEFT(${column}, ${chars}) = ${text}`,
  endsWith: ({ column, text, chars }) => `RIGHT(${column}, ${chars}) = ${text}`,
  contains: ({ column, text }) => `POSITION(${text} IN ${column}) > 0`,
};

function textTestSql(
  { test, field, text }: Extract<Condition, { kind: 'text-test' }>,
  renderer: Renderer,
): string {
  const column = columnSql(field, renderer);
  // Every text begins with, ends with and contains the empty one; servers differ in saying so.
  if (text === '') return `(CHAR_LENGTH(${column}) >= 0)`;
  const chars = Array.from(text).length;
  return `(${TESTS[test]({ column, text: textSql(text, renderer.dialect), chars })})`;
}

/** `collated`: nothing else in the comparison says by which order texts are compared. */
function columnSql(operand: Field | Size, renderer: Renderer, collated = false): string {
  if (operand.kind === 'size') return `CHAR_LENGTH(${columnSql(operand.of, renderer)})`;
  const { type } = operand;
  const name = renderer.quote(operand.column);
  if (type.kind === 'chars' || type.kind === 'text' || type.kind === 'enum') {
    if (renderer.dialect === 'postgresql') return `((${name})::text COLLATE "C")`;
    return collated ? `(${name} COLLATE utf8mb4_nopad_bin)` : name;
  }
  // MariaDB takes constants below 100 beside a YEAR column as years of two digits.
  return type.kind === 'year' && renderer.dialect === 'mariadb' ? `CAST(${name} AS SIGNED)` : name;
}

function constantSql(value: Constant, comparison: Comparison, dialect: Dialect): string {
  switch (comparison.by) {
    case 'text':
      return textSql(String(value), dialect);
    case 'date':
      return `DATE'${value}'`;
    case 'moment':
      return dialect === 'postgresql' && comparison.name === 'timestamp'
        ? `TIMESTAMPTZ'${value}+00'`
        : `TIMESTAMP'${value}'`;
    case 'boolean':
      return value === true ? 'TRUE' : 'FALSE';
    case 'double':
      return doubleSql(Number(value), dialect);
    default:
      return String(value);
  }
}

/** In hexadecimal or with doubled quotes: nothing of the text can end the constant. */
function textSql(text: string, dialect: Dialect): string {
  if (dialect === 'mariadb') {
    return `(_utf8mb4 X'${Buffer.from(text).toString('hex')}' COLLATE utf8mb4_nopad_bin)`;
  }
  const escaped = text.replaceAll('\\', '\\\\').replaceAll("'", "''");
  return `E'${escaped}'`;
}

/** An exponent makes it a double for MariaDB; without one it would be an exact decimal. */
function doubleSql(value: number, dialect: Dialect): string {
  const text = String(value);
  if (dialect === 'postgresql') return `'${text}'::double precision`;
  return text.includes('e') ? text : `${text}e0`;
}
