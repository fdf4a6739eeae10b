/** Reads view declarations from disk: consumers/<view>/view.yaml, or any file or folder given. */
import { glob, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BusError, messageOf, ProblemsError } from '../bus/base/errors.ts';
import { loadDocument } from '../bus/base/document.ts';
import { resolveDeclaration } from '../bus/view/declaration/resolve.ts';
import { viewSchema } from '../bus/view/declaration/schema.ts';
import type { ViewModel } from '../bus/view/view.ts';

/** The folder of the views that come with civicbus. */
export const VIEWS_FOLDER = import.meta.dirname;

/** All view files below `path`, or `path` itself when it is a file; sorted. */
export async function findViewFiles(path: string): Promise<string[]> {
  const found = await stat(path).catch((error: unknown) => {
    throw new BusError('BUS_FILE_UNREADABLE', { file: path, why: messageOf(error) }, error);
  });
  if (found.isFile()) return [path];
  const files: string[] = [];
  for await (const file of glob('**/view.yaml', { cwd: path })) files.push(join(path, file));
  return files.sort();
}

/** Loads and checks one view; throws ProblemsError with every problem and its line, or BUS_FILE_UNREADABLE. */
export async function loadView(file: string): Promise<ViewModel> {
  const { value, problems, at } = await loadDocument(file, viewSchema);
  if (value === undefined) throw new ProblemsError(file, problems);
  const resolved = resolveDeclaration(value);
  if (resolved.problems.length === 0) return resolved.view;
  const located = resolved.problems.map(({ path = '', message }) => at(steps(path), message));
  throw new ProblemsError(file, located);
}

/** "blocks[1].from.key" as the path of a node. */
function steps(path: string): (string | number)[] {
  return (path.match(/[^.[\]]+/g) ?? []).map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}
