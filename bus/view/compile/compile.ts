/**
 * From a view model to one plan per unit: what to read from which topic, and the SQL that writes
 * it. Pure: the same model gives the same plan.
 */
import {
  blockColumns,
  childColumns,
  childTable,
  engineColumns,
  mirrorTable,
  rowsTable,
  unitName,
  type Block,
  type Column,
  type Item,
  type ViewModel,
} from '../view.ts';
import { compileConflicts, type CompiledConflicts } from './conflicts.ts';
import { compileRecompute, type CompiledRecompute } from './recompute.ts';
import { compileUpsert, type CompiledUpsert, type UpsertTarget } from './upsert.ts';

export type UnitPlan = {
  readonly unit: string;
  readonly topic: string;
  /** Key columns, decoded from the record key. */
  readonly key: readonly Column[];
  /** Columns decoded from the row image, in the order the upsert writes them. */
  readonly columns: readonly Column[];
  readonly target: UpsertTarget;
  readonly upsert: CompiledUpsert;
  readonly derived?: DerivedBlock;
  /** What to compare once rows of these entities were written. */
  readonly conflicts?: CompiledConflicts;
  /** Every change is also appended to the view's history. */
  readonly history: boolean;
};

/** How a mirrored unit brings its entities up to date. */
export type DerivedBlock = {
  /** Positions in a mirrored row (key then columns) that name the entities concerned. */
  readonly entityOf: (key: readonly unknown[], values: readonly unknown[]) => readonly unknown[];
  readonly items: readonly Item[];
  readonly recompute: CompiledRecompute;
  readonly upsert: CompiledUpsert;
};

export function compileView(view: ViewModel): UnitPlan[] {
  return view.blocks.map((block) => compileUnit(view, block));
}

function compileUnit(view: ViewModel, block: Block): UnitPlan {
  const { columns, target } = unitTarget(view, block);
  const derived = compileDerived(view, block, columns);
  const conflicts = compileConflicts(view, block);
  return {
    unit: unitName(view, block),
    topic: block.from.topic,
    key: block.key,
    columns,
    target,
    upsert: compileUpsert(target),
    ...(derived ? { derived } : {}),
    ...(conflicts ? { conflicts } : {}),
    history: view.history !== undefined,
  };
}

/** Where rows of the source's table go, and the source columns that fill it, in the order written. */
function unitTarget(
  view: ViewModel,
  block: Block,
): { readonly columns: readonly Column[]; readonly target: UpsertTarget } {
  if (block.mirror) {
    const keyNames = new Set(block.key.map(({ name }) => name));
    const columns = block.mirror.columns.filter(({ name }) => !keyNames.has(name));
    return { columns, target: ownTarget(mirrorTable(block), block, columns) };
  }
  const written = block.many ? childColumns(block) : blockColumns(block);
  const columns = written.map(({ from, type }) => ({ name: from, type }));
  if (block.many) return { columns, target: ownTarget(childTable(block), block, written) };
  return { columns, target: blockTarget(view, block, 'newest') };
}

function compileDerived(
  view: ViewModel,
  block: Block,
  columns: readonly Column[],
): DerivedBlock | undefined {
  const { mirror } = block;
  if (!mirror) return undefined;
  const slots = mirror.touches.map(({ entity }) => {
    const inKey = block.key.findIndex(({ name }) => name === entity);
    const inValues = columns.findIndex(({ name }) => name === entity);
    return { inKey, inValues };
  });
  return {
    entityOf: (key, values) =>
      slots.map(({ inKey, inValues }) => (inKey >= 0 ? key[inKey] : values[inValues])),
    items: blockColumns(block),
    recompute: compileRecompute(view, block, mirror),
    upsert: compileUpsert(blockTarget(view, block, 'count')),
  };
}

function blockTarget(view: ViewModel, block: Block, guard: UpsertTarget['guard']): UpsertTarget {
  return {
    table: rowsTable(view),
    keyColumns: [view.entity.key.name],
    valueColumns: blockColumns(block).map(({ name }) => name),
    ...engineColumns(block.name),
    guard,
  };
}

/** A table keyed by the source's own key. */
function ownTarget(table: string, block: Block, columns: readonly Column[]): UpsertTarget {
  return {
    table,
    keyColumns: block.key.map(({ name }) => name),
    valueColumns: columns.map(({ name }) => name),
    ...engineColumns(''),
    guard: 'newest',
  };
}
