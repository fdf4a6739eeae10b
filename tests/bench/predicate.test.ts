import { expect, test } from 'vitest';
import { benchPredicate } from '../../bench/predicate/bench-predicate.ts';

test('the benchmark of predicates compares what picks the same rows', async () => {
  const steps: string[] = [];
  const figures = await benchPredicate({
    seed: 3,
    rounds: 1,
    seconds: 0.001,
    onStep: (what) => steps.push(what),
  });
  expect(figures.rowsEqual).toBe(true);
  expect(figures.perSecond).toBeGreaterThan(0);
  expect(figures.tables.map(({ rows }) => rows.length)).toEqual([3, 4]);
  expect(steps).toHaveLength(7);
  for (const [, picked] of figures.tables[0]?.rows ?? []) {
    expect(picked).toBeGreaterThan(0);
    expect(picked).toBeLessThan(4_096);
  }
});
