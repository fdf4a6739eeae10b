/**
 * What of a shared view can be shared: resources made from the view's declaration and the
 * catalogue. Only what readers see is a field; kept and reported columns and those of the engine
 * never are. A field is classified as strictly as any source column that it shows.
 */
import type { Catalogue, CatalogueEntry } from '../agreement/organization.ts';
import {
  CLASSIFICATIONS,
  type Classification,
  type Resource,
  type ResourceField,
} from '../agreement/resource.ts';
import {
  blockColumns,
  childTable,
  engineColumns,
  rowsTable,
  type Block,
  type Column,
  type ViewModel,
} from '../view/view.ts';

/** The part of a source's declaration that says how far its columns may travel. */
export type ClassifiedSource = {
  readonly name: string;
  readonly tables: readonly {
    readonly name: string;
    readonly columns: readonly { readonly name: string; readonly classification: Classification }[];
  }[];
};

/** Where no source says otherwise. */
const UNCLASSIFIED: Classification = 'internal';

/** The resources of `view` that the catalogue names, in its order. */
export function resourcesOf(
  view: ViewModel,
  catalogue: Catalogue,
  sources: readonly ClassifiedSource[] = [],
): Resource[] {
  const tables = new Map(
    shareableTables(view).map((table) => [`${view.name}/${table.name}`, table]),
  );
  const classify = classifier(sources);
  return catalogue.resources.flatMap((entry) => {
    const table = tables.get(entry.id);
    return table ? [resourceOf({ view, entry, table, classify })] : [];
  });
}

/** Ids of the catalogue that no view has. */
export function unknownResources(catalogue: Catalogue, views: readonly ViewModel[]): string[] {
  const known = new Set(
    views.flatMap((view) => shareableTables(view).map(({ name }) => `${view.name}/${name}`)),
  );
  return catalogue.resources.map(({ id }) => id).filter((id) => !known.has(id));
}

type ShareableTable = {
  /** As readers know it. */
  readonly name: string;
  readonly table: string;
  readonly key: readonly Column[];
  readonly blocks: readonly Block[];
  /** The block of child rows, where it is one. */
  readonly child?: Block;
};

function shareableTables(view: ViewModel): ShareableTable[] {
  const entity = {
    name: view.entity.table,
    table: rowsTable(view),
    key: [view.entity.key],
    blocks: view.blocks.filter(({ many }) => !many),
  };
  const children = view.blocks
    .filter(({ many }) => many)
    .map((block) => ({
      name: block.name,
      table: childTable(block),
      key: block.key,
      blocks: [block],
      child: block,
    }));
  return [entity, ...children];
}

type Classify = (block: Block, columns: readonly string[]) => Classification;

function resourceOf({
  view,
  entry: { id, description, provider, sharingType, memberTypes, contractVersion },
  table: { table, key, blocks, child },
  classify,
}: {
  readonly view: ViewModel;
  readonly entry: CatalogueEntry;
  readonly table: ShareableTable;
  readonly classify: Classify;
}): Resource {
  return {
    id,
    view: view.name,
    description,
    contractVersion,
    sharingType,
    ...(memberTypes ? { memberTypes } : {}),
    provider,
    key: key.map(({ name }) => name),
    fields: child ? childFields(child, classify) : entityFields(view, blocks, classify),
    rows: {
      database: view.database,
      table,
      topic: `view.${view.name}.${view.database}.${table}`,
      there: engineColumns(child ? '' : view.entity.visibleBy).there,
      ...(child ? {} : visibleWhile(view)),
    },
  };
}

function entityFields(
  view: ViewModel,
  blocks: readonly Block[],
  classify: Classify,
): ResourceField[] {
  const { key, visibleBy } = view.entity;
  const shownBy = blocks.find(({ name }) => name === visibleBy);
  const keys = shownBy
    ? [
        fieldOf({
          block: shownBy,
          column: key,
          from: shownBy.key.map(({ name }) => name),
          classify,
        }),
      ]
    : [];
  return [...keys, ...blocks.flatMap((block) => itemFields(block, classify))];
}

/** Key, the entity that the row belongs to, items; each once. */
function childFields(block: Block, classify: Classify): ResourceField[] {
  const entity = block.many?.entity;
  const own = [...block.key, ...(entity ? [entity] : [])].map((column) =>
    fieldOf({ block, column, from: [column.name], classify, prefix: '' }),
  );
  const names = new Set<string>();
  return [...own, ...itemFields(block, classify)].filter(({ name }) => {
    if (names.has(name)) return false;
    names.add(name);
    return true;
  });
}

function itemFields(block: Block, classify: Classify): ResourceField[] {
  const prefix = block.many ? '' : block.name;
  return block.items.map((item) =>
    fieldOf({ block, column: item, from: sourceColumns(block, item.from), classify, prefix }),
  );
}

/** Columns of the source behind `from`, which may be another name that a mirror gives them. */
function sourceColumns(block: Block, from: string): string[] {
  const behind = (block.mirror?.touches ?? []).flatMap(({ as }) => as[from] ?? []);
  return behind.length > 0 ? behind : [from];
}

function fieldOf({
  block,
  column: { name, type },
  from,
  classify,
  prefix = block.name,
}: {
  readonly block: Block;
  readonly column: Column;
  readonly from: readonly string[];
  readonly classify: Classify;
  readonly prefix?: string;
}): ResourceField {
  const { authority } = block;
  return {
    name,
    type,
    classification: classify(block, from),
    authority,
    at: engineColumns(prefix).at,
  };
}

function visibleWhile(view: ViewModel): Pick<Resource['rows'], 'visibleWhile'> {
  const { visibleBy, visibleWhile: condition } = view.entity;
  const block = view.blocks.find(({ name }) => name === visibleBy);
  const column = block && blockColumns(block).find(({ name }) => name === condition?.column);
  if (!condition || !column) return {};
  return { visibleWhile: { column: column.name, type: column.type, in: condition.in } };
}

/** The strictest class of the columns behind a field. */
function classifier(sources: readonly ClassifiedSource[]): Classify {
  const classes = new Map(
    sources.flatMap((source) =>
      source.tables.flatMap((table) =>
        table.columns.map(
          ({ name, classification }) =>
            [`${source.name}/${table.name}/${name}`, classification] as const,
        ),
      ),
    ),
  );
  return ({ from }, columns) =>
    columns
      .map((column) => classes.get(`${from.source}/${from.table}/${column}`) ?? UNCLASSIFIED)
      .reduce((strictest, one) =>
        CLASSIFICATIONS.indexOf(one) > CLASSIFICATIONS.indexOf(strictest) ? one : strictest,
      );
}
