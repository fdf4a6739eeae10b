/**
 * One short text for all rows of the register, computed by the server that holds them. Every
 * column of every row goes in, NULL differs from every text, and the order of rows does not
 * matter: equal digests mean equal rows.
 */
import { quoteName } from '../../bus/sql/mysql/mysql-literal.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import { COLUMNS } from './register.ts';

export type Digest = { readonly rows: number; readonly sum: string };

/** 64 bits of each row's SHA-256, added up without carry beside a plain sum of another 32 bits. */
export async function digestOf(db: SqlDatabase, table: string): Promise<Digest> {
  const columns = COLUMNS.map((column) => `QUOTE(${quoteName(column)})`).join(',');
  const [found] = await db.query<{ readonly n: number; readonly x: string; readonly s: string }>(
    `SELECT COUNT(*) AS n, LPAD(HEX(BIT_XOR(CONV(SUBSTR(h, 1, 16), 16, 10))), 16, '0') AS x,
       CAST(COALESCE(SUM(CONV(SUBSTR(h, 17, 8), 16, 10)), 0) AS CHAR) AS s
     FROM (SELECT SHA2(CONCAT_WS(',', ${columns}), 256) AS h FROM ${table}) AS rows_hashed`,
  );
  return { rows: found?.n ?? 0, sum: `${found?.x}-${found?.s}` };
}

export function sameRows(a: Digest, b: Digest): boolean {
  return a.rows === b.rows && a.sum === b.sum;
}
