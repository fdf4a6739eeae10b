/**
 * SQL text of values and names, for the statements the bus compiles itself. Values go through
 * the driver's own escaping; names are checked, then quoted.
 */
import mysql from 'mysql2';
import { assert } from '../../base/assert.ts';
import type { SqlValue } from '../sql.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_$]{0,63}$/;

/** `name` quoted. Only plain names are accepted: everything that reaches here was declared. */
export function quoteName(name: string): string {
  assert(NAME.test(name), `"${name}" is no plain SQL name`);
  return `\`${name}\``;
}

export function literal(value: SqlValue): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return mysql.escape(value);
}
