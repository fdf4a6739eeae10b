import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isProblem, parseColumnType } from '../../../bus/change/column-type.ts';
import { holds } from '../../../bus/change/holds.ts';
import type { ViewModel } from '../../../bus/view/view.ts';
import { viewDdl } from '../../../bus/view/compile/ddl.ts';
import { compileView } from '../../../bus/view/compile/compile.ts';
import { findSourceFiles, loadSources } from '../../../connectors/load-source.ts';
import { loadView, VIEWS_FOLDER } from '../../../consumers/view-files.ts';
import { ENTITY_DEPARTMENTS } from '../../../producers/entity-departments.ts';
import { FURTHER_ITEMS, TWELVE_ITEMS } from '../../../producers/legal-entity-oracle.ts';
import { PROPERTY_TABLES } from '../../../producers/property-oracle.ts';

const load = (name: string) => loadView(join(VIEWS_FOLDER, `${name}/view.yaml`));
const legalEntity = await load('legal-entity');
const property = await load('property');
const sources = await loadSources(await findSourceFiles('connectors'));

const itemsOf = (view: ViewModel) =>
  view.blocks.flatMap(({ items }) => items.map(({ name }) => name));

describe('the legal-entity view', () => {
  test('has the twelve items, each with exactly one owner, quality supervision', () => {
    expect(legalEntity.entity.key.name).toBe(TWELVE_ITEMS[0]);
    for (const item of TWELVE_ITEMS.slice(1)) {
      const owners = legalEntity.blocks.filter(({ items }) => items.some((i) => i.name === item));
      expect(owners.map(({ authority }) => authority)).toEqual(['quality-supervision']);
    }
    const register = legalEntity.blocks.find(({ name }) => name === 'register');
    expect(register?.items).toHaveLength(11);
  });

  test('has just the items that the oracle knows', () => {
    const declared = [legalEntity.entity.key.name, ...itemsOf(legalEntity)];
    expect(declared.toSorted()).toEqual([...TWELVE_ITEMS, ...FURTHER_ITEMS].toSorted());
  });

  test('is reported to by three registering bodies that decide nothing', () => {
    const reporters = legalEntity.blocks.filter(({ reports }) => reports.length > 0);
    expect(
      reporters.map(({ authority, items, reports }) => ({
        authority,
        items: items.length,
        reports: reports.map(({ item }) => item),
      })),
    ).toEqual(
      ['commerce', 'civil-affairs', 'staffing-office'].map((authority) => ({
        authority,
        items: 0,
        reports: ['name', 'address', 'legal_representative', 'registration_number'],
      })),
    );
  });

  test('shows active organisations only, and keeps a history', () => {
    expect(legalEntity.entity.visibleWhile?.in).toEqual(['registered', 'changed']);
    expect(legalEntity.history?.retentionDays).toBe(400);
  });
});

describe('the property view', () => {
  test('has just the tables, keys and items that the oracle knows', () => {
    expect(
      property.blocks.map(({ name, key, many, items }) => ({
        name: many ? name : property.entity.table,
        key: key.map((column) => column.name),
        project: many?.entity?.name,
        items: Object.fromEntries(items.map((item) => [item.name, item.from])),
      })),
    ).toEqual(
      PROPERTY_TABLES.map(({ name, key, project, items }) => ({
        name,
        key: [key],
        project,
        items,
      })),
    );
  });

  test('names no item twice, so that one item has one owner', () => {
    const items = itemsOf(property);
    expect(new Set(items).size).toBe(items.length);
  });
});

describe.each([legalEntity, property])('the view $name', (view) => {
  test('compiles to tables, readers’ views and one unit per block', () => {
    const names = viewDdl(view).map(({ name }) => name);
    expect(names).toContain(view.entity.table);
    expect(new Set(names).size).toBe(names.length);
    expect(compileView(view)).toHaveLength(view.blocks.length);
  });

  test.each(view.blocks.map((block) => [block.name, block] as const))(
    'block %s reads captured columns of a source whose organization is its authority, as wide as they are there',
    (_, { authority, from, key, items, kept, reports, mirror }) => {
      const source = sources.find(({ source: { name } }) => name === from.source)?.source;
      expect(source?.organization).toBe(authority);
      expect(from.database).toBe(source?.connection.database);
      const table = source?.tables.find(({ name }) => name === from.table);
      expect(table?.key).toEqual(key.map(({ name }) => name));
      const captured = table?.columns.filter((column) => column.captured !== false) ?? [];
      const wanted = [...items, ...kept, ...reports].map((column) => column.from);
      const mirrored = mirror?.columns.map(({ name }) => name) ?? [];
      expect(captured.map(({ name }) => name)).toEqual(
        expect.arrayContaining([...wanted, ...mirrored]),
      );
      const typeOf = new Map(captured.map((column) => [column.name, column.type]));
      const columns = [...items, ...kept, ...reports, ...key.map((k) => ({ ...k, from: k.name }))];
      const narrow = columns.filter(({ from: column, type }) => {
        const found = parseColumnType(typeOf.get(column) ?? '');
        return isProblem(found) || !holds(type, found);
      });
      expect(narrow.map(({ name }) => name)).toEqual([]);
    },
  );
});

test.each(ENTITY_DEPARTMENTS.map((department) => [department.name, department] as const))(
  'every table of %s is captured',
  (name, department) => {
    const source = sources.find((each) => each.source.name === name)?.source;
    expect(source?.tables.map((table) => table.name)).toEqual(department.tables);
    expect(source?.connection.database).toBe(department.databaseName);
  },
);
