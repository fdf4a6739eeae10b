/**
 * The steps that every register has: entering, changing, removing, correcting. A step finds its
 * rows in the database by asking for some subjects of the city, so that what it writes fits the
 * subject; only removal takes a row from a random place, and so also meets mistaken numbers.
 */
import type { SqlRow, SqlValue } from '../bus/sql/sql.ts';
import type { Step } from './department.ts';
import type { Register, RegisterPlan } from './register.ts';
import { placeholders, type Scene } from './scene.ts';

const CANDIDATES = 40;
const CANDIDATES_OF_REVIEW = 150;
/** Ordinals of rows entered by steps; those of the load are smaller. */
const ORDINALS = { min: 1_000, max: 9_999_999 } as const;

/** Whether a row with this ordinal is one of the initial load. */
export function isLoadOrdinal(ordinal: number): boolean {
  return ordinal < ORDINALS.min;
}

/** A row that is there: whom it is about, and its key's values in the key's order. */
type Found<S> = { readonly subject: S; readonly key: readonly SqlValue[] };

type Parts = Pick<Register, 'steps' | 'writeMuch' | 'writeZeroDate'>;

export function registerSteps<S>(plan: RegisterPlan<S>): Parts {
  const desk = createDesk(plan);
  const { date, table } = plan;
  const name = (what: string) => `${table.replaceAll('_', '-')}-${what}`;
  const step = (what: string, weight: number, run: Step['run']): Step => ({
    name: name(what),
    weight: weight * (plan.weight ?? 1),
    run,
  });
  const moves = plan.key.includes(plan.subjectColumn) ? [] : [step('move', 5, desk.move)];
  return {
    steps: [
      step('register', 30, async (scene) => void (await desk.enter(scene))),
      step('register-several', 4, desk.enterSeveral),
      step('change', 40, desk.change),
      step('change-twice', 4, desk.changeTwice),
      step('remove', 8, desk.remove),
      step('re-register', 6, desk.replace),
      step('correct-key', 4, desk.correctKey),
      step('register-then-remove', 3, desk.enterThenRemove),
      step('review', 1, desk.review),
      ...moves,
    ],
    async writeMuch(scene) {
      await desk.enter(scene);
      await desk.review(scene);
      await desk.remove(scene);
    },
    ...(date === undefined
      ? {}
      : {
          async writeZeroDate(scene: Scene) {
            await scene.insert(table, [{ ...desk.freshRow(scene), [date]: '0000-00-00' }]);
          },
        }),
  };
}

/** What the clerks of one register do. */
function createDesk<S>(plan: RegisterPlan<S>) {
  const { subjects, table } = plan;
  const sql = statementsOf(plan);
  const keyOf = (row: SqlRow) => plan.key.map((column) => row[column] ?? null);

  const rowOf = ({ random }: Scene, subject: S): SqlRow =>
    plan.row(subject, { random, ordinal: random.int(ORDINALS.min, ORDINALS.max) });
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

  return {
    freshRow,
    enter,
    async enterSeveral(scene: Scene) {
      for (let i = scene.random.int(2, 5); i > 0; i--) await enter(scene);
    },
    async change(scene: Scene) {
      const found = await findOne(scene);
      if (found) await rewrite(scene, found);
    },
    async changeTwice(scene: Scene) {
      const found = await findOne(scene);
      if (!found) return;
      await rewrite(scene, found);
      await rewrite(scene, found);
    },
    /** The yearly review: many rows in one transaction. */
    async review(scene: Scene) {
      for (const found of await find(scene, CANDIDATES_OF_REVIEW)) await rewrite(scene, found);
    },
    async remove(scene: Scene) {
      const from = subjects.keyOf(subjects.any(scene.city, scene.random));
      const [onward] = await scene.read(sql.from, [from]);
      const row = onward ?? (await scene.read(sql.first))[0];
      if (row) await scene.write(table, sql.remove, keyOf(row));
    },
    /** Deleted and entered anew within one transaction: the same key, another row. */
    async replace(scene: Scene) {
      const found = await findOne(scene);
      if (!found) return;
      await scene.write(table, sql.remove, found.key);
      const key = Object.fromEntries(plan.key.map((column, i) => [column, found.key[i] ?? null]));
      await scene.insert(table, [{ ...rowOf(scene, found.subject), ...key }]);
    },
    async correctKey(scene: Scene) {
      const found = await findOne(scene);
      if (!found) return;
      const { subject } = found;
      const corrected = () => subjects.corrected(subjects.keyOf(subject), scene.random);
      const values = plan.key.includes(plan.subjectColumn)
        ? plan.key.map((column, i) => (column === plan.subjectColumn ? corrected() : found.key[i]))
        : keyOf(rowOf(scene, subject));
      await scene.write(table, sql.update(plan.key), [...values.map(orNull), ...found.key]);
    },
    /** The row was filed under somebody else. */
    async move(scene: Scene) {
      const found = await findOne(scene);
      if (!found) return;
      const to = subjects.keyOf(subjects.any(scene.city, scene.random));
      await scene.write(table, sql.update([plan.subjectColumn]), [to, ...found.key]);
    },
    async enterThenRemove(scene: Scene) {
      const row = await enter(scene);
      if (row) await scene.write(table, sql.remove, keyOf(row));
    },
  };
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

function orNull(value: SqlValue | undefined): SqlValue {
  return value ?? null;
}
