import { describe, expect, test } from 'vitest';
import {
  COLUMNS,
  LANES,
  type RegisterPlan,
  RESIDENT_TABLE,
  residents,
  ROWS_PER_BULK,
  transactions,
  updateCount,
} from '../../bench/register/register.ts';

const PLAN = { seed: 3, residents: 5_003 };
const allLanes = (plan: RegisterPlan = PLAN) =>
  Array.from({ length: LANES }, (_, lane) => [...transactions(plan, lane)]);

describe('the register of a seed', () => {
  test('has fourteen columns, the same in the rows and in the table', () => {
    const [row = {}] = residents(PLAN, 0, 1);
    expect(COLUMNS).toHaveLength(14);
    expect(Object.keys(row).toSorted()).toEqual([...COLUMNS].toSorted());
    for (const column of COLUMNS) expect(RESIDENT_TABLE).toMatch(new RegExp(`^  ${column} `, 'm'));
  });

  test('is the same whenever it is made, in whatever portions', () => {
    const whole = residents(PLAN, 0, 100);
    expect([...residents(PLAN, 0, 37), ...residents(PLAN, 37, 100)]).toEqual(whole);
    expect(allLanes()).toEqual(allLanes());
  });

  test('is another one for another seed', () => {
    expect(residents({ ...PLAN, seed: 4 }, 0, 10)).not.toEqual(residents(PLAN, 0, 10));
    expect(allLanes({ ...PLAN, seed: 4 })).not.toEqual(allLanes());
  });

  test('has no resident twice and none beyond its size', () => {
    const ids = residents(PLAN, 0, 1_000_000).map((row) => row.id_number);
    expect(ids).toHaveLength(PLAN.residents);
    expect(new Set(ids).size).toBe(PLAN.residents);
  });
});

describe('the updates of a seed', () => {
  test.each([[1], [7], [2_000], [5_003]])('of %i residents are as many', (count) => {
    const plan = { seed: 1, residents: count };
    expect(updateCount(plan)).toBe(count);
    expect(allLanes(plan).flat(2)).toHaveLength(count);
  });

  test.each([
    ['fewer than residents', 100],
    ['more than residents', 9_000],
    ['none', 0],
  ])('are as many as asked for: %s', (_reason, updates) => {
    const plan = { ...PLAN, updates };
    expect(updateCount(plan)).toBe(updates);
    expect(allLanes(plan).flat(2)).toHaveLength(updates);
  });

  test('are others for another seed of updates, of the same residents', () => {
    const ids = new Set(residents(PLAN, 0, PLAN.residents).map((row) => row.id_number));
    const others = allLanes({ ...PLAN, updateSeed: 9 }).flat(2);
    expect(others).not.toEqual(allLanes().flat(2));
    expect(others.every((update) => ids.has(update.id_number))).toBe(true);
  });

  test('come to a third in transactions of one row, the rest in bulks', () => {
    const sizes = allLanes()
      .flat()
      .map(({ length }) => length);
    const singles = sizes.filter((size) => size === 1).length;
    expect(singles / PLAN.residents).toBeCloseTo(1 / 3, 2);
    expect(Math.max(...sizes)).toBe(ROWS_PER_BULK);
  });

  test('of two connections never touch one resident', () => {
    const touched = allLanes().map((lane) => new Set(lane.flat().map((one) => one.id_number)));
    const together = new Set(touched.flatMap((ids) => [...ids]));
    expect(together.size).toBe(touched.reduce((sum, ids) => sum + ids.size, 0));
  });

  test('each change something: no moment of change comes twice for one resident', () => {
    const moments = allLanes().flatMap((lane) => lane.flat().map((one) => one.updated_at));
    expect(new Set(moments).size).toBe(moments.length);
  });
});
