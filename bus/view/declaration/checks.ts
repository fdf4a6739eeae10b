/** What only the whole declaration shows: names and tables used twice, a place to be seen from that is not there. */
import { readerViews, viewTables, type Block, type Column, type ViewModel } from '../view.ts';
import type { Tell } from './resolve-block.ts';
import type { ViewDeclaration } from './schema.ts';

/** The server's limit of a column's name. */
const NAME_CHARS_MAX = 64;

export function checkView(view: ViewModel, declared: ViewDeclaration, tell: Tell): void {
  checkUnique(view.blocks, view.entity.key, tell);
  checkNames(view, tell);
  checkVisibility(declared, tell);
}

function checkUnique(blocks: readonly Block[], entityKey: Column, tell: Tell): void {
  const owners = new Map<string, string>([[entityKey.name, 'the entity key']]);
  const topics = new Map<string, string>();
  const names = new Set<string>();
  blocks.forEach((block, index) => {
    const path = `blocks[${index}]`;
    if (names.has(block.name)) tell(`${path}.name`, `Two blocks are named "${block.name}".`);
    names.add(block.name);
    const otherBlock = topics.get(block.from.topic);
    if (otherBlock)
      tell(
        `${path}.from`,
        `Block "${otherBlock}" reads the same table; one table feeds one block.`,
      );
    topics.set(block.from.topic, block.name);
    // Child rows are tables of their own: there an item is known by its block.
    const scope = block.many ? `${block.name}.` : '';
    block.items.forEach((item, itemIndex) => {
      const owner = owners.get(scope + item.name);
      if (owner)
        tell(
          `${path}.items[${itemIndex}].name`,
          `Item "${item.name}" already belongs to ${owner}; every item has exactly one authority.`,
        );
      owners.set(scope + item.name, `block "${block.name}"`);
    });
  });
}

/** Tables, readers' views and columns of the entity's table share names with nothing else. */
function checkNames(view: ViewModel, tell: Tell): void {
  const tables = [...viewTables(view), ...readerViews(view)];
  tables.forEach((table, index) => {
    if (tables.indexOf(table) < index)
      tell('blocks', `Two tables would be named "${table}"; rename the block or the entity.`);
  });
  const taken = new Set<string>();
  view.blocks.forEach((block, index) => {
    const scope = block.many ? `${block.name}.` : '';
    for (const { name } of [...block.kept, ...block.reports]) {
      if (taken.has(scope + name))
        tell(`blocks[${index}]`, `Two columns would be named "${name}"; rename what is kept.`);
      taken.add(scope + name);
      if (name.length > NAME_CHARS_MAX)
        tell(
          `blocks[${index}]`,
          `The column "${name}" would have more than ${NAME_CHARS_MAX} characters.`,
        );
    }
  });
}

function checkVisibility({ entity, blocks }: ViewDeclaration, tell: Tell): void {
  const shown = blocks.find(({ name }) => name === entity.visibleBy);
  if (!shown)
    tell('entity.visibleBy', `No block is named "${entity.visibleBy}"; name one of the blocks.`);
  if (shown?.many)
    tell(
      'entity.visibleBy',
      `"${entity.visibleBy}" has many rows for an entity; name a block that has one.`,
    );
  const column = entity.visibleWhile?.column;
  if (!shown || column === undefined) return;
  if (![...shown.items, ...shown.kept].some(({ name }) => name === column))
    tell(
      'entity.visibleWhile.column',
      `"${column}" is neither an item nor kept by block "${shown.name}".`,
    );
}
