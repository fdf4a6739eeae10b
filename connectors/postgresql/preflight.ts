/**
 * Is this PostgreSQL server fit to be captured as the source declares? Everything that is wrong is
 * answered at once, each with the statement that corrects it. Pure over what `readServer` read.
 */
import type { Problem } from '../../bus/base/errors.ts';
import type { SqlSession } from '../../bus/sql/sql.ts';
import type { PreflightResult } from '../preflight/preflight.ts';
import { capturedColumns, type Source, type SourceTable, tableSpaceOf } from '../source.ts';
import { canonicalPostgresType } from './column-type.ts';
import { type PublicationFacts, readServer, type ServerFacts, type TableFacts } from './facts.ts';
import { postgresNames } from './names.ts';
import { roleProblems } from './role.ts';

const VERSION_MIN = 150_000;

/** Checks `source` on the server behind `db`, which is logged in as the capture user. */
export async function preflightPostgres(source: Source, db: SqlSession): Promise<PreflightResult> {
  return judgeServer(source, await readServer(db, source));
}

export function judgeServer(source: Source, facts: ServerFacts): PreflightResult {
  const file = source.connection.database;
  return {
    problems: [
      ...settingProblems(source, facts),
      ...slotProblems(source, facts),
      ...source.tables.flatMap((table) => tableProblems(source, table, facts)),
      ...publicationProblems(source, facts.publication),
      ...roleProblems(source, facts.role),
    ].map((problem) => ({ file, ...problem })),
    notes: notes(source, facts).map((problem) => ({ file, ...problem })),
  };
}

function settingProblems(source: Source, { settings }: ServerFacts): Problem[] {
  const problems: Problem[] = [];
  const expect = (name: string, isGood: boolean, why: string, remedy: string) => {
    const found = settings[name] ?? 'unknown';
    if (!isGood) problems.push({ path: name, message: `${name} is ${found}: ${why}.`, remedy });
  };
  const version = Number(settings['server_version_num']);
  expect(
    'server_version_num',
    version >= VERSION_MIN,
    'capture needs PostgreSQL 15 or newer',
    'Update the server.',
  );
  expect(
    'wal_level',
    settings['wal_level'] === 'logical',
    'changes of rows cannot be read from the log',
    "Run: ALTER SYSTEM SET wal_level = 'logical'; and restart the server.",
  );
  expect(
    'server_encoding',
    settings['server_encoding'] === 'UTF8',
    'some characters could not be carried',
    `Make ${source.connection.database} anew with ENCODING 'UTF8'.`,
  );
  return problems;
}

function slotProblems(source: Source, { slot, slotsUsed, settings }: ServerFacts): Problem[] {
  const { slot: name } = postgresNames(source.name);
  const path = `slot ${name}`;
  if (!slot) {
    const slots = Number(settings['max_replication_slots']);
    if (slotsUsed < slots) return [];
    const message = `All ${slots} replication slots are in use, and capture needs one.`;
    const remedy = `Run: ALTER SYSTEM SET max_replication_slots = ${slots + 8}; and restart the server, or drop a slot that nobody reads.`;
    return [{ path, message, remedy }];
  }
  const drop = `Run: SELECT pg_drop_replication_slot('${name}'); then capture the source anew.`;
  if (slot.plugin !== 'pgoutput' || slot.database !== source.connection.database) {
    const message = `The slot exists and is not capture's own: plugin ${slot.plugin}, database ${slot.database ?? 'none'}.`;
    return [{ path, message, remedy: drop }];
  }
  if (slot.walStatus === 'lost') {
    const message =
      'The server has thrown away log that capture had not read: changes are missing.';
    return [{ path, message, remedy: drop }];
  }
  return [];
}

function tableProblems(source: Source, table: SourceTable, { tables }: ServerFacts): Problem[] {
  const path = table.name;
  const name = qualified(source, table.name);
  const actual = tables.get(table.name);
  if (!actual) {
    const message = `There is no table ${name}.`;
    return [{ path, message, remedy: 'Correct its name, or connection.schema.' }];
  }
  if (actual.kind !== 'r') {
    const message = `${name} is no ordinary table: only those are captured.`;
    return [{ path, message, remedy: 'Declare the tables behind it.' }];
  }
  const problems: Problem[] = [];
  const add = (message: string, remedy: string) => problems.push({ path, message, remedy });
  if (!actual.mayRead) {
    const statement = `GRANT SELECT ON ${name} TO ${source.capture.user};`;
    add(`The capture user may not read ${name}.`, `Run: ${statement}`);
  }
  if (actual.persistence !== 'p') {
    add(
      'The table is unlogged: its changes are in no log.',
      `Run: ALTER TABLE ${name} SET LOGGED;`,
    );
  }
  if (actual.rowSecurity) {
    const message =
      'Row security is on: the first copy would hold only the rows that are shown to the capture user.';
    add(message, `Run: ALTER TABLE ${name} DISABLE ROW LEVEL SECURITY;`);
  }
  if (actual.replicaIdentity !== 'f') {
    const message =
      'The log does not hold whole rows: large values that did not change, and rows before a change, would be missing.';
    add(message, `Run: ALTER TABLE ${name} REPLICA IDENTITY FULL;`);
  }
  return [...problems, ...keyProblems(name, table, actual), ...columnProblems(table, actual)];
}

function keyProblems(name: string, table: SourceTable, { key }: TableFacts): Problem[] {
  const path = `${table.name}.key`;
  if (key.length === 0) {
    const message =
      'The table has no primary key: its changes could not be told apart or kept in order.';
    const remedy = `Run: ALTER TABLE ${name} ADD PRIMARY KEY (${table.key.join(', ')});`;
    return [{ path, message, remedy }];
  }
  if (key.join() === table.key.join()) return [];
  const found = key.join(', ');
  const message = `The key is declared as (${table.key.join(', ')}) and is (${found}).`;
  return [{ path, message, remedy: `Declare key: [${found}].` }];
}

function columnProblems(table: SourceTable, { columns }: TableFacts): Problem[] {
  const found = new Map(columns.map((column) => [column.name, column]));
  const declared = new Set(table.columns.map(({ name }) => name));
  const drift = table.columns.flatMap((column): Problem[] => {
    const path = `${table.name}.${column.name}`;
    const actual = found.get(column.name);
    if (!actual) {
      const message = 'The column is declared and does not exist.';
      return [{ path, message, remedy: 'Remove it from source.yaml or correct its name.' }];
    }
    if (actual.generated && column.captured !== false) {
      const message =
        'The column is generated: it is in the first copy and absent from every change.';
      const remedy = 'Declare captured: false, or make it a column that the application writes.';
      return [{ path, message, remedy }];
    }
    if (canonicalPostgresType(column.type) === canonicalPostgresType(actual.type)) return [];
    const message = `The column is declared as ${column.type} and is ${actual.type}.`;
    return [{ path, message, remedy: `Declare type: ${actual.type}, or alter the column.` }];
  });
  const unknown = columns
    .filter(({ name }) => !declared.has(name))
    .map(({ name, type }) => ({
      path: `${table.name}.${name}`,
      message: `The column exists (${type}) and is not declared.`,
      remedy: 'Declare it with its classification; captured: false keeps it inside.',
    }));
  return [...drift, ...unknown];
}

function publicationProblems(source: Source, found: PublicationFacts | undefined): Problem[] {
  const { publication: name } = postgresNames(source.name);
  const path = `publication ${name}`;
  const wanted = source.tables.map((table) => qualified(source, table.name));
  if (!found) {
    const message = 'There is no such publication: nothing would be sent.';
    const remedy = `As the owner of the tables run: CREATE PUBLICATION ${name} FOR TABLE ${wanted.join(', ')};`;
    return [{ path, message, remedy }];
  }
  const problems: Problem[] = [];
  const alter = (message: string, what: string) =>
    problems.push({ path, message, remedy: `Run: ALTER PUBLICATION ${name} ${what};` });
  if (found.allTables) {
    const message = 'It sends every table of the database, also those that are not declared.';
    const remedy = `Run: DROP PUBLICATION ${name}; CREATE PUBLICATION ${name} FOR TABLE ${wanted.join(', ')};`;
    return [{ path, message, remedy }];
  }
  const sent = new Set(found.tables.map((table) => table.name));
  const lacking = wanted.filter((table) => !sent.has(table));
  if (lacking.length > 0) {
    alter(`It does not send ${lacking.join(', ')}.`, `ADD TABLE ${lacking.join(', ')}`);
  }
  const extra = [...sent].filter((table) => !wanted.includes(table));
  if (extra.length > 0) {
    alter(
      `It also sends ${extra.join(', ')}, which the source does not declare.`,
      `DROP TABLE ${extra.join(', ')}`,
    );
  }
  const filtered = found.tables.filter(({ rowFilter }) => rowFilter !== null);
  for (const table of filtered) {
    alter(`It sends only some rows of ${table.name}.`, `SET TABLE ${wanted.join(', ')}`);
  }
  const missing = Object.entries(found.operations).flatMap(([op, is]) => (is ? [] : [op]));
  if (missing.length > 0) {
    const all = "SET (publish = 'insert, update, delete, truncate')";
    alter(`It does not send every kind of change (${missing.join(', ')}).`, all);
  }
  return problems;
}

function notes(source: Source, { settings }: ServerFacts): Problem[] {
  const found: Problem[] = [
    {
      path: 'REPLICATION',
      message: `REPLICATION is global: with the password of ${source.capture.user} the published changes of every database it may enter can be read, and a copy of the whole server where pg_hba.conf lets it.`,
      remedy:
        'Leave no line for "replication" in pg_hba.conf; capture does not need one, only copies of the server do.',
    },
  ];
  if (settings['max_slot_wal_keep_size'] === '-1') {
    const message =
      'max_slot_wal_keep_size is -1: while capture stands still the server keeps all of its log.';
    const remedy = 'Watch the disk, or set a limit; beyond it the source must be captured anew.';
    found.push({ path: 'max_slot_wal_keep_size', message, remedy });
  }
  for (const name of ['fsync', 'synchronous_commit']) {
    if (settings[name] !== 'off') continue;
    const message = `${name} is off: after a crash the server may forget changes that were sent already.`;
    found.push({ path: name, message, remedy: `Run: ALTER SYSTEM SET ${name} = on;` });
  }
  return [...found, ...source.tables.flatMap(specialValues)];
}

/** Values that PostgreSQL takes and that do not arrive, or not as they were. */
function specialValues(table: SourceTable): Problem[] {
  const path = table.name;
  const named = (pattern: RegExp) =>
    capturedColumns(table)
      .filter(({ type }) => pattern.test(canonicalPostgresType(type)))
      .map(({ name }) => name)
      .join(', ');
  const found: Problem[] = [];
  const unbounded = named(/^(?:numeric|date|timestamp)/);
  if (unbounded !== '') {
    const message = `${unbounded}: NaN and infinity, which these types allow, are in no shared view; such rows become dead letters.`;
    found.push({ path, message, remedy: 'Consider a CHECK that refuses them.' });
  }
  const local = named(/^timestamp.* without time zone$/);
  if (local !== '') {
    const message = `${local}: the first copy shifts timestamps before 1582-10-15 by some days; later changes of such rows arrive as they are.`;
    found.push({ path, message, remedy: 'Consider a CHECK that refuses them.' });
  }
  return found;
}

function qualified(source: Source, table: string): string {
  return `${tableSpaceOf(source)}.${table}`;
}
