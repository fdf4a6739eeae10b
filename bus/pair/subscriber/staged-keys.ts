/** Counts what was gathered and sums up its keys, from the rows themselves: what is verified is what will be applied. */
import type { SqlSession } from '../../sql/sql.ts';
import { KeySet } from '../key-set.ts';
import type { Dialect } from './dialect.ts';
import { STAGE, stageTable } from './tables.ts';

const PAGE_ROWS = 20_000;

export type StagedKeys = { readonly there: number; readonly gone: number; readonly hash: string };

export async function stagedKeys(
  session: SqlSession,
  { dialect, table }: { readonly dialect: Dialect; readonly table: string },
): Promise<StagedKeys> {
  const { quote } = dialect;
  const [part, key, flag] = [STAGE.part, STAGE.key, STAGE.isThere].map(quote);
  const from = `SELECT ${part} AS part, ${key} AS digest, ${flag} AS flag FROM ${quote(stageTable(table))}`;
  const order = `ORDER BY ${part}, ${key} LIMIT ${PAGE_ROWS}`;
  const keys = new KeySet();
  let there = 0;
  for (let last: Row | undefined; ;) {
    const rows: Row[] = last
      ? await session.query<Row>(
          `${from} WHERE ${part} > ? OR (${part} = ? AND ${key} > ?) ${order}`,
          [last.part, last.part, last.digest],
        )
      : await session.query<Row>(`${from} ${order}`);
    for (const { digest, flag: isThere } of rows) {
      keys.addDigest(digest);
      there += Number(isThere);
    }
    last = rows.at(-1);
    if (rows.length < PAGE_ROWS) return { there, gone: keys.count - there, hash: keys.hash };
  }
}

type Row = { readonly part: number; readonly digest: Buffer; readonly flag: number };
