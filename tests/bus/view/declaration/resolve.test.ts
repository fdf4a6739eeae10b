import { describe, expect, test } from 'vitest';
import { ProblemsError } from '../../../../bus/base/errors.ts';
import { resolveView } from '../../../../bus/view/declaration/resolve.ts';

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

/** A copy of the good view with the value at `path` ("blocks.1.mirror.latestBy") set, or removed. */
function changed(...changes: readonly (readonly [path: string, value: unknown])[]): unknown {
  const copy = structuredClone(VIEW) as unknown as Record<string, unknown>;
  for (const [path, value] of changes) {
    const steps = path.split('.');
    const last = steps.pop() ?? '';
    const parent = steps.reduce((node, step) => node[step] as Record<string, unknown>, copy);
    if (value === undefined) delete parent[last];
    else parent[last] = value;
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
      'blocks[0].from.key: A block without "mirror" has exactly the key of the entity; declare "mirror" for any other key.',
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

describe('what does not have the form of a view is refused', () => {
  test.each<[string, [string, unknown], string]>([
    ['another version', ['apiVersion', 'civicbus/v2'], 'apiVersion'],
    ['another kind', ['kind', 'Source'], 'kind'],
    ['no name', ['name', undefined], 'name'],
    ['a name with a space', ['name', 'the people'], 'name'],
    ['an unknown key', ['blokcs', []], ''],
    ['no blocks', ['blocks', []], 'blocks'],
    ['a table without its database', ['blocks.0.from.table', 'person'], 'blocks.0.from.table'],
    ['a block without items', ['blocks.0.items', []], 'blocks.0.items'],
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
    'entity.visibleBy',
    'blocks[1].items[0].name',
  ]);
});
