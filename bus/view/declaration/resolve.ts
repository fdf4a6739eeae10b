/**
 * From a parsed view file to a checked model. Reports every problem at once, each with the path
 * inside the file; a model that comes out of here compiles.
 */
import { ProblemsError, type Problem } from '../../base/errors.ts';
import { isProblem, parseColumnType, sqlTypeOf } from '../../change/column-type.ts';
import {
  topicOf,
  type Block,
  type Column,
  type Item,
  type Mirror,
  type ViewModel,
} from '../view.ts';
import { viewSchema, type BlockDeclaration, type ViewDeclaration } from './schema.ts';

type Report = (path: string, message: string) => void;

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

function resolveModel(declared: ViewDeclaration, report: Report): ViewModel {
  const key = resolveColumn(declared.entity.key, 'entity.key', report);
  const blocks = declared.blocks.map((block, index) =>
    resolveBlock(block, key, `blocks[${index}]`, report),
  );
  if (!declared.blocks.some(({ name }) => name === declared.entity.visibleBy)) {
    report(
      'entity.visibleBy',
      `No block is named "${declared.entity.visibleBy}"; name one of the blocks.`,
    );
  }
  checkUnique(blocks, key, report);
  const { name, description, database, entity } = declared;
  return {
    name,
    description,
    database,
    entity: { table: entity.table, key, visibleBy: entity.visibleBy },
    blocks,
  };
}

function resolveBlock(
  declared: BlockDeclaration,
  entityKey: Column,
  path: string,
  report: Report,
): Block {
  const [database = '', table = ''] = declared.from.table.split('.');
  const from = { source: declared.from.source, database, table };
  const mirror = declared.mirror && resolveMirror(declared, entityKey, path, report);
  const base = {
    name: declared.name,
    category: declared.category,
    authority: declared.authority,
    from: { ...from, topic: topicOf(from) },
    items: resolveItems(declared, mirror, path, report),
  };
  if (mirror) return { ...base, key: mirrorKey(declared, mirror, path, report), mirror };
  const [keyColumn, ...more] = declared.from.key;
  if (keyColumn === undefined || more.length > 0) {
    report(
      `${path}.from.key`,
      'A block without "mirror" has exactly the key of the entity; declare "mirror" for any other key.',
    );
  }
  return { ...base, key: [{ name: keyColumn ?? entityKey.name, type: entityKey.type }] };
}

function resolveMirror(
  declared: BlockDeclaration,
  entityKey: Column,
  path: string,
  report: Report,
): Mirror | undefined {
  if (!declared.mirror) return undefined;
  const { mirror } = declared;
  const columns = mirror.columns.map((column, index) =>
    resolveColumn(column, `${path}.mirror.columns[${index}]`, report),
  );
  const byName = new Map(columns.map((column) => [column.name, column]));
  const known = (name: string, where: string): Column | undefined => {
    const column = byName.get(name);
    if (!column)
      report(where, `"${name}" is not among mirror.columns; add it there or correct the name.`);
    return column;
  };
  if (byName.size < columns.length) report(`${path}.mirror.columns`, 'A column is named twice.');
  const touches = mirror.touches.map((touch, index) => {
    const where = `${path}.mirror.touches[${index}]`;
    const entity = known(touch.entity, `${where}.entity`);
    if (entity && sqlTypeOf(entity.type) !== sqlTypeOf(entityKey.type)) {
      report(
        `${where}.entity`,
        `"${touch.entity}" is ${sqlTypeOf(entity.type)}, but the entity key is ${sqlTypeOf(entityKey.type)}; they must be equal.`,
      );
    }
    for (const column of Object.values(touch.as ?? {})) known(column, `${where}.as`);
    return { entity: touch.entity, as: touch.as ?? {} };
  });
  mirror.latestBy.forEach((column) => known(column, `${path}.mirror.latestBy`));
  const missing = declared.from.key.filter((column) => !mirror.latestBy.includes(column));
  if (missing.length > 0) {
    report(
      `${path}.mirror.latestBy`,
      `End the order with the key column(s) ${missing.join(', ')}, or two rows could tie.`,
    );
  }
  return { columns, touches, latestBy: mirror.latestBy };
}

function mirrorKey(
  declared: BlockDeclaration,
  mirror: Mirror,
  path: string,
  report: Report,
): Column[] {
  return declared.from.key.flatMap((name, index) => {
    const column = mirror.columns.find((candidate) => candidate.name === name);
    if (!column)
      report(
        `${path}.from.key[${index}]`,
        `Key column "${name}" is not among mirror.columns; add it there.`,
      );
    return column ? [column] : [];
  });
}

function resolveItems(
  declared: BlockDeclaration,
  mirror: Mirror | undefined,
  path: string,
  report: Report,
): Item[] {
  const aliases = new Set(
    declared.mirror?.touches.flatMap(({ as }) => Object.keys(as ?? {})) ?? [],
  );
  return declared.items.map((item, index) => {
    const from = item.from ?? item.name;
    const where = `${path}.items[${index}]`;
    const inMirror = mirror?.columns.find((column) => column.name === from);
    if (mirror && !inMirror && !aliases.has(from)) {
      report(
        `${where}.from`,
        `"${from}" is neither among mirror.columns nor a name given under "as".`,
      );
    }
    const resolved = { ...resolveColumn(item, where, report), from };
    if (inMirror && sqlTypeOf(inMirror.type) !== sqlTypeOf(resolved.type)) {
      report(
        `${where}.type`,
        `"${item.name}" is ${sqlTypeOf(resolved.type)}, but mirror column "${from}" is ${sqlTypeOf(inMirror.type)}; they must be equal.`,
      );
    }
    return resolved;
  });
}

function resolveColumn(
  declared: { readonly name: string; readonly type: string },
  path: string,
  report: Report,
): Column {
  const type = parseColumnType(declared.type);
  if (!isProblem(type)) return { name: declared.name, type };
  report(`${path}.type`, type.message);
  // Any type will do: the view is refused, and the other checks go on.
  return { name: declared.name, type: { kind: 'json' } };
}

function checkUnique(blocks: readonly Block[], entityKey: Column, report: Report): void {
  const owners = new Map<string, string>([[entityKey.name, 'the entity key']]);
  const topics = new Map<string, string>();
  const names = new Set<string>();
  blocks.forEach((block, index) => {
    const path = `blocks[${index}]`;
    if (names.has(block.name)) report(`${path}.name`, `Two blocks are named "${block.name}".`);
    names.add(block.name);
    const otherBlock = topics.get(block.from.topic);
    if (otherBlock)
      report(
        `${path}.from`,
        `Block "${otherBlock}" reads the same table; one table feeds one block.`,
      );
    topics.set(block.from.topic, block.name);
    block.items.forEach((item, itemIndex) => {
      const owner = owners.get(item.name);
      if (owner)
        report(
          `${path}.items[${itemIndex}].name`,
          `Item "${item.name}" already belongs to ${owner}; every item has exactly one authority.`,
        );
      owners.set(item.name, `block "${block.name}"`);
    });
  });
}
