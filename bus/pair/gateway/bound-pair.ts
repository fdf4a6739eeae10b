/**
 * One pair bound to the columns of its topic: which rows are in its scope, and what of a row
 * leaves. Pure: a change in, at most one record out. What was masked, or not agreed, is in
 * nothing that `decide` answers; an error of a predicate or mask counts as out of scope.
 */
import type { Requirement } from '../../agreement/predicate/requirement.ts';
import { assert } from '../../base/assert.ts';
import type { ColumnType } from '../../change/column-type.ts';
import type { ColumnValue } from '../../change/column-value.ts';
import type { RowImage } from '../../change/envelope.ts';
import type { CompiledPair, PairField } from '../pair.ts';

export type Column = { readonly name: string; readonly type: ColumnType };

export type Decision =
  | {
      readonly kind: 'UPSERT';
      readonly key: readonly ColumnValue[];
      readonly row: readonly ColumnValue[];
      readonly sourceTimeMs: number | null;
    }
  | {
      readonly kind: 'DELETE';
      readonly key: readonly ColumnValue[];
      readonly sourceTimeMs: number | null;
    };

export type Judged = {
  readonly decision: Decision | undefined;
  /** The predicate or a mask failed on one of the images, which then counted as out. */
  readonly faulty: boolean;
};

export interface BoundPair {
  readonly pair: CompiledPair;
  /** From one change, with images as the topic's reader gives them. */
  decide(before: RowImage | null, after: RowImage | null): Judged;
}

/** How masks and predicates are made; injected, so that keys stay with whoever may read them. */
export type PairTools = {
  /** Throws where the predicate cannot be bound; the result throws on a value it cannot judge. */
  readonly predicate: (
    rows: NonNullable<CompiledPair['rows']>,
    indexOf: (column: string) => number,
  ) => (image: RowImage) => boolean;
  readonly mask: (field: PairField, pair: CompiledPair) => (value: ColumnValue) => ColumnValue;
  /** What a row must have for the predicate not to be false; absent or undefined: nothing is known. */
  readonly requirement?: (rows: NonNullable<CompiledPair['rows']>) => Requirement | undefined;
};

const THERE: ColumnType = { kind: 'integer', name: 'tinyint', unsigned: false };
const AT: ColumnType = { kind: 'integer', name: 'bigint', unsigned: false };

/** Every column that pairs of one topic look at, each once. */
export function topicColumns(pairs: readonly CompiledPair[]): readonly Column[] {
  const columns = new Map<string, Column>();
  const add = ({ name, type }: Column): void => {
    if (!columns.has(name)) columns.set(name, { name, type });
  };
  for (const { resource, fields, rows } of pairs) {
    add({ name: resource.there, type: THERE });
    if (resource.visibleWhile)
      add({ name: resource.visibleWhile.column, type: resource.visibleWhile.type });
    resource.key.forEach(add);
    fields.forEach(({ name, type }) => add({ name, type }));
    rows?.columns.forEach(add);
    resource.atColumns.forEach((name) => add({ name, type: AT }));
  }
  return [...columns.values()];
}

export function bindPair(
  pair: CompiledPair,
  columns: readonly Column[],
  tools: PairTools,
): BoundPair {
  const positions = new Map(columns.map(({ name }, at) => [name, at]));
  const indexOf = (column: string): number => {
    const at = positions.get(column);
    assert(at !== undefined, `column ${column} is read from the topic`);
    return at;
  };
  const isIn = scopeOf(pair, indexOf, tools);
  const deliver = projection(pair, indexOf, tools);
  return { pair, decide: (before, after) => judge({ pair, isIn, deliver }, before, after) };
}

type Scope = (image: RowImage | null) => 'in' | 'out' | 'fault';

function scopeOf(
  { resource, rows }: CompiledPair,
  indexOf: (column: string) => number,
  tools: PairTools,
): Scope {
  const there = indexOf(resource.there);
  const state = resource.visibleWhile && {
    at: indexOf(resource.visibleWhile.column),
    in: new Set<ColumnValue>(resource.visibleWhile.in),
  };
  const test = rows && tools.predicate(rows, indexOf);
  return (image) => {
    if (image === null || image[there] !== 1) return 'out';
    if (state && !state.in.has(image[state.at] ?? null)) return 'out';
    if (test === null) return 'in';
    try {
      return test(image) ? 'in' : 'out';
    } catch {
      // Not passed on: a message might quote what it could not judge.
      return 'fault';
    }
  };
}

type Delivery = {
  /** Whether anything that is delivered may differ between two images. */
  differs(a: RowImage, b: RowImage): boolean;
  row(image: RowImage): readonly ColumnValue[];
  key(row: readonly ColumnValue[]): readonly ColumnValue[];
  sourceTimeMs(image: RowImage): number | null;
};

function projection(
  pair: CompiledPair,
  indexOf: (column: string) => number,
  tools: PairTools,
): Delivery {
  const plans = pair.fields.map((field) => ({
    at: indexOf(field.name),
    mask: field.mask ? tools.mask(field, pair) : undefined,
  }));
  const times = pair.resource.atColumns.map(indexOf);
  const valueOf = (plan: (typeof plans)[number], image: RowImage): ColumnValue => {
    const value = image[plan.at] ?? null;
    return plan.mask ? plan.mask(value) : value;
  };
  return {
    differs: (a, b) => plans.some(({ at }) => !same(a[at] ?? null, b[at] ?? null)),
    row: (image) => plans.map((plan) => valueOf(plan, image)),
    key: (row) => row.slice(0, pair.keyFields),
    sourceTimeMs(image) {
      let newest: number | null = null;
      for (const at of times) {
        const time = image[at];
        if (typeof time === 'number' && (newest === null || time > newest)) newest = time;
      }
      return newest;
    },
  };
}

type Rules = { readonly pair: CompiledPair; readonly isIn: Scope; readonly deliver: Delivery };

function judge(rules: Rules, before: RowImage | null, after: RowImage | null): Judged {
  const { pair, isIn, deliver } = rules;
  const was = isIn(before);
  const is = isIn(after);
  const isFaulty = was === 'fault' || is === 'fault';
  if (was === 'in' && is === 'in' && before && after && !deliver.differs(before, after))
    return { decision: undefined, faulty: isFaulty };
  const old = was === 'in' && before ? masked(deliver, before) : undefined;
  const now = is === 'in' && after ? masked(deliver, after) : undefined;
  const faulty = isFaulty || old === 'fault' || now === 'fault';
  const oldRow = old === 'fault' ? undefined : old;
  const row = now === 'fault' ? undefined : now;
  if (row && after) {
    if (oldRow && sameRows(oldRow, row)) return { decision: undefined, faulty };
    const sourceTimeMs = deliver.sourceTimeMs(after);
    return { decision: { kind: 'UPSERT', key: deliver.key(row), row, sourceTimeMs }, faulty };
  }
  if (!oldRow || !before || pair.onRowExit !== 'retract') return { decision: undefined, faulty };
  const sourceTimeMs = deliver.sourceTimeMs(after ?? before);
  return { decision: { kind: 'DELETE', key: deliver.key(oldRow), sourceTimeMs }, faulty };
}

/** What would be delivered of a row; one that a mask cannot take counts as out. */
function masked(deliver: Delivery, image: RowImage): readonly ColumnValue[] | 'fault' {
  try {
    return deliver.row(image);
  } catch {
    return 'fault';
  }
}

function sameRows(a: readonly ColumnValue[], b: readonly ColumnValue[]): boolean {
  return a.every((value, at) => same(value, b[at] ?? null));
}

function same(a: ColumnValue, b: ColumnValue): boolean {
  if (a === b) return true;
  return Buffer.isBuffer(a) && Buffer.isBuffer(b) && a.equals(b);
}
