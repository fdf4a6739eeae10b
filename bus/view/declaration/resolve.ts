/**
 * From a parsed view file to a checked model. Reports every problem at once, each with the path
 * inside the file; a model that comes out of here compiles.
 */
import { ProblemsError, type Problem } from '../../base/errors.ts';
import type { ViewModel } from '../view.ts';
import { checkView } from './checks.ts';
import { keptName, ownedItems, resolveBlock, resolveColumn, type Tell } from './resolve-block.ts';
import { viewSchema, type ViewDeclaration } from './schema.ts';

/** Resolves `content` (the parsed YAML of `file`); throws ProblemsError with everything wrong in it. */
export function resolveView(content: unknown, file: string): ViewModel {
  const parsed = viewSchema.safeParse(content);
  if (!parsed.success) {
    throw new ProblemsError(
      file,
      parsed.error.issues.map(({ path, message }) => ({
        file,
        path: path.join('.'),
        message: `${message}.`,
      })),
    );
  }
  const { view, problems } = resolveDeclaration(parsed.data);
  if (problems.length === 0) return view;
  throw new ProblemsError(
    file,
    problems.map((problem) => ({ file, ...problem })),
  );
}

/** The model of a declaration of the right form, and everything wrong with its meaning; only without problems is it good. */
export function resolveDeclaration(declared: ViewDeclaration): {
  readonly view: ViewModel;
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  const view = resolveModel(declared, (path, message) => problems.push({ path, message }));
  return { view, problems };
}

function resolveModel(declared: ViewDeclaration, tell: Tell): ViewModel {
  const { name, description, database, entity, history } = declared;
  const key = resolveColumn(entity.key, 'entity.key', tell);
  const owned = ownedItems(declared);
  const blocks = declared.blocks.map((block, index) =>
    resolveBlock(block, { entityKey: key, owned, path: `blocks[${index}]`, tell }),
  );
  const view = {
    name,
    description,
    database,
    entity: { table: entity.table, key, visibleBy: entity.visibleBy, ...visibleWhile(declared) },
    ...(history ? { history } : {}),
    blocks,
  };
  checkView(view, declared, tell);
  return view;
}

/** With the column as the table names it. */
function visibleWhile({
  entity,
  blocks,
}: ViewDeclaration): Pick<ViewModel['entity'], 'visibleWhile'> {
  if (!entity.visibleWhile) return {};
  const { column, in: values } = entity.visibleWhile;
  const shown = blocks.find(({ name }) => name === entity.visibleBy);
  const isKept = shown?.kept.some(({ name }) => name === column) ?? false;
  return {
    visibleWhile: { column: isKept ? keptName(entity.visibleBy, column) : column, in: values },
  };
}
