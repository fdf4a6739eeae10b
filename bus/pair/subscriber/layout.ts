/**
 * What a version of an agreement delivers, as the columns of a table: read off the schema that its
 * records name, so that nothing has to be told to a subscriber twice.
 */
import { BusError } from '../../base/errors.ts';
import {
  isProblem,
  parseColumnType,
  sqlTypeOf,
  type ColumnType,
} from '../../change/column-type.ts';
import type { PairDecoder } from '../record.ts';

export type LayoutColumn = { readonly name: string; readonly type: ColumnType };

export type Layout = {
  /** "$1$…" of the agreement's content. */
  readonly contentHash: string;
  /** Delivered fields, the key's first. */
  readonly columns: readonly LayoutColumn[];
  /** How many of `columns` are the key. */
  readonly keyColumns: number;
};

/** Throws SUBSCRIBER_TABLE_DIFFERS when a type is none of the bus's. */
export function layoutOf(
  decoder: Pick<PairDecoder, 'contentHash' | 'fields' | 'keyFields'>,
): Layout {
  const unknown: string[] = [];
  const columns = decoder.fields.flatMap(({ name, type: text }): LayoutColumn[] => {
    const type = parseColumnType(text);
    if (!isProblem(type)) return [{ name, type }];
    unknown.push(`${name}: ${type.message}`);
    return [];
  });
  if (unknown.length > 0) {
    const differences = unknown.join(' ');
    throw new BusError('SUBSCRIBER_TABLE_DIFFERS', { table: '', differences });
  }
  return { contentHash: decoder.contentHash, columns, keyColumns: decoder.keyFields };
}

export function keyNames({ columns, keyColumns }: Layout): readonly string[] {
  return columns.slice(0, keyColumns).map(({ name }) => name);
}

export function columnNames({ columns }: Layout): readonly string[] {
  return columns.map(({ name }) => name);
}

/** Same columns in the same order with the same key; the agreement's version does not count. */
export function sameColumns(one: Layout, other: Layout): boolean {
  return shapeOf(one) === shapeOf(other);
}

function shapeOf({ columns, keyColumns }: Layout): string {
  return JSON.stringify([keyColumns, columns.map(({ name, type }) => [name, sqlTypeOf(type)])]);
}

/** For keeping beside the copy. */
export function layoutText(layout: Layout): string {
  const columns = layout.columns.map(({ name, type }) => ({ name, type: sqlTypeOf(type) }));
  return JSON.stringify({ ...layout, columns });
}

/** What `layoutText` wrote. */
export function parseLayout(text: string): Layout {
  const { contentHash, columns, keyColumns } = JSON.parse(text) as {
    readonly contentHash: string;
    readonly columns: readonly { readonly name: string; readonly type: string }[];
    readonly keyColumns: number;
  };
  return layoutOf({ contentHash, fields: columns, keyFields: keyColumns });
}
