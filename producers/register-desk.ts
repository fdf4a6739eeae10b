/**
 * The desk of a register: the statements of its table, and how clerks find rows in the database and
 * make new ones. What they do with them is in register-steps.ts.
 */
import type { SqlRow, SqlValue } from '../bus/sql/sql.ts';
import type { RegisterPlan } from './register.ts';
import { placeholders, type Scene } from './scene.ts';

const CANDIDATES = 40;
/** Ordinals of rows entered by steps; those of the load are smaller. */
const ORDINALS = { min: 1_000, max: 9_999_999 } as const;

/** Whether a row with this ordinal is one of the initial load. */
export function isLoadOrdinal(ordinal: number): boolean {
  return ordinal < ORDINALS.min;
}

/** A row that is there: whom it is about, and its key's values in the key's order. */
export type Found<S> = { readonly subject: S; readonly key: readonly SqlValue[] };

export type Desk<S> = ReturnType<typeof createDesk<S>>;

export function createDesk<S>(plan: RegisterPlan<S>) {
  const { subjects, table } = plan;
  const sql = statementsOf(plan);
  const keyOf = (row: SqlRow) => plan.key.map((column) => row[column] ?? null);

  const rowOf = ({ city, random }: Scene, subject: S): SqlRow =>
    plan.row(subject, { city, random, ordinal: random.int(ORDINALS.min, ORDINALS.max) });
  const freshRow = (scene: Scene) => rowOf(scene, subjects.any(scene.city, scene.random));

  /** Enters the first of some new rows whose key is free; whoever else is known already is left alone. */
  const enter = async (scene: Scene): Promise<SqlRow | undefined> => {
    const rows = Array.from({ length: CANDIDATES }, () => freshRow(scene));
    const present = await scene.read(sql.whichKeys(rows.length), rows.flatMap(keyOf));
    const taken = new Set(present.map((row) => JSON.stringify(keyOf(row).map(String))));
    const free = rows.find((row) => !taken.has(JSON.stringify(keyOf(row).map(String))));
    if (free) await scene.insert(table, [free]);
    return free;
  };

  const find = async (scene: Scene, candidates: number): Promise<Found<S>[]> => {
    const some = Array.from({ length: candidates }, () => subjects.any(scene.city, scene.random));
    const byKey = new Map(some.map((subject) => [subjects.keyOf(subject), subject]));
    const rows = await scene.read(sql.ofSubjects(byKey.size), [...byKey.keys()]);
    return rows.flatMap((row) => {
      const subject = byKey.get(String(row[plan.subjectColumn]));
      return subject === undefined ? [] : [{ subject, key: keyOf(row) }];
    });
  };
  const findOne = async (scene: Scene): Promise<Found<S> | undefined> => {
    const found = await find(scene, CANDIDATES);
    return found.length > 0 ? scene.random.pick(found) : undefined;
  };

  const rewrite = async (scene: Scene, { subject, key }: Found<S>): Promise<void> => {
    const row = rowOf(scene, subject);
    const columns = Object.keys(row).filter((column) => !sql.naming.has(column));
    const values = columns.map((column) => row[column] ?? null);
    await scene.write(table, sql.update(columns), [...values, ...key]);
  };

  return { sql, keyOf, rowOf, freshRow, enter, find, findOne, rewrite };
}

type TableFacts = Pick<RegisterPlan<unknown>, 'table' | 'key' | 'subjectColumn'>;

function statementsOf({ table, key, subjectColumn }: TableFacts) {
  const naming = new Set([...key, subjectColumn]);
  const select = `SELECT ${[...naming].join(', ')} FROM ${table}`;
  const isRow = key.map((column) => `${column} = ?`).join(' AND ');
  const order = `ORDER BY ${[subjectColumn, ...key].join(', ')}`;
  const list = (length: number) => placeholders(Array.from({ length }));
  return {
    /** The columns that say which row it is and whom it is about. */
    naming,
    whichKeys: (rows: number) =>
      `SELECT ${key.join(', ')} FROM ${table} WHERE ${Array.from({ length: rows }, () => `(${isRow})`).join(' OR ')}`,
    ofSubjects: (count: number) => `${select} WHERE ${subjectColumn} IN (${list(count)}) ${order}`,
    from: `${select} WHERE ${subjectColumn} >= ? ${order} LIMIT 1`,
    first: `${select} ${order} LIMIT 1`,
    update: (columns: readonly string[]) =>
      `UPDATE ${table} SET ${columns.map((column) => `${column} = ?`).join(', ')} WHERE ${isRow}`,
    remove: `DELETE FROM ${table} WHERE ${isRow}`,
  };
}
