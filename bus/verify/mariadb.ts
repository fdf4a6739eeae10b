/**
 * Canonical text and digests on MariaDB. Zone and mode of the session are those of the SQL port
 * (UTC, strict); text is compared in utf8mb4 whatever the column's own character set is.
 */
import { unreachable } from '../base/assert.ts';
import type { ColumnType } from '../change/column-type.ts';
import { literal, quoteName } from '../sql/mysql/mysql-literal.ts';
import type { SqlSession } from '../sql/sql.ts';
import { ownType, type Dialect, type SideColumn } from './side.ts';

const HALF = (from: number) =>
  `CAST(COALESCE(BIT_XOR(CAST(CONV(SUBSTR(d, ${from}, 16), 16, 10) AS UNSIGNED)), 0) AS CHAR)`;

export const mariadbDialect: Dialect = {
  quote: quoteName,
  canonical: (column) => canonicalOf(quoteName(column.column), column),
  keyLiteral,
  md5: (text) => `MD5(${text})`,
  concat: (parts) => `CONCAT(${parts.join(', ')})`,
  bytes: (text) => `OCTET_LENGTH(${text})`,
  aggregates: `COUNT(*) AS n, ${HALF(1)} AS a, ${HALF(17)} AS b`,
  isSingle: (own) => /^\s*float\s*$/i.test(own),
  keyName: ({ column }) => quoteName(column),
};

function canonicalOf(c: string, { type, own, isSingle = false }: SideColumn): string {
  const mine = own === undefined ? type : ownType(own);
  switch (type.kind) {
    case 'chars':
      // A char column gives its values without trailing blanks.
      return type.name === 'char' ? `TRIM(TRAILING ' ' FROM ${text(c)})` : text(c);
    case 'enum':
      return text(c);
    case 'text':
    case 'json':
      return long(text(c));
    case 'blob':
      return long(c);
    case 'integer':
    case 'boolean':
    case 'year':
      // Adding nothing makes bit fields numbers and takes the zeros of ZEROFILL away.
      return `CAST(${c} + 0 AS CHAR)`;
    case 'decimal':
      return decimal(c, mine);
    case 'float':
      return float(c, mine, isSingle);
    case 'date':
      return `CAST(CAST(${c} AS DATE) AS CHAR)`;
    case 'moment':
      return `CAST(CAST(${c} AS ${type.name === 'time' ? 'TIME' : 'DATETIME'}(6)) AS CHAR)`;
    case 'binary':
      return type.name === 'binary' ? `HEX(CAST(${c} AS BINARY(${type.bytesMax})))` : `HEX(${c})`;
    default:
      return unreachable(type);
  }
}

function text(c: string): string {
  return `CONVERT(${c} USING utf8mb4)`;
}

/** Bounds the text of a row: beyond max_allowed_packet CONCAT would be NULL. */
function long(value: string): string {
  return `CONCAT(OCTET_LENGTH(${value}), ':', MD5(${value}))`;
}

/** Without the zeros after the point: the scale of the two sides may differ. */
function decimal(c: string, mine: ColumnType | undefined): string {
  const plain = `CAST(${c} AS CHAR)`;
  const hasPoint = mine?.kind === 'decimal' && mine.scale > 0;
  return hasPoint ? `TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM ${plain}))` : plain;
}

/**
 * Double precision prints exactly; of single precision servers print six digits, and a snapshot
 * carries no more than that. Zero has no sign.
 */
function float(c: string, mine: ColumnType | undefined, isSingle: boolean): string {
  const mineIsSingle = mine?.kind === 'float' && mine.name === 'float';
  const value = isSingle && !mineIsSingle ? `CAST(${c} AS FLOAT)` : c;
  return `IF(${c} = 0, '0', CAST(${value} AS CHAR))`;
}

const NUMBER = /^-?\d+(?:\.\d+)?(?:e-?\d+)?$/;

function keyLiteral({ type }: SideColumn, value: string): string {
  switch (type.kind) {
    case 'integer':
    case 'decimal':
    case 'float':
    case 'year':
    case 'boolean':
      return NUMBER.test(value) ? value : literal(value);
    case 'binary':
    case 'blob':
      return /^[0-9A-F]*$/.test(value) ? `X'${value}'` : literal(value);
    default:
      return literal(value);
  }
}

/** Collations of text that sort as the hub's does: by code, and 'a' before 'a ' and apart from it. */
const BYTE_ORDERED = /^(?:utf8mb4|utf8mb3|ascii)_nopad_bin$/;

/** Whether `table` keeps its primary key in byte order. */
export async function isMariadbByteOrdered(
  session: SqlSession,
  { database, table }: { readonly database: string; readonly table: string },
): Promise<boolean> {
  const columns = await session.query<{ type: string; collation: string | null }>(
    `SELECT DATA_TYPE AS type, COLLATION_NAME AS collation FROM information_schema.COLUMNS
      WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND COLUMN_KEY = 'PRI'`,
    [database, table],
  );
  return columns.every(
    ({ type, collation }) =>
      !['enum', 'set', 'bit'].includes(type) &&
      (collation === null || BYTE_ORDERED.test(collation)),
  );
}
