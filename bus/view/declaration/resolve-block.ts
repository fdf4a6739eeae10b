/**
 * One block of a declaration, resolved: its columns with types, and whether its rows are written
 * directly, mirrored, or shown all. Reports what is wrong with it; the whole is judged by checks.ts.
 */
import { isProblem, parseColumnType, sqlTypeOf } from '../../change/column-type.ts';
import {
  engineColumns,
  topicOf,
  type Block,
  type Column,
  type Item,
  type Many,
  type Mirror,
  type Report,
} from '../view.ts';
import type { BlockDeclaration, ViewDeclaration } from './schema.ts';

export type Tell = (path: string, message: string) => void;

/** Which block an item belongs to, and its type. */
export type OwnedItem = { readonly block: string; readonly many: boolean; readonly type: string };

export type BlockContext = {
  readonly entityKey: Column;
  readonly owned: ReadonlyMap<string, OwnedItem>;
  readonly path: string;
  readonly tell: Tell;
};

/** Every item that a block is the authority of; of two claims the first counts, checks.ts reports the other. */
export function ownedItems({ blocks }: ViewDeclaration): Map<string, OwnedItem> {
  const owned = new Map<string, OwnedItem>();
  for (const { name, items, many } of blocks) {
    for (const item of items) {
      const owner = { block: name, many: many !== undefined, type: item.type };
      if (!owned.has(item.name)) owned.set(item.name, owner);
    }
  }
  return owned;
}

/** Kept columns bear their block's name: two sources may call theirs alike. */
export function keptName(block: string, name: string): string {
  return `${block}__${name}`;
}

export function resolveBlock(declared: BlockDeclaration, context: BlockContext): Block {
  const { entityKey, path, tell } = context;
  const [database = '', table = ''] = declared.from.table.split('.');
  const from = { source: declared.from.source, database, table };
  const mirror = declared.mirror && resolveMirror(declared, entityKey, path, tell);
  checkShape(declared, context);
  const base = {
    name: declared.name,
    category: declared.category,
    authority: declared.authority,
    from: { ...from, topic: topicOf(from) },
    items: resolveItems(declared, 'items', mirror, context),
    kept: resolveItems(declared, 'kept', mirror, context).map((item) => ({
      ...item,
      name: keptName(declared.name, item.name),
    })),
    reports: resolveReports(declared, mirror, context),
  };
  if (mirror) return { ...base, key: mirrorKey(declared, mirror, path, tell), mirror };
  if (declared.many) return { ...base, ...resolveMany(declared, context) };
  return { ...base, key: [{ name: declared.from.key[0] ?? entityKey.name, type: entityKey.type }] };
}

function checkShape(declared: BlockDeclaration, { path, tell }: BlockContext): void {
  const { mirror, many, from, items, kept, reports } = declared;
  if (items.length + reports.length === 0)
    tell(`${path}.items`, 'A block has at least one item, or reports one of another block.');
  if (mirror && many)
    tell(`${path}.many`, 'Declare "mirror" or "many": the latest of several rows, or all of them.');
  if (!mirror && !many && from.key.length > 1) {
    tell(
      `${path}.from.key`,
      'A block without "mirror" or "many" has exactly the key of the entity; declare one of them for any other key.',
    );
  }
  const engine = new Set(Object.values(engineColumns('')).map((name) => name.slice(2)));
  kept.forEach(({ name }, index) => {
    if (engine.has(name))
      tell(`${path}.kept[${index}].name`, `"${name}" is a name of the engine; give another one.`);
  });
}

function resolveMany(
  declared: BlockDeclaration,
  { entityKey, path, tell }: BlockContext,
): { readonly key: readonly Column[]; readonly many: Many } {
  const key = (declared.many?.key ?? []).map((column, index) =>
    resolveColumn(column, `${path}.many.key[${index}]`, tell),
  );
  const names = key.map(({ name }) => name);
  if (names.join() !== declared.from.key.join())
    tell(
      `${path}.many.key`,
      `Name the columns of from.key in their order: ${declared.from.key.join(', ')}.`,
    );
  for (const [index, { name, from = name, type }] of declared.items.entries()) {
    const inKey = declared.many?.key.find((column) => column.name === name);
    if (inKey && (from !== name || inKey.type !== type))
      tell(
        `${path}.items[${index}]`,
        `"${name}" is a key column; as an item it has the same name and type.`,
      );
  }
  const entity = declared.many?.entity;
  const typed = key.find(({ name }) => name === entity);
  if (typed && sqlTypeOf(typed.type) !== sqlTypeOf(entityKey.type))
    tell(
      `${path}.many.entity`,
      `"${typed.name}" is ${sqlTypeOf(typed.type)}, but the entity key is ${sqlTypeOf(entityKey.type)}; they must be equal.`,
    );
  return {
    key,
    many: entity === undefined ? {} : { entity: { name: entity, type: entityKey.type } },
  };
}

function resolveReports(
  declared: BlockDeclaration,
  mirror: Mirror | undefined,
  context: BlockContext,
): Report[] {
  const { owned, path, tell } = context;
  return declared.reports.flatMap(({ item, from = item }, index) => {
    const where = `${path}.reports[${index}]`;
    const owner = owned.get(item);
    if (!owner || owner.block === declared.name) {
      tell(`${where}.item`, `"${item}" is no item of another block; correct the name.`);
      return [];
    }
    if (owner.many || declared.many) {
      tell(
        `${where}.item`,
        'Values can be compared only between blocks that have one row for an entity.',
      );
      return [];
    }
    const inMirror = mirror?.columns.find((column) => column.name === from);
    if (mirror && !inMirror) tell(`${where}.from`, `"${from}" is not among mirror.columns.`);
    const name = `${declared.name}__says_${item}`;
    return [{ ...resolveColumn({ name, type: owner.type }, where, () => {}), from, item }];
  });
}

function resolveMirror(
  declared: BlockDeclaration,
  entityKey: Column,
  path: string,
  tell: Tell,
): Mirror | undefined {
  if (!declared.mirror) return undefined;
  const { mirror } = declared;
  const columns = mirror.columns.map((column, index) =>
    resolveColumn(column, `${path}.mirror.columns[${index}]`, tell),
  );
  const byName = new Map(columns.map((column) => [column.name, column]));
  const known = (name: string, where: string): Column | undefined => {
    const column = byName.get(name);
    if (!column)
      tell(where, `"${name}" is not among mirror.columns; add it there or correct the name.`);
    return column;
  };
  if (byName.size < columns.length) tell(`${path}.mirror.columns`, 'A column is named twice.');
  const touches = mirror.touches.map((touch, index) => {
    const where = `${path}.mirror.touches[${index}]`;
    const entity = known(touch.entity, `${where}.entity`);
    if (entity && sqlTypeOf(entity.type) !== sqlTypeOf(entityKey.type)) {
      tell(
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
    tell(
      `${path}.mirror.latestBy`,
      `End the order with the key column(s) ${missing.join(', ')}, or two rows could tie.`,
    );
  }
  return { columns, touches, latestBy: mirror.latestBy };
}

function mirrorKey(declared: BlockDeclaration, mirror: Mirror, path: string, tell: Tell): Column[] {
  return declared.from.key.flatMap((name, index) => {
    const column = mirror.columns.find((candidate) => candidate.name === name);
    if (!column)
      tell(
        `${path}.from.key[${index}]`,
        `Key column "${name}" is not among mirror.columns; add it there.`,
      );
    return column ? [column] : [];
  });
}

function resolveItems(
  declared: BlockDeclaration,
  list: 'items' | 'kept',
  mirror: Mirror | undefined,
  { path, tell }: BlockContext,
): Item[] {
  const aliases = new Set(
    declared.mirror?.touches.flatMap(({ as }) => Object.keys(as ?? {})) ?? [],
  );
  return declared[list].map((item, index) => {
    const from = item.from ?? item.name;
    const where = `${path}.${list}[${index}]`;
    const inMirror = mirror?.columns.find((column) => column.name === from);
    if (mirror && !inMirror && !aliases.has(from)) {
      tell(
        `${where}.from`,
        `"${from}" is neither among mirror.columns nor a name given under "as".`,
      );
    }
    const resolved = { ...resolveColumn(item, where, tell), from };
    if (inMirror && sqlTypeOf(inMirror.type) !== sqlTypeOf(resolved.type)) {
      tell(
        `${where}.type`,
        `"${item.name}" is ${sqlTypeOf(resolved.type)}, but mirror column "${from}" is ${sqlTypeOf(inMirror.type)}; they must be equal.`,
      );
    }
    return resolved;
  });
}

export function resolveColumn(
  declared: { readonly name: string; readonly type: string },
  path: string,
  tell: Tell,
): Column {
  const type = parseColumnType(declared.type);
  if (!isProblem(type)) return { name: declared.name, type };
  tell(`${path}.type`, type.message);
  // Any type will do: the view is refused, and the other checks go on.
  return { name: declared.name, type: { kind: 'json' } };
}
