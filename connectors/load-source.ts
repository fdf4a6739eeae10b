/**
 * Source files read and checked whole: each file against the schema, then the rules that
 * span fields, then the rules that span files. Every problem of every file is reported at once.
 */
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { BusError, type Problem, ProblemsError } from '../bus/base/errors.ts';
import { type DocumentPath, type LoadedDocument, loadDocument } from '../bus/base/document.ts';
import { viewOfCapture } from './names.ts';
import { type Source, type SourceTable, capturedColumns, sourceSchema } from './source.ts';
import { typeProblem } from './column-type.ts';
import { postgresTypeProblem } from './postgresql/column-type.ts';
import { serverIdOf } from './server-id.ts';

export type SourceFile = { readonly file: string; readonly source: Source };

/** Every `source.yaml` one level below `folder`, sorted. Throws SOURCE_NOT_FOUND when there is none. */
export async function findSourceFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const file of glob('*/source.yaml', { cwd: folder })) found.push(join(folder, file));
  if (found.length === 0) throw new BusError('SOURCE_NOT_FOUND', { folder });
  return found.sort();
}

/** Reads all `files`. Throws ProblemsError with every problem of every file. */
export async function loadSources(files: readonly string[]): Promise<SourceFile[]> {
  const documents = await Promise.all(files.map((file) => loadDocument(file, sourceSchema)));
  const problems = documents.flatMap((document) => [
    ...document.problems,
    ...sourceProblems(document),
  ]);
  problems.push(...problemsAcross(documents));
  if (problems.length > 0) throw new ProblemsError(files.join(', '), problems);
  return documents.flatMap(({ file, value }) => (value ? [{ file, source: value }] : []));
}

/** Rules inside one file that the schema cannot say. */
export function sourceProblems(document: LoadedDocument<Source>): Problem[] {
  const { value: source, at } = document;
  if (!source) return [];
  return [
    ...nameProblems(source, at),
    ...connectionProblems(source, at),
    ...engineProblems(source, at),
    ...repeated(source.tables.map((table) => table.name)).map(({ index, value }) =>
      at(['tables', index, 'name'], `Table "${value}" is declared twice.`),
    ),
    ...source.tables.flatMap((table, index) =>
      tableProblems({ table, path: ['tables', index], at, unfitType: UNFIT_TYPE[source.engine] }),
    ),
  ];
}

type Locate = LoadedDocument<Source>['at'];

function nameProblems({ name }: Source, at: Locate): Problem[] {
  if (viewOfCapture(name) === undefined) return [];
  const message = 'Names that begin with "view-" are those of the hub\'s own captures.';
  return [at(['name'], message, 'Choose another name for the source.')];
}

const UNFIT_TYPE = { mariadb: typeProblem, postgresql: postgresTypeProblem } as const;

/** Fields that only one engine has. */
function engineProblems({ engine, connection, capture }: Source, at: Locate): Problem[] {
  if (engine === 'mariadb' && connection.schema !== undefined) {
    return [at(['connection', 'schema'], 'Only PostgreSQL has schemas inside a database.')];
  }
  if (engine === 'postgresql' && capture.serverId !== undefined) {
    return [at(['capture', 'serverId'], 'PostgreSQL has no replication server ids.')];
  }
  return [];
}

function connectionProblems({ connection }: Source, at: Locate): Problem[] {
  const { server, host, port } = connection;
  if (server !== undefined && (host !== undefined || port !== undefined)) {
    return [at(['connection'], 'Give either server, or host and port, not both.')];
  }
  if (server === undefined && (host === undefined || port === undefined)) {
    return [at(['connection'], 'Give a named server, or both host and port.')];
  }
  return [];
}

function tableProblems({
  table,
  path,
  at,
  unfitType,
}: {
  readonly table: SourceTable;
  readonly path: DocumentPath;
  readonly at: Locate;
  readonly unfitType: (type: string) => Problem | undefined;
}): Problem[] {
  const captured = new Set(capturedColumns(table).map((column) => column.name));
  const known = new Set(table.columns.map((column) => column.name));
  const problems = repeated(table.columns.map((column) => column.name)).map(({ index, value }) =>
    at([...path, 'columns', index, 'name'], `Column "${value}" is declared twice.`),
  );
  for (const { index, value } of repeated(table.key)) {
    problems.push(at([...path, 'key', index], `Key column "${value}" is named twice.`));
  }
  for (const [index, key] of table.key.entries()) {
    if (!known.has(key)) {
      problems.push(
        at(
          [...path, 'key', index],
          `Key column "${key}" is not among the columns of "${table.name}".`,
        ),
      );
    } else if (!captured.has(key)) {
      problems.push(
        at([...path, 'key', index], `Key column "${key}" must be captured: rows are found by it.`),
      );
    }
  }
  for (const [index, column] of table.columns.entries()) {
    const unfit = column.captured === false ? undefined : unfitType(column.type);
    if (unfit) {
      problems.push(at([...path, 'columns', index, 'type'], unfit.message, unfit.remedy));
    }
    if (column.classification === 'sensitive' && column.captured === undefined) {
      const message = `Column "${column.name}" is sensitive: say captured: true or captured: false.`;
      problems.push(at([...path, 'columns', index, 'captured'], message));
    }
  }
  return problems;
}

/** Second and later occurrences, compared as MariaDB compares names: without case. */
function repeated(values: readonly string[]): { readonly index: number; readonly value: string }[] {
  const seen = new Set<string>();
  return values.flatMap((value, index) => {
    const key = value.toLowerCase();
    if (seen.has(key)) return [{ index, value }];
    seen.add(key);
    return [];
  });
}

function problemsAcross(documents: readonly LoadedDocument<Source>[]): Problem[] {
  const names = new Map<string, string>();
  const serverIds = new Map<number, string>();
  const problems: Problem[] = [];
  for (const { value: source, file, at } of documents) {
    if (!source) continue;
    const other = names.get(source.name);
    if (other !== undefined) {
      problems.push(at(['name'], `The name "${source.name}" is also used by ${other}.`));
    }
    names.set(source.name, file);
    if (source.engine !== 'mariadb') continue;
    const serverId = serverIdOf(source);
    const rival = serverIds.get(serverId);
    if (rival !== undefined && other === undefined) {
      const message = `The replication server id ${serverId} is also that of source "${rival}": each would throw the other off the server.`;
      problems.push(
        at(['capture', 'serverId'], message, 'Set another capture.serverId in one of them.'),
      );
    }
    serverIds.set(serverId, source.name);
  }
  return problems;
}
