/**
 * Is this server fit to be captured as the source declares? Asked with the capture user
 * itself, before anything is made, and answered with everything that is wrong at once.
 */
import type { Problem } from '../../bus/base/errors.ts';
import type { SqlSession } from '../../bus/sql/sql.ts';
import { isDateType } from '../column-type.ts';
import { preflightPostgres } from '../postgresql/preflight.ts';
import { serverIdOf } from '../server-id.ts';
import { capturedColumns, type Source } from '../source.ts';
import { grantProblems, readGrants, replicationNote } from './grants.ts';
import { readSettings, settingsNotes, settingsProblems } from './settings.ts';
import { collationNotes, readTables, tableProblems } from './tables.ts';

export type PreflightResult = {
  /** Any of these and the source is not applied. */
  readonly problems: readonly Problem[];
  /** For the DBA to know; nothing stops for them. */
  readonly notes: readonly Problem[];
};

/** Checks `source` on the server behind `db`, which is logged in as the capture user. */
export function preflightSource(source: Source, db: SqlSession): Promise<PreflightResult> {
  return source.engine === 'postgresql'
    ? preflightPostgres(source, db)
    : preflightMariadb(source, db);
}

async function preflightMariadb(source: Source, db: SqlSession): Promise<PreflightResult> {
  const [settings, tables, grants] = await Promise.all([
    readSettings(db),
    readTables(db, source),
    readGrants(db),
  ]);
  const wanted = {
    server: source.connection.server ?? `${source.connection.host}:${source.connection.port}`,
    captureServerId: serverIdOf(source),
    hasDates: hasDates(source),
  };
  return {
    problems: [
      ...settingsProblems(settings, wanted),
      ...tableProblems(source, tables),
      ...grantProblems(source, grants),
    ],
    notes: [
      ...settingsNotes(settings, wanted),
      ...collationNotes(source, tables),
      replicationNote(source),
    ],
  };
}

function hasDates(source: Source): boolean {
  return source.tables.some((table) =>
    capturedColumns(table).some((column) => isDateType(column.type)),
  );
}
