/**
 * Which files `-f` means. In folders, source.yaml and view.yaml at any depth; a file that is
 * named is taken whatever it is called and told apart by its `kind`.
 */
import { glob, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseDocument } from 'yaml';
import { BusError, messageOf, type Problem, ProblemsError } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';

export type Declarations = {
  readonly sourceFiles: readonly string[];
  readonly viewFiles: readonly string[];
};

/**
 * Sorts the files of `paths` by kind. Throws BUS_FILE_UNREADABLE, CLI_NOTHING_DECLARED, or
 * ProblemsError for files of no known kind.
 */
export async function gatherDeclarations(paths: readonly string[]): Promise<Declarations> {
  const found = new Map<string, Kind>();
  const problems: Problem[] = [];
  for (const path of paths) {
    for (const file of await filesOf(path)) {
      const kind = await kindOf(file);
      if (kind === undefined)
        problems.push({ file, path: 'kind', message: text('cli.problem.kind') });
      else found.set(file, kind);
    }
  }
  if (problems.length > 0) throw new ProblemsError(paths.join(', '), problems);
  if (found.size === 0) throw new BusError('CLI_NOTHING_DECLARED', { paths: paths.join(', ') });
  const ofKind = (kind: Kind) =>
    [...found.keys()].filter((file) => found.get(file) === kind).sort();
  return { sourceFiles: ofKind('Source'), viewFiles: ofKind('View') };
}

type Kind = 'Source' | 'View';
const KIND_OF_NAME: Readonly<Record<string, Kind>> = {
  'source.yaml': 'Source',
  'view.yaml': 'View',
};

async function filesOf(path: string): Promise<string[]> {
  const found = await stat(path).catch((error: unknown) => {
    throw new BusError('BUS_FILE_UNREADABLE', { file: path, why: messageOf(error) }, error);
  });
  if (!found.isDirectory()) return [path];
  const files: string[] = [];
  const options = { cwd: path, exclude: (name: string) => basename(name) === 'node_modules' };
  for await (const file of glob('**/{source,view}.yaml', options)) files.push(join(path, file));
  return files.sort();
}

/** By content; a file that cannot be parsed goes by its name, so that its own loader tells what is wrong. */
async function kindOf(file: string): Promise<Kind | undefined> {
  const content = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new BusError('BUS_FILE_UNREADABLE', { file, why: messageOf(error) }, error);
  });
  const document = parseDocument(content, { prettyErrors: false });
  const kind: unknown = document.get?.('kind');
  if (kind === 'Source' || kind === 'View') return kind;
  return KIND_OF_NAME[basename(file)];
}
