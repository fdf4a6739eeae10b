/**
 * The least rights with which Debezium's MariaDB connector captures a department's tables. The
 * installer grants exactly these and the preflight refuses anything beyond them, so both import
 * this list. REPLICATION SLAVE is global by nature: its holder can read every database's log.
 */
import type { Grant } from '../bus/sql/mysql/account.ts';

export const CAPTURE_GRANTS = {
  /** ON *.* — RELOAD is for the short global read lock at the start of a snapshot. */
  global: ['RELOAD', 'REPLICATION SLAVE', 'BINLOG MONITOR'],
  /** ON each captured table, and on no other. */
  table: ['SELECT'],
} as const;

/** CAPTURE_GRANTS for these tables. */
export function captureGrants(
  tables: readonly { readonly database: string; readonly table: string }[],
): Grant[] {
  const rights = CAPTURE_GRANTS.table.join(', ');
  return [
    { rights: CAPTURE_GRANTS.global.join(', '), on: '*.*' },
    ...tables.map((on) => ({ rights, on })),
  ];
}

/** The capture user of a department's database. */
export function captureUser(databaseName: string): string {
  return `cdc_${databaseName}`;
}

/** The department's own application user. */
export function applicationUser(databaseName: string): string {
  return `app_${databaseName}`;
}
