/**
 * The declared columns of one record type: checked against the writer's fields when compiled,
 * read into arrays in declared order afterwards.
 */
import { BusError } from '../base/errors.ts';
import { sqlTypeOf, type ColumnType } from '../change/column-type.ts';
import type { ColumnValue } from '../change/column-value.ts';
import { holds } from '../change/holds.ts';
import { accepts, wireTypeText, type WireType } from '../change/wire-type.ts';
import { converterFor, type Convert } from './convert.ts';
import type { RawRecord } from './projection.ts';
import { ValueFault } from './value-fault.ts';
import { fieldOf, sourceOf, wireTypeOf, type FieldNode, type RecordNode } from './writer-schema.ts';

export type Column = { readonly name: string; readonly type: ColumnType };

export type RowReader = (raw: RawRecord) => ColumnValue[];

/** What Debezium sends in place of a large value that PostgreSQL did not log. */
const ABSENT_TEXT = '__debezium_unavailable_value';
const ABSENT_BYTES = Buffer.from(ABSENT_TEXT);

type Plan = { readonly name: string; readonly property: string; readonly convert: Convert };

/**
 * Compiles a reader of `columns`. Throws AVRO_COLUMN_MISSING, AVRO_COLUMN_TYPE or
 * AVRO_COLUMN_WIDER, naming every column concerned. `mayOmit`: the source is one that leaves large unchanged values out.
 */
export function compileRowReader(
  record: RecordNode,
  columns: readonly Column[],
  { schemaId, mayOmit }: { readonly schemaId: number; readonly mayOmit: boolean },
): RowReader {
  const pairs = columns.map((column) => ({ column, field: fieldOf(record, column.name) }));
  const missing = pairs.filter(({ field }) => field === undefined).map(({ column }) => column);
  if (missing.length > 0) {
    throw new BusError('AVRO_COLUMN_MISSING', { schemaId, ...naming(missing) });
  }
  const plans: Plan[] = [];
  const wrong: { readonly column: Column; readonly found: string }[] = [];
  for (const { column, field } of pairs) {
    const wire = field && wireTypeOf(field.node);
    if (field && wire && accepts(column.type, wire)) {
      const convert = converterFor(column.type, wire);
      const { name } = column;
      plans.push({
        name,
        property: field.safeName,
        convert: mayOmit ? refusing(convert, name) : convert,
      });
    } else {
      wrong.push({ column, found: foundText(wire) });
    }
  }
  if (wrong.length > 0) {
    const found = wrong.map((entry) => entry.found).join(', ');
    const named = naming(wrong.map((entry) => entry.column));
    throw new BusError('AVRO_COLUMN_TYPE', { schemaId, ...named, found });
  }
  refuseWider(pairs, schemaId);
  return rowReader(plans);
}

type Pair = { readonly column: Column; readonly field: FieldNode | undefined };

/** A type that grew beyond the declared one is told before the first value that does not fit. */
function refuseWider(pairs: readonly Pair[], schemaId: number): void {
  const wider = pairs.flatMap(({ column, field }) => {
    const source = field && sourceOf(field.node);
    return source === undefined || holds(column.type, source) ? [] : [{ column, source }];
  });
  if (wider.length === 0) return;
  const found = wider.map(({ source }) => sqlTypeOf(source)).join(', ');
  const named = naming(wider.map(({ column }) => column));
  throw new BusError('AVRO_COLUMN_WIDER', { schemaId, ...named, found });
}

function rowReader(plans: readonly Plan[]): RowReader {
  const count = plans.length;
  return (raw) => {
    const row: ColumnValue[] = [];
    let at = 0;
    try {
      for (; at < count; at++) {
        const plan = plans[at] as Plan;
        const value = raw[plan.property];
        row.push(value === null ? null : plan.convert(value));
      }
    } catch (error) {
      if (!(error instanceof ValueFault)) throw error;
      throw new BusError('AVRO_VALUE_BROKEN', { column: plans[at]?.name, why: error.message });
    }
    return row;
  };
}

function refusing(convert: Convert, column: string): Convert {
  return (raw) => {
    if (raw === ABSENT_TEXT || (Buffer.isBuffer(raw) && raw.equals(ABSENT_BYTES))) {
      throw new BusError('AVRO_VALUE_ABSENT', { column });
    }
    return convert(raw);
  };
}

function naming(columns: readonly Column[]): {
  readonly column: string;
  readonly expected: string;
} {
  return {
    column: columns.map(({ name }) => name).join(', '),
    expected: columns.map(({ type }) => sqlTypeOf(type)).join(', '),
  };
}

function foundText(wire: WireType | undefined): string {
  return wire === undefined ? 'a structure' : wireTypeText(wire);
}
