/** The one place that knows which adapter a target needs. */
import type { SqlDatabase, SqlTarget } from './sql.ts';
import { openDatabase, type DatabaseOptions } from './mysql/mysql-database.ts';
import { openPostgres } from './postgres/postgres-database.ts';

/** Opens a pool on whatever engine `target` names; nothing is sent before the first statement. */
export function openTarget(target: SqlTarget, options: DatabaseOptions = {}): SqlDatabase {
  return target.engine === 'postgresql'
    ? openPostgres(target, options)
    : openDatabase(target, options);
}
