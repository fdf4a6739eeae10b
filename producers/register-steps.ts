/**
 * The steps that every register has: entering, changing, removing, correcting. A step finds its
 * rows in the database by asking for some subjects of the city, so that what it writes fits the
 * subject; only removal takes a row from a random place, and so also meets mistaken numbers.
 */
import type { Step } from './department.ts';
import type { Register, RegisterPlan } from './register.ts';
import { createDesk, type Desk } from './register-desk.ts';
import type { Scene } from './scene.ts';

export { isLoadOrdinal } from './register-desk.ts';

const CANDIDATES_OF_REVIEW = 150;

type Parts = Pick<Register, 'steps' | 'writeMuch' | 'writeZeroDate'>;

export function registerSteps<S>(plan: RegisterPlan<S>): Parts {
  const desk = createDesk(plan);
  const clerks = { ...changes(plan, desk), ...comings(plan, desk) };
  const { date, table } = plan;
  const name = (what: string) => `${table.replaceAll('_', '-')}-${what}`;
  const step = (what: string, weight: number, run: Step['run']): Step => ({
    name: name(what),
    weight: weight * (plan.weight ?? 1),
    run,
  });
  const moves = plan.key.includes(plan.subjectColumn) ? [] : [step('move', 5, clerks.move)];
  return {
    steps: [
      step('register', 30, async (scene) => void (await desk.enter(scene))),
      step('register-several', 4, clerks.enterSeveral),
      step('change', 40, clerks.change),
      step('change-twice', 4, clerks.changeTwice),
      step('remove', 8, clerks.remove),
      step('re-register', 6, clerks.replace),
      step('correct-key', 4, clerks.correctKey),
      step('register-then-remove', 3, clerks.enterThenRemove),
      step('review', 1, clerks.review),
      ...moves,
    ],
    async writeMuch(scene) {
      await desk.enter(scene);
      await clerks.review(scene);
      await clerks.remove(scene);
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

/** What is written about those who are in the register. */
function changes<S>({ table, ...plan }: RegisterPlan<S>, desk: Desk<S>) {
  const { sql, findOne, rewrite } = desk;
  return {
    change: async (scene: Scene) => {
      const found = await findOne(scene);
      if (found) await rewrite(scene, found);
    },
    changeTwice: async (scene: Scene) => {
      const found = await findOne(scene);
      if (!found) return;
      await rewrite(scene, found);
      await rewrite(scene, found);
    },
    /** The yearly review: many rows in one transaction. */
    review: async (scene: Scene) => {
      for (const found of await desk.find(scene, CANDIDATES_OF_REVIEW)) await rewrite(scene, found);
    },
    correctKey: async (scene: Scene) => {
      const found = await findOne(scene);
      if (!found) return;
      const { subjects, subjectColumn } = plan;
      const key = plan.key.includes(subjectColumn)
        ? plan.key.map((column, i) =>
            column === subjectColumn
              ? subjects.corrected(subjects.keyOf(found.subject), scene.random)
              : (found.key[i] ?? null),
          )
        : desk.keyOf(desk.rowOf(scene, found.subject));
      await scene.write(table, sql.update(plan.key), [...key, ...found.key]);
    },
    /** The row was filed under somebody else. */
    move: async (scene: Scene) => {
      const found = await findOne(scene);
      if (!found) return;
      const to = plan.subjects.keyOf(plan.subjects.any(scene.city, scene.random));
      await scene.write(table, sql.update([plan.subjectColumn]), [to, ...found.key]);
    },
  };
}

/** Who comes into the register and leaves it. */
function comings<S>({ table, key, subjects }: RegisterPlan<S>, desk: Desk<S>) {
  const { sql, keyOf, enter } = desk;
  return {
    enterSeveral: async (scene: Scene) => {
      for (let i = scene.random.int(2, 5); i > 0; i--) await enter(scene);
    },
    remove: async (scene: Scene) => {
      const from = subjects.keyOf(subjects.any(scene.city, scene.random));
      const [onward] = await scene.read(sql.from, [from]);
      const row = onward ?? (await scene.read(sql.first))[0];
      if (row) await scene.write(table, sql.remove, keyOf(row));
    },
    /** Deleted and entered anew within one transaction: the same key, another row. */
    replace: async (scene: Scene) => {
      const found = await desk.findOne(scene);
      if (!found) return;
      await scene.write(table, sql.remove, found.key);
      const same = Object.fromEntries(key.map((column, i) => [column, found.key[i] ?? null]));
      await scene.insert(table, [{ ...desk.rowOf(scene, found.subject), ...same }]);
    },
    enterThenRemove: async (scene: Scene) => {
      const row = await enter(scene);
      if (row) await scene.write(table, sql.remove, keyOf(row));
    },
  };
}
