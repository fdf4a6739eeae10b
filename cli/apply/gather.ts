/**
 * Which files `-f` means. In folders, source.yaml, view.yaml and agreement.yaml at any depth; a file
 * that is named is taken whatever it is called and told apart by its `kind`.
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

/** With the agreements, which are nobody's to apply but of those who signed them. */
export type AllDeclarations = Declarations & { readonly agreementFiles: readonly string[] };

/** As `gatherAll`, of sources and views alone. */
export async function gatherDeclarations(paths: readonly string[]): Promise<Declarations> {
  return gather(paths, ['Source', 'View']);
}

/**
 * Sorts the files of `paths` by kind. Throws BUS_FILE_UNREADABLE, CLI_NOTHING_DECLARED, or
 * ProblemsError for files of no known kind.
 */
export async function gatherAll(paths: readonly string[]): Promise<AllDeclarations> {
  return gather(paths, ['Source', 'View', 'SharingAgreement']);
}

async function gather(paths: readonly string[], kinds: readonly Kind[]): Promise<AllDeclarations> {
  const found = new Map<string, Kind>();
  const problems: Problem[] = [];
  for (const path of paths) {
    for (const file of await filesOf(path, kinds)) {
      const kind = await kindOf(file, kinds);
      if (kind === undefined)
        problems.push({ file, path: 'kind', message: text('cli.problem.kind') });
      else found.set(file, kind);
    }
  }
  if (problems.length > 0) throw new ProblemsError(paths.join(', '), problems);
  if (found.size === 0) throw new BusError('CLI_NOTHING_DECLARED', { paths: paths.join(', ') });
  const ofKind = (kind: Kind) =>
    [...found.keys()].filter((file) => found.get(file) === kind).sort();
  return {
    sourceFiles: ofKind('Source'),
    viewFiles: ofKind('View'),
    agreementFiles: ofKind('SharingAgreement'),
  };
}

const FILE_NAMES = {
  Source: 'source.yaml',
  View: 'view.yaml',
  SharingAgreement: 'agreement.yaml',
} as const;
type Kind = keyof typeof FILE_NAMES;

async function filesOf(path: string, kinds: readonly Kind[]): Promise<string[]> {
  const found = await stat(path).catch((error: unknown) => {
    throw new BusError('BUS_FILE_UNREADABLE', { file: path, why: messageOf(error) }, error);
  });
  if (!found.isDirectory()) return [path];
  const files: string[] = [];
  const options = { cwd: path, exclude: (name: string) => basename(name) === 'node_modules' };
  const patterns = kinds.map((kind) => `**/${FILE_NAMES[kind]}`);
  for await (const file of glob(patterns, options)) files.push(join(path, file));
  return files.sort();
}

/** By content; a file that cannot be parsed goes by its name, so that its own loader tells what is wrong. */
async function kindOf(file: string, kinds: readonly Kind[]): Promise<Kind | undefined> {
  const content = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new BusError('BUS_FILE_UNREADABLE', { file, why: messageOf(error) }, error);
  });
  const document = parseDocument(content, { prettyErrors: false });
  const kind: unknown = document.get?.('kind');
  return (
    kinds.find((one) => one === kind) ?? kinds.find((one) => FILE_NAMES[one] === basename(file))
  );
}
