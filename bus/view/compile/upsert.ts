/**
 * One guarded multi-row upsert per table and batch. A delete is the same statement with NULLs and
 * `__there = 0`: upserts followed by deletes deadlock even when both are sorted. Assignments run
 * left to right, so the version, which all guards read, is assigned last.
 */
import { literal, quoteName } from '../../sql/mysql/mysql-literal.ts';
import type { SqlValue } from '../../sql/sql.ts';

/** Where one kind of change is written: columns in fixed order, so rows are plain arrays. */
export type UpsertTarget = {
  readonly table: string;
  readonly keyColumns: readonly string[];
  readonly valueColumns: readonly string[];
  readonly there: string;
  readonly at: string;
  readonly version: string;
  /** 'newest': a smaller version never overwrites. 'count': written under the row's lock, the version counts changes. */
  readonly guard: 'newest' | 'count';
};

export type UpsertRow = {
  readonly key: readonly SqlValue[];
  /** null: the block (or mirrored row) is gone. */
  readonly values: readonly SqlValue[] | null;
  /** Source time of the change, ms. */
  readonly atMs: number | null;
  readonly version: bigint;
};

/** The parts of a target's statement that do not depend on rows. */
export type CompiledUpsert = {
  readonly head: string;
  readonly tail: string;
  readonly absent: string;
};

export function compileUpsert(target: UpsertTarget): CompiledUpsert {
  const { table, keyColumns, valueColumns, there, at, version, guard } = target;
  const columns = [...keyColumns, ...valueColumns, there, at, version].map(quoteName).join(', ');
  const v = quoteName(version);
  const newer = `VALUES(${v}) >= ${v}`;
  const assign = (column: string): string => {
    const c = quoteName(column);
    return guard === 'newest' ? `${c} = IF(${newer}, VALUES(${c}), ${c})` : `${c} = VALUES(${c})`;
  };
  const last = guard === 'newest' ? `${v} = GREATEST(${v}, VALUES(${v}))` : `${v} = ${v} + 1`;
  return {
    head: `INSERT INTO ${quoteName(table)} (${columns}) VALUES\n`,
    tail: `\nON DUPLICATE KEY UPDATE ${[...valueColumns, there, at].map(assign).join(', ')}, ${last}`,
    absent: 'NULL,'.repeat(valueColumns.length),
  };
}

export type ChunkLimits = { readonly rowsMax: number; readonly charsMax: number };

/** Statements (at least one when there are rows) that write `rows`, which must be sorted by key. */
export function upsertStatements(
  compiled: CompiledUpsert,
  rows: readonly UpsertRow[],
  { rowsMax, charsMax }: ChunkLimits,
): string[] {
  const statements: string[] = [];
  let body = '';
  let count = 0;
  for (const row of rows) {
    body += `${count === 0 ? '' : ',\n'}${rowText(row, compiled.absent)}`;
    count++;
    if (count >= rowsMax || body.length >= charsMax) {
      statements.push(compiled.head + body + compiled.tail);
      body = '';
      count = 0;
    }
  }
  if (count > 0) statements.push(compiled.head + body + compiled.tail);
  return statements;
}

function rowText({ key, values, atMs, version }: UpsertRow, absent: string): string {
  let text = '(';
  for (const value of key) text += `${literal(value)},`;
  if (values === null) text += `${absent}0,`;
  else {
    for (const value of values) text += `${literal(value)},`;
    text += '1,';
  }
  return `${text}${atMs ?? 'NULL'},${version})`;
}
