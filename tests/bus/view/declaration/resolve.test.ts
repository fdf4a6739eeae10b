import { describe, expect, test } from 'vitest';
import { ProblemsError } from '../../../../bus/base/errors.ts';
import { visible } from '../../../../bus/view/compile/ddl.ts';
import { resolveView } from '../../../../bus/view/declaration/resolve.ts';
import { blockColumns, childColumns, readerViews, viewTables } from '../../../../bus/view/view.ts';

const DIRECT = {
  name: 'identity',
  category: 1,
  authority: 'police',
  from: { source: 'police', table: 'police.person', key: ['id_number'] },
  items: [{ name: 'name', type: 'varchar(60)' }],
};
const MIRRORED = {
  name: 'marriage',
  category: 6,
  authority: 'civil-affairs',
  from: { source: 'civil-affairs', table: 'civil_affairs.marriage', key: ['number'] },
  mirror: {
    columns: [
      { name: 'number', type: 'varchar(20)' },
      { name: 'a', type: 'varchar(18)' },
      { name: 'b', type: 'varchar(18)' },
      { name: 'held_on', type: 'date' },
    ],
    touches: [{ entity: 'a', as: { spouse: 'b' } }],
    latestBy: ['held_on', 'number'],
  },
  items: [{ name: 'spouse_id', type: 'varchar(18)', from: 'spouse' }],
};
const VIEW = {
  apiVersion: 'civicbus/v1',
  kind: 'View',
  name: 'population',
  database: 'hub',
  entity: {
    table: 'person',
    key: { name: 'id_number', type: 'varchar(18)' },
    visibleBy: 'identity',
  },
  blocks: [DIRECT, MIRRORED],
};

type Change = readonly [path: string, value: unknown];

/** A copy of the good view with the value at `path` ("blocks.1.mirror.latestBy") set, or removed. */
function changed(...changes: readonly Change[]): unknown {
  const copy = structuredClone(VIEW) as unknown as Record<string, unknown>;
  for (const [path, value] of changes) {
    const steps = path.split('.');
    const last = steps.pop() ?? '';
    const parent = steps.reduce((node, step) => node[step] as Record<string, unknown>, copy);
    if (value === undefined) delete parent[last];
    else parent[last] = structuredClone(value);
  }
  return copy;
}

function problemsOf(content: unknown): string[] {
  try {
    resolveView(content, 'view.yaml');
  } catch (error) {
    if (error instanceof ProblemsError) {
      return error.problems
        .filter(({ file }) => file === 'view.yaml')
        .map(({ path = '', message }) => `${path}: ${message}`);
    }
    throw error;
  }
  return [];
}

test('a good declaration has no problems, and names its topics', () => {
  const view = resolveView(VIEW, 'view.yaml');
  expect(view.blocks.map(({ from }) => from.topic)).toEqual([
    'cdc.police.police.person',
    'cdc.civil-affairs.civil_affairs.marriage',
  ]);
  expect(view.description).toBe('');
});

describe('what contradicts itself is refused, with the path and what to do', () => {
  test.each<[string, [string, unknown][], string]>([
    [
      'visibleBy names no block',
      [['entity.visibleBy', 'nobody']],
      'entity.visibleBy: No block is named "nobody"; name one of the blocks.',
    ],
    [
      'an unknown type of the key',
      [['entity.key.type', 'string']],
      'entity.key.type: "string": there is no type string.',
    ],
    [
      'an unknown type of an item',
      [['blocks.0.items.0.type', 'varchar(0)']],
      'blocks[0].items[0].type: "varchar(0)": expected a length from 1 to 16383.',
    ],
    [
      'an unknown type of a mirror column',
      [['blocks.1.mirror.columns.3.type', 'day']],
      'blocks[1].mirror.columns[3].type: "day": there is no type day.',
    ],
    [
      'a key of two columns without a mirror',
      [['blocks.0.from.key', ['id_number', 'version']]],
      'blocks[0].from.key: A block without "mirror" or "many" has exactly the key of the entity; declare one of them for any other key.',
    ],
    [
      'a mirror column named twice',
      [
        ['blocks.1.mirror.columns.3', { name: 'a', type: 'varchar(18)' }],
        ['blocks.1.mirror.latestBy', ['number']],
      ],
      'blocks[1].mirror.columns: A column is named twice.',
    ],
    [
      'an entity column that is not mirrored',
      [['blocks.1.mirror.touches.0.entity', 'c']],
      'blocks[1].mirror.touches[0].entity: "c" is not among mirror.columns; add it there or correct the name.',
    ],
    [
      'an entity column of another type',
      [['blocks.1.mirror.columns.1.type', 'varchar(20)']],
      'blocks[1].mirror.touches[0].entity: "a" is varchar(20), but the entity key is varchar(18); they must be equal.',
    ],
    [
      'another name for a column that is not mirrored',
      [['blocks.1.mirror.touches.0.as', { spouse: 'c' }]],
      'blocks[1].mirror.touches[0].as: "c" is not among mirror.columns; add it there or correct the name.',
    ],
    [
      'an order by a column that is not mirrored',
      [['blocks.1.mirror.latestBy', ['day', 'number']]],
      'blocks[1].mirror.latestBy: "day" is not among mirror.columns; add it there or correct the name.',
    ],
    [
      'an order in which two rows can tie',
      [['blocks.1.mirror.latestBy', ['held_on']]],
      'blocks[1].mirror.latestBy: End the order with the key column(s) number, or two rows could tie.',
    ],
    [
      'a key column that is not mirrored',
      [
        ['blocks.1.from.key', ['id']],
        ['blocks.1.mirror.latestBy', ['held_on', 'id']],
      ],
      'blocks[1].from.key[0]: Key column "id" is not among mirror.columns; add it there.',
    ],
    [
      'an item from nowhere',
      [['blocks.1.items.0.from', 'wife']],
      'blocks[1].items[0].from: "wife" is neither among mirror.columns nor a name given under "as".',
    ],
    [
      'an item of another type than its column',
      [['blocks.1.items.0', { name: 'wed_on', type: 'datetime', from: 'held_on' }]],
      'blocks[1].items[0].type: "wed_on" is datetime, but mirror column "held_on" is date; they must be equal.',
    ],
    [
      'two blocks of one name',
      [['blocks.1.name', 'identity']],
      'blocks[1].name: Two blocks are named "identity".',
    ],
    [
      'two blocks of one table',
      [
        ['blocks.1.from.source', 'police'],
        ['blocks.1.from.table', 'police.person'],
      ],
      'blocks[1].from: Block "identity" reads the same table; one table feeds one block.',
    ],
    [
      'one item in two blocks',
      [['blocks.1.items.0.name', 'name']],
      'blocks[1].items[0].name: Item "name" already belongs to block "identity"; every item has exactly one authority.',
    ],
    [
      'an item named like the key',
      [['blocks.0.items.0.name', 'id_number']],
      'blocks[0].items[0].name: Item "id_number" already belongs to the entity key; every item has exactly one authority.',
    ],
  ])('%s', (_, changes, problem) => {
    expect(problemsOf(changed(...changes))).toContain(problem);
  });
});

const CHILDREN = {
  name: 'vehicle',
  category: 19,
  authority: 'police',
  from: { source: 'police', table: 'police.vehicle', key: ['plate', 'seq'] },
  many: {
    key: [
      { name: 'plate', type: 'varchar(20)' },
      { name: 'seq', type: 'int' },
    ],
    entity: 'id_number',
  },
  items: [
    { name: 'plate', type: 'varchar(20)' },
    { name: 'status', type: 'varchar(20)' },
  ],
};
const CARD = {
  name: 'card',
  category: 16,
  authority: 'social',
  from: { source: 'social', table: 'social.card', key: ['id_number'] },
  items: [{ name: 'card_number', type: 'varchar(20)' }],
  kept: [{ name: 'state', type: 'varchar(10)' }],
  reports: [{ item: 'name', from: 'holder' }],
};

describe('child rows, kept columns and reports', () => {
  const wide = (...changes: readonly Change[]): unknown =>
    changed(['blocks.2', CHILDREN], ['blocks.3', CARD], ...changes);

  test('resolve to columns of their own', () => {
    const view = resolveView(wide(), 'view.yaml');
    const [, , vehicle, card] = view.blocks;
    expect(childColumns(vehicle!).map(({ name }) => name)).toEqual(['id_number', 'status']);
    expect(blockColumns(card!).map(({ name, from }) => [name, from])).toEqual([
      ['card_number', 'card_number'],
      ['card__state', 'state'],
      ['card__says_name', 'holder'],
    ]);
    expect(card!.reports[0]?.type).toEqual(view.blocks[0]!.items[0]?.type);
    expect(readerViews(view)).toEqual(['person', 'vehicle']);
    expect(viewTables(view)).toEqual(['person__rows', 'marriage__mirror', 'vehicle__rows']);
  });

  test.each<[string, readonly Change[], string]>([
    [
      'rows both mirrored and all shown',
      [['blocks.1.many', { key: [{ name: 'number', type: 'varchar(20)' }] }]],
      'blocks[1].many: Declare "mirror" or "many": the latest of several rows, or all of them.',
    ],
    [
      'a key of other columns than the table',
      [['blocks.2.from.key', ['seq', 'plate']]],
      'blocks[2].many.key: Name the columns of from.key in their order: seq, plate.',
    ],
    [
      'an item that is a key column of another type',
      [['blocks.2.items.0.type', 'varchar(30)']],
      'blocks[2].items[0]: "plate" is a key column; as an item it has the same name and type.',
    ],
    [
      'a report of an item that nobody has',
      [['blocks.3.reports.0.item', 'nobody']],
      'blocks[3].reports[0].item: "nobody" is no item of another block; correct the name.',
    ],
    [
      'a report of an own item',
      [['blocks.3.reports.0.item', 'card_number']],
      'blocks[3].reports[0].item: "card_number" is no item of another block; correct the name.',
    ],
    [
      'a report of one of many rows',
      [['blocks.3.reports.0.item', 'status']],
      'blocks[3].reports[0].item: Values can be compared only between blocks that have one row for an entity.',
    ],
    [
      'a kept column named like the engine’s',
      [['blocks.3.kept.0.name', 'there']],
      'blocks[3].kept[0].name: "there" is a name of the engine; give another one.',
    ],
    [
      'a block named like the entity’s table',
      [['blocks.2.name', 'person']],
      'blocks: Two tables would be named "person__rows"; rename the block or the entity.',
    ],
    [
      'an entity shown by a block of many rows',
      [['entity.visibleBy', 'vehicle']],
      'entity.visibleBy: "vehicle" has many rows for an entity; name a block that has one.',
    ],
    [
      'an entity shown by a column that its block lacks',
      [['entity.visibleWhile', { column: 'state', in: ['open'] }]],
      'entity.visibleWhile.column: "state" is neither an item nor kept by block "identity".',
    ],
  ])('%s', (_, changes, problem) => {
    expect(problemsOf(wide(...changes))).toContain(problem);
  });

  test('a kept column may decide who is shown', () => {
    const view = resolveView(
      wide(
        ['entity.visibleBy', 'card'],
        ['entity.visibleWhile', { column: 'state', in: ['open'] }],
      ),
      'view.yaml',
    );
    expect(visible(view)).toBe("`card__there` = 1 AND `card__state` IN ('open')");
  });
});

describe('what does not have the form of a view is refused', () => {
  test.each<[string, [string, unknown], string]>([
    ['another version', ['apiVersion', 'civicbus/v2'], 'apiVersion'],
    ['another kind', ['kind', 'Source'], 'kind'],
    ['no name', ['name', undefined], 'name'],
    ['a name with a space', ['name', 'the people'], 'name'],
    ['an unknown key', ['blokcs', []], ''],
    ['no blocks', ['blocks', []], 'blocks'],
    ['a table without its database', ['blocks.0.from.table', 'person'], 'blocks.0.from.table'],
    ['a block without items or reports', ['blocks.0.items', []], 'blocks[0].items'],
    [
      'a column name that SQL would need quoted',
      ['blocks.0.items.0.name', 'na`me'],
      'blocks.0.items.0.name',
    ],
    [
      'a name that objects have already',
      ['blocks.0.items.0.name', '__proto__'],
      'blocks.0.items.0.name',
    ],
    ['an empty key', ['blocks.0.from.key', []], 'blocks.0.from.key'],
    ['a category below one', ['blocks.0.category', 0], 'blocks.0.category'],
  ])('%s', (_, change, path) => {
    expect(problemsOf(changed(change)).map((line) => line.split(': ')[0])).toEqual([path]);
  });

  test.each([[null], [undefined], ['text'], [[]], [7]])(
    '%j instead of a declaration',
    (content) => {
      expect(problemsOf(content)).not.toEqual([]);
    },
  );
});

test('all problems are reported at once', () => {
  const problems = problemsOf(
    changed(
      ['entity.visibleBy', 'nobody'],
      ['entity.key.type', 'string'],
      ['blocks.0.items.0.type', 'strang'],
      ['blocks.1.mirror.latestBy', ['held_on']],
      ['blocks.1.items.0.name', 'name'],
    ),
  );
  expect(problems.map((line) => line.split(': ')[0])).toEqual([
    'entity.key.type',
    'blocks[0].items[0].type',
    'blocks[1].mirror.touches[0].entity',
    'blocks[1].mirror.latestBy',
    'blocks[1].items[0].name',
    'entity.visibleBy',
  ]);
});
