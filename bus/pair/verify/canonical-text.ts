/**
 * One text for each value of a delivered type, whichever server it was read from: the gateway's
 * form, MariaDB's and PostgreSQL's of the same value give the same text, and different values give
 * different ones. For comparing only; nothing of it is shown.
 */
import { unreachable } from '../../base/assert.ts';
import type { ColumnType } from '../../change/column-type.ts';
import type { SqlValue } from '../../sql/sql.ts';

/** Servers print six digits of a number of single precision. */
const SINGLE_DIGITS = 6;
const FRACTION = /(\.\d*?)0+$/;

export function canonicalText(type: ColumnType, value: SqlValue): string | null {
  return value === null ? null : textOf(type, value);
}

function textOf(type: ColumnType, value: Exclude<SqlValue, null>): string {
  switch (type.kind) {
    case 'chars':
      // A char column gives its values without trailing blanks.
      return type.name === 'char' ? plain(value).replace(/ +$/, '') : plain(value);
    case 'boolean':
      return Number(value) === 0 ? '0' : '1';
    case 'decimal':
      return unscaled(plain(value));
    case 'float':
      return float(Number(value), type.name === 'float');
    case 'moment':
      return moment(plain(value));
    case 'binary':
      return hex(value, type.name === 'binary' ? type.bytesMax : 0);
    case 'blob':
      return hex(value, 0);
    case 'text':
    case 'integer':
    case 'year':
    case 'date':
    case 'enum':
    case 'json':
      return plain(value);
    default:
      return unreachable(type);
  }
}

function plain(value: Exclude<SqlValue, null>): string {
  return Buffer.isBuffer(value) ? value.toString('hex') : String(value);
}

/** "12.30" and "12.3" are one number; so are "0" and "-0.00". */
function unscaled(text: string): string {
  const short = text.includes('.') ? text.replace(FRACTION, '$1').replace(/\.$/, '') : text;
  return short === '-0' ? '0' : short;
}

function float(value: number, isSingle: boolean): string {
  const number = isSingle ? Number(value.toPrecision(SINGLE_DIGITS)) : value;
  return number === 0 ? '0' : String(number);
}

/** Without a zone, which is UTC everywhere, and without zeros behind the seconds. */
function moment(text: string): string {
  const local = text.replace('T', ' ').replace(/(?:Z|\+00(?::00)?)$/, '');
  return local.includes('.') ? local.replace(FRACTION, '$1').replace(/\.$/, '') : local;
}

/** A fixed length fills up with zero bytes on a server. */
function hex(value: Exclude<SqlValue, null>, bytes: number): string {
  return plain(value).padEnd(2 * bytes, '0');
}
