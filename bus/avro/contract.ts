/**
 * The declared columns of a table against the schema that its capture registered last: what a
 * reader of the declaration would meet. Pure; says what differs, not what to do about it.
 */
import { sqlTypeOf } from '../change/column-type.ts';
import { holds } from '../change/holds.ts';
import { accepts, wireTypeText } from '../change/wire-type.ts';
import type { Column } from './row-reader.ts';
import {
  expandSchema,
  fieldOf,
  sourceOf,
  wireTypeOf,
  withoutNull,
  type FieldNode,
  type RecordNode,
} from './writer-schema.ts';

export type DifferenceKind =
  /** Declared, and not in the schema: a reader stops. */
  | 'missing'
  /** Of a type that the declared one cannot be read from: a reader stops. */
  | 'type'
  /** Of the declared kind, but with room for more: a reader stops. */
  | 'wider'
  /** In the schema and not declared: no reader sees it. */
  | 'undeclared';

export type ContractDifference = {
  readonly column: string;
  readonly kind: DifferenceKind;
  readonly declared?: string;
  readonly found?: string;
};

/** Whether a reader of the declaration stops at such a difference. */
export function isBreaking({ kind }: ContractDifference): boolean {
  return kind !== 'undeclared';
}

/**
 * In what a registered key or envelope schema differs from `declared`; empty when a reader of
 * exactly these columns reads it. Throws SchemaFault for what is neither.
 */
export function contractDifferences(
  declared: readonly Column[],
  schema: unknown,
): ContractDifference[] {
  const row = rowRecord(schema);
  const known = new Set(declared.map(({ name }) => name));
  return [
    ...declared.flatMap((column) => columnDifference(column, fieldOf(row, column.name))),
    ...row.fields
      .filter(({ name }) => !known.has(name))
      .map((field) => ({
        column: field.name,
        kind: 'undeclared' as const,
        found: foundText(field),
      })),
  ];
}

function columnDifference(column: Column, field: FieldNode | undefined): ContractDifference[] {
  const about = { column: column.name, declared: sqlTypeOf(column.type) };
  if (!field) return [{ ...about, kind: 'missing' }];
  const found = foundText(field);
  const wire = wireTypeOf(field.node);
  if (!wire || !accepts(column.type, wire)) return [{ ...about, kind: 'type', found }];
  const source = sourceOf(field.node);
  return source && !holds(column.type, source) ? [{ ...about, kind: 'wider', found }] : [];
}

/** The row of an envelope, or the key itself. */
function rowRecord(schema: unknown): RecordNode {
  const root = expandSchema(schema);
  const record = root.kind === 'record' ? root : undefined;
  const after = record && fieldOf(record, 'after');
  const image = after && withoutNull(after.node);
  if (image?.kind === 'record') return image;
  if (record) return record;
  throw new TypeError('a key or envelope schema is a record');
}

/** The type at the source where the capture says it, else the one on the wire. */
function foundText(field: FieldNode): string {
  const source = sourceOf(field.node);
  if (source) return sqlTypeOf(source);
  const wire = wireTypeOf(field.node);
  return wire ? wireTypeText(wire) : 'a structure';
}
