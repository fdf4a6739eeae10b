/**
 * Statements about one row that is named by its key, as steps send them: plain SQL that any
 * server understands. A row that is not there is not written, and that is no error.
 */
import type { SqlRow } from '../bus/sql/sql.ts';
import { sampleKeys, type Scene } from './scene.ts';

/** A table and the column that is its primary key. */
export type Keyed = { readonly table: string; readonly key: string };

/** The key of one row from place `from` on; undefined of an empty table. */
export async function sampleKey(
  scene: Scene,
  { table, key }: Keyed,
  from: string,
): Promise<string | undefined> {
  const [found] = await sampleKeys(scene, { table, column: key, from });
  return found;
}

/** Sets `columns` of row `id` and answers how many rows changed. */
export async function updateRow(
  scene: Scene,
  on: Keyed,
  change: { readonly id: string | undefined; readonly columns: SqlRow },
): Promise<number> {
  if (change.id === undefined) return 0;
  const sets = Object.keys(change.columns).map((column) => `${column} = ?`);
  const sql = `UPDATE ${on.table} SET ${sets.join(', ')} WHERE ${on.key} = ?`;
  return scene.write(on.table, sql, [...Object.values(change.columns), change.id]);
}

export async function deleteRow(scene: Scene, on: Keyed, id: string | undefined): Promise<number> {
  if (id === undefined) return 0;
  return scene.write(on.table, `DELETE FROM ${on.table} WHERE ${on.key} = ?`, [id]);
}

/** Deletes row `id` and enters `row` in its place within the same transaction. */
export async function replaceRow(
  scene: Scene,
  on: Keyed,
  by: { readonly id: string | undefined; readonly row: SqlRow },
): Promise<void> {
  if ((await deleteRow(scene, on, by.id)) > 0) await scene.insert(on.table, [by.row]);
}
