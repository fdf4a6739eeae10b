import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findSourceFiles, loadSources } from '../../connectors/load-source.ts';
import { loadView, VIEWS_FOLDER } from '../../consumers/view-files.ts';
import { DEPARTMENTS } from '../../producers/departments.ts';
import { CHILD_TABLES } from '../../producers/population-children.ts';
import { POPULATION_ITEMS } from '../../producers/population-oracle.ts';

const view = await loadView(join(VIEWS_FOLDER, 'population/view.yaml'));
const sources = await loadSources(await findSourceFiles('connectors'));
const own = (name: string) =>
  view.blocks.filter((block) => block.items.some((i) => i.name === name));
const ITEMS = [
  view.entity.key.name,
  ...view.blocks.flatMap(({ items }) => items.map((i) => i.name)),
];

describe('the population view covers', () => {
  test('25 categories, each with one block', () => {
    const categories = view.blocks.map(({ category }) => category).toSorted((a, b) => a - b);
    expect(categories).toEqual(Array.from({ length: 25 }, (_, i) => i + 1));
  });

  test('14 departments: the police and 13 others', () => {
    const authorities = new Set(view.blocks.map(({ authority }) => authority));
    expect(authorities.size).toBe(14);
    expect(authorities).toContain('police');
  });

  test('89 of 89 items, each with exactly one owner', () => {
    expect(ITEMS).toHaveLength(89);
    expect(new Set(ITEMS).size).toBe(89);
    for (const item of ITEMS.slice(1)) expect(own(item).map(({ name }) => name)).toHaveLength(1);
  });

  test('just the items that the oracle knows, child rows and conflicts apart', () => {
    const single = view.blocks.filter(({ many }) => !many);
    const declared = [
      view.entity.key.name,
      ...single.flatMap(({ items }) => items.map((i) => i.name)),
    ];
    expect(declared.toSorted()).toEqual(POPULATION_ITEMS.toSorted());
    const children = view.blocks.filter(({ many }) => many);
    expect(children.map(({ name, items }) => [name, items.map((i) => i.name)])).toEqual(
      CHILD_TABLES.map(({ name, items }) => [name, items]),
    );
  });
});

describe('every block', () => {
  test.each(view.blocks.map((block) => [block.name, block] as const))(
    '%s reads captured columns of a source whose organization is its authority',
    (_, { authority, from, key, items, kept, reports, mirror, many }) => {
      const source = sources.find(({ source: { name } }) => name === from.source)?.source;
      expect(source?.organization).toBe(authority);
      const table = source?.tables.find(({ name }) => name === from.table);
      expect(table?.key).toEqual(key.map(({ name }) => name));
      const captured = table?.columns
        .filter((column) => column.captured ?? true)
        .map(({ name }) => name);
      const aliases = mirror?.touches.flatMap(({ as }) => Object.keys(as)) ?? [];
      const read = [...items, ...kept, ...reports].map((column) => column.from);
      const others = [...(mirror?.columns ?? []), ...(many?.entity ? [many.entity] : [])];
      const wanted = [...read, ...others.map(({ name }) => name)];
      expect(captured).toEqual(
        expect.arrayContaining(wanted.filter((column) => !aliases.includes(column))),
      );
    },
  );
});

test.each(sources.map(({ source }) => [source.name, source] as const))(
  'source %s captures tables that its department has',
  (name, source) => {
    const department = DEPARTMENTS.find((each) => each.name === name);
    expect(department?.tables).toEqual(expect.arrayContaining(source.tables.map((t) => t.name)));
  },
);
