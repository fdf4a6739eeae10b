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

/** A condition travels in every stored position of the capture: long ones become ranges. */
const KEYS_MAX = 200;

/** Undefined: the whole table has to be read. */
export function keyFilter(key: readonly Column[], scope: KeyScope): string | undefined {
  const [first] = key;
  if (!first) return undefined;
  const { keys, range } = scope;
  const parts = [
    ...bounds(first, { from: range?.from?.[0], to: range?.to?.[0] }),
    ...(keys && keys.length > 0 ? [among(key, keys)] : []),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(' AND ');
}

function among(key: readonly Column[], keys: NonNullable<KeyScope['keys']>): string | undefined {
  if (keys.length > KEYS_MAX) return undefined;
  const any = keys.map((values) => {
    const equal = key.flatMap((column, at) => {
      const value = literalOf(column.type, values[at] ?? null);
      return value === undefined ? [] : [`${name(column)} = ${value}`];
    });
    return equal.length === 0 ? undefined : `(${equal.join(' AND ')})`;
  });
  return any.includes(undefined) ? undefined : `(${any.join(' OR ')})`;
}

function bounds(
  column: Column,
  { from, to }: { readonly from: SqlValue | undefined; readonly to: SqlValue | undefined },
): string[] {
  if (!ORDERED.has(column.type.kind)) return [];
  const bound = (value: SqlValue | undefined, way: string): string[] => {
    const text = value === undefined ? undefined : orderedLiteral(column.type, value);
    return text === undefined ? [] : [`${orderedName(column)} ${way} ${text}`];
  };
  return [...bound(from, '>='), ...bound(to, '<=')];
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

function orderedName(column: Column): string {
  return column.type.kind === 'chars'
    ? `CAST(CONVERT(${name(column)} USING utf8mb4) AS BINARY)`
    : name(column);
}

function orderedLiteral(type: ColumnType, value: SqlValue): string | undefined {
  return type.kind === 'chars' && typeof value === 'string'
    ? `x'${Buffer.from(value, 'utf8').toString('hex')}'`
    : literalOf(type, value);
}

/** Undefined where the two servers might understand a value differently. */
function literalOf(type: ColumnType, value: SqlValue): string | undefined {
  if (Buffer.isBuffer(value)) return `x'${value.toString('hex')}'`;
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
      return typeof value === 'string'
        ? `_utf8mb4 x'${Buffer.from(value, 'utf8').toString('hex')}'`
        : undefined;
    default:
      return undefined;
  }
}

function name(column: Column): string {
  return `\`${column.name.replaceAll('`', '``')}\``;
}
