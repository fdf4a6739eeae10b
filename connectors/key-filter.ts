/**
 * The rows of a key scope as a condition in the department's own SQL, for a snapshot of part of a
 * table. It may let more rows through than the scope (other collations, more key columns), never
 * fewer: reading a row twice is harmless, passing one over is not. Texts and bytes are written in
 * hexadecimal, so that nothing in a value can end a literal.
 */
import type { ColumnType } from '../bus/change/column-type.ts';
import type { SqlValue } from '../bus/sql/sql.ts';
import type { KeyScope } from '../bus/view/sweep/key-scope.ts';
import type { Column } from '../bus/view/view.ts';
import type { Source } from './source.ts';

/** A condition travels in every stored position of the capture: long ones become ranges. */
const KEYS_MAX = 200;

/** What the two kinds of server say differently. */
type Dialect = {
  readonly name: (column: string) => string;
  readonly bytes: (hex: string) => string;
  readonly text: (hex: string) => string;
  /** The column's text as bytes of UTF-8, which compare as the view compares them. */
  readonly textBytes: (name: string) => string;
};

const DIALECTS: Readonly<Record<Source['engine'], Dialect>> = {
  mariadb: {
    name: (column) => `\`${column.replaceAll('`', '``')}\``,
    bytes: (hex) => `x'${hex}'`,
    text: (hex) => `_utf8mb4 x'${hex}'`,
    textBytes: (name) => `CAST(CONVERT(${name} USING utf8mb4) AS BINARY)`,
  },
  postgresql: {
    name: (column) => `"${column.replaceAll('"', '""')}"`,
    bytes: (hex) => `decode('${hex}', 'hex')`,
    text: (hex) => `convert_from(decode('${hex}', 'hex'), 'UTF8')`,
    textBytes: (name) => `convert_to(${name}::text, 'UTF8')`,
  },
};

/** Undefined: the whole table has to be read. */
export function keyFilter(
  key: readonly Column[],
  { keys, range }: KeyScope,
  engine: Source['engine'],
): string | undefined {
  const [first] = key;
  if (!first) return undefined;
  const dialect = DIALECTS[engine];
  const parts = [
    ...bounds(first, { from: range?.from?.[0], to: range?.to?.[0] }, dialect),
    ...(keys && keys.length > 0 ? [among(key, keys, dialect)] : []),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(' AND ');
}

function among(
  key: readonly Column[],
  keys: NonNullable<KeyScope['keys']>,
  dialect: Dialect,
): string | undefined {
  if (keys.length > KEYS_MAX) return undefined;
  const any = keys.map((values) => {
    const equal = key.flatMap((column, at) => {
      const value = literalOf(column.type, values[at] ?? null, dialect);
      return value === undefined ? [] : [`${dialect.name(column.name)} = ${value}`];
    });
    return equal.length === 0 ? undefined : `(${equal.join(' AND ')})`;
  });
  return any.includes(undefined) ? undefined : `(${any.join(' OR ')})`;
}

/** Kinds that both servers order alike, once text is compared by its bytes. */
const ORDERED: ReadonlySet<ColumnType['kind']> = new Set([
  'chars',
  'integer',
  'decimal',
  'date',
  'year',
  'binary',
]);

function bounds(
  { name, type }: Column,
  { from, to }: { readonly from: SqlValue | undefined; readonly to: SqlValue | undefined },
  dialect: Dialect,
): string[] {
  if (!ORDERED.has(type.kind)) return [];
  const column = dialect.name(name);
  const isText = type.kind === 'chars';
  const bound = (value: SqlValue | undefined, way: string): string[] => {
    if (value === undefined) return [];
    const text =
      isText && typeof value === 'string'
        ? dialect.bytes(hexOf(value))
        : literalOf(type, value, dialect);
    if (text === undefined) return [];
    return [`${isText ? dialect.textBytes(column) : column} ${way} ${text}`];
  };
  return [...bound(from, '>='), ...bound(to, '<=')];
}

/** Undefined where the two servers might understand a value differently. */
function literalOf(type: ColumnType, value: SqlValue, dialect: Dialect): string | undefined {
  if (Buffer.isBuffer(value)) return dialect.bytes(value.toString('hex'));
  const text = String(value);
  switch (type.kind) {
    case 'integer':
    case 'year':
      return /^-?\d+$/.test(text) ? text : undefined;
    case 'decimal':
      return /^-?\d+(\.\d+)?$/.test(text) ? text : undefined;
    case 'date':
      return /^\d{4}-\d\d-\d\d$/.test(text) ? `DATE'${text}'` : undefined;
    case 'chars':
    case 'enum':
      return typeof value === 'string' ? dialect.text(hexOf(value)) : undefined;
    default:
      return undefined;
  }
}

function hexOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('hex');
}
