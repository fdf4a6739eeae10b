/**
 * Are the tables of a view still those of its declaration? Compares names and types with
 * information_schema; answers sentences, empty when nothing differs.
 */
import { sqlTypeOf } from '../../change/column-type.ts';
import { canonicalType } from '../../change/server-type.ts';
import type { SqlSession } from '../../sql/sql.ts';
import {
  blockColumns,
  childColumns,
  engineColumns,
  rowsTable,
  sourceTarget,
  type Column,
  type ViewModel,
} from '../view.ts';

type Found = {
  readonly table_name: string;
  readonly column_name: string;
  readonly column_type: string;
};

/** Differences between `view` and the tables in its database, one sentence part each. */
export async function tableDifferences(session: SqlSession, view: ViewModel): Promise<string[]> {
  const found = await session.query<Found>(
    'SELECT table_name AS table_name, column_name AS column_name, column_type AS column_type FROM information_schema.columns WHERE table_schema = ?',
    [view.database],
  );
  const actual = new Map(found.map((c) => [`${c.table_name}.${c.column_name}`, c.column_type]));
  const wanted = wantedColumns(view);
  const tables = new Set(wanted.map(({ table }) => table));
  const differences = wanted.flatMap(({ table, name, type }) => {
    const has = actual.get(`${table}.${name}`);
    actual.delete(`${table}.${name}`);
    if (has === undefined) return [`column ${table}.${name} is missing`];
    return type === undefined || canonicalType(has) === canonicalType(type)
      ? []
      : [`column ${table}.${name} is ${has}, declared ${type}`];
  });
  const surplus = [...actual.keys()].filter((name) => tables.has(name.split('.')[0] ?? ''));
  return [...differences, ...surplus.map((name) => `column ${name} is not declared`)];
}

type Wanted = { readonly table: string; readonly name: string; readonly type: string | undefined };

function wantedColumns(view: ViewModel): Wanted[] {
  const rows = rowsTable(view);
  const declared = (table: string, columns: readonly Column[]): Wanted[] =>
    columns.map(({ name, type }) => ({ table, name, type: sqlTypeOf(type) }));
  const engine = (table: string, prefix: string): Wanted[] =>
    Object.values(engineColumns(prefix)).map((name) => ({ table, name, type: undefined }));
  return [
    ...declared(rows, [view.entity.key]),
    ...view.blocks.flatMap((block) => {
      const { table, prefix } = sourceTarget(view, block);
      if (block.many)
        return [
          ...declared(table, [...block.key, ...childColumns(block)]),
          ...engine(table, prefix),
        ];
      return [
        ...declared(rows, blockColumns(block)),
        ...engine(rows, block.name),
        ...(block.mirror
          ? [...declared(table, block.mirror.columns), ...engine(table, prefix)]
          : []),
      ];
    }),
  ];
}
