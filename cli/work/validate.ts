/** `civicbus validate`: every declaration in the files given is read and checked; no server is asked. */
import { basename } from 'node:path';
import { agreementsFolderOf, findAgreementFiles } from '../../bus/agreement/document/folder.ts';
import { isBusError, type Problem, problemLine, ProblemsError } from '../../bus/base/errors.ts';
import { text } from '../../bus/base/text.ts';
import { agreementItem, type AgreementItem } from '../agreements/item.ts';
import { repeatedAcross } from '../agreements/repeated.ts';
import {
  AGREEMENTS_FOLDER,
  type AgreementWorld,
  type CheckedAgreement,
  checkAgreementFile,
  loadWorld,
} from '../agreements/world.ts';
import { loadDeclared } from '../apply/declared.ts';
import { type Declarations, gatherDeclarations } from '../apply/gather.ts';
import type { Cli } from '../globals.ts';
import type { TableView } from '../output/table.ts';

const OTHER_FILES = ['source.yaml', 'view.yaml'];
const NOTHING: Declarations = { sourceFiles: [], viewFiles: [] };

export async function validate(
  { out }: Cli,
  { file: paths }: { readonly file: readonly string[] },
): Promise<void> {
  const others = await otherDeclarations(paths);
  const files = (await Promise.all(paths.filter(isNoOther).map(findAgreementFiles))).flat();
  if (files.length === 0 && others === NOTHING) {
    // Says which files are looked for.
    await gatherDeclarations(paths);
  }
  const checked = await checkAll([...new Set(files)]);
  const problems = [...checked.flatMap(faultsOf), ...repeatedAcross(checked)];
  if (problems.length > 0) throw new ProblemsError(paths.join(', '), problems);
  await loadDeclared(others);
  const items = checked.flatMap(agreementItem);
  const warnings = checked.flatMap(({ findings }) => findings.map(({ place }) => place));
  out.list({
    kind: 'AgreementList',
    items,
    table: agreementsTable(items),
    warnings: warnings.map(problemLine),
  });
  out.hint(
    text('cli.validate.summary', {
      agreements: items.length,
      others: others.sourceFiles.length + others.viewFiles.length,
      warnings: warnings.length,
    }),
  );
}

/** Each file by the organizations and catalogue of its own folder, which are read once. */
async function checkAll(files: readonly string[]): Promise<CheckedAgreement[]> {
  const worlds = new Map<string, Promise<AgreementWorld>>();
  return Promise.all(
    files.map(async (file) => {
      const folder = await agreementsFolderOf(file, AGREEMENTS_FOLDER);
      const world = worlds.get(folder) ?? loadWorld(folder);
      worlds.set(folder, world);
      return checkAgreementFile(file, await world);
    }),
  );
}

function faultsOf({ problems, findings }: CheckedAgreement): Problem[] {
  const errors = findings.filter(({ severity }) => severity === 'error');
  return [...problems, ...errors.map(({ place }) => place)];
}

function isNoOther(path: string): boolean {
  return !OTHER_FILES.includes(basename(path));
}

async function otherDeclarations(paths: readonly string[]): Promise<Declarations> {
  const named = paths.filter((path) => !isNoOther(path) || !/\.ya?ml$/.test(path));
  if (named.length === 0) return NOTHING;
  try {
    return await gatherDeclarations(named);
  } catch (error) {
    if (isBusError(error, 'CLI_NOTHING_DECLARED')) return NOTHING;
    throw error;
  }
}

function agreementsTable(items: readonly AgreementItem[]): TableView {
  return {
    columns: ['agreement', 'version', 'resource', 'findings', 'contentHash'].map((name) =>
      text(`cli.column.${name}`),
    ),
    rows: items.map(({ name, version, resource, findings, contentHash }) => [
      name,
      version,
      resource,
      findings.length === 0
        ? { text: '-', health: 'good' }
        : { text: findings.map(({ rule }) => rule).join(' '), health: 'attention' },
      contentHash,
    ]),
    empty: text('cli.validate.empty'),
  };
}
