/** Reads view declarations from disk: consumers/<view>/view.yaml, or any file or folder given. */
import { glob, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LineCounter, parseDocument, type Document } from 'yaml';
import { BusError, messageOf, ProblemsError } from '../bus/base/errors.ts';
import { resolveView } from '../bus/view/declaration/resolve.ts';
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

/** Loads and checks one view; throws ProblemsError with every problem, or BUS_FILE_UNREADABLE. */
export async function loadView(file: string): Promise<ViewModel> {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (error) {
    throw new BusError('BUS_FILE_UNREADABLE', { file, why: messageOf(error) }, error);
  }
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines });
  if (document.errors.length > 0) {
    throw new ProblemsError(
      file,
      document.errors.map(({ pos, message }) => ({
        file: `${file}:${lines.linePos(pos[0]).line}`,
        message: message.split('\n')[0] ?? message,
      })),
    );
  }
  return resolveView(plainContent(document, file), file);
}

/** The content without aliases; refuses those that would grow beyond all measure. */
function plainContent(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new ProblemsError(file, [{ file, message: `${messageOf(error)}.` }]);
  }
}
