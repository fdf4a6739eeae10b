/** What a server says of its own settings: durability costs time, so every report names it. */
import type { SqlDatabase } from '../bus/sql/sql.ts';

const DATABASE_SETTINGS = [
  'version',
  'sync_binlog',
  'innodb_flush_log_at_trx_commit',
  'innodb_buffer_pool_size',
  'innodb_log_file_size',
  'binlog_format',
  'binlog_row_image',
] as const;

export async function databaseSettings(db: SqlDatabase): Promise<Record<string, string>> {
  const columns = DATABASE_SETTINGS.map((name) => `CAST(@@GLOBAL.${name} AS CHAR) AS ${name}`);
  const [row] = await db.query<Record<string, string>>(`SELECT ${columns.join(', ')}`);
  return { ...row };
}
