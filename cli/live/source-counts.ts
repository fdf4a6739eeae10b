/** Counting rows where they come from: each block's own server, database and table. */
import { join } from 'node:path';
import { quoteName } from '../../bus/sql/mysql/mysql-literal.ts';
import { quotePostgresName } from '../../bus/sql/postgres/postgres-literal.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import type { Block } from '../../bus/view/view.ts';
import { findSourceFiles, loadSources } from '../../connectors/load-source.ts';
import type { Source } from '../../connectors/source.ts';
import { PROJECT_FOLDER } from '../globals.ts';
import type { StackAccess } from '../stack/access.ts';

export type CountSource = (block: Block) => Promise<number>;

const counters = new WeakMap<StackAccess, Promise<CountSource>>();

/** Reads the declared sources once per command: which server each is on. */
export function sourceCounter(access: StackAccess): Promise<CountSource> {
  const known = counters.get(access) ?? openCounter(access);
  counters.set(access, known);
  return known;
}

async function openCounter(access: StackAccess): Promise<CountSource> {
  const files = await findSourceFiles(join(PROJECT_FOLDER, 'connectors'));
  const sources = new Map((await loadSources(files)).map(({ source }) => [source.name, source]));
  return async ({ from }) => {
    const source = sources.get(from.source);
    const isPostgres = source?.engine === 'postgresql';
    const quote = isPostgres ? quotePostgresName : quoteName;
    const database = isPostgres
      ? await registersOf(source, access)
      : await access.root('providers');
    return countRows(database, `${quote(from.database)}.${quote(from.table)}`);
  };
}

function registersOf({ connection }: Source, access: StackAccess): Promise<SqlDatabase> {
  return access.registers(connection.database);
}

/** `from`: a table with its database or schema, and what follows. */
export async function countRows(db: SqlDatabase, from: string): Promise<number> {
  const [row] = await db.query<{ rows_found: number }>(
    `SELECT COUNT(*) AS rows_found FROM ${from}`,
  );
  return Number(row?.rows_found ?? 0);
}
