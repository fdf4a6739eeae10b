/** SQL text of names and values for PostgreSQL, where a statement takes no placeholders. */
import pg from 'pg';
import { assert } from '../../base/assert.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/** `name` quoted, so that it means exactly itself. Only plain names are accepted. */
export function quotePostgresName(name: string): string {
  assert(NAME.test(name), `"${name}" is no plain SQL name`);
  return `"${name}"`;
}

export function postgresText(value: string): string {
  return pg.escapeLiteral(value);
}
