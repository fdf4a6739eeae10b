import { describe, expect, test } from 'vitest';
import { createBudget } from '../../bench/scale/budget.ts';
import { presentScale, scaleReport, type ScaleStep } from '../../bench/scale/report.ts';
import { madeUpHead } from './heads.ts';

const GB = 1024 ** 3;
const MILLION = 1_000_000;

describe('what a size may use', () => {
  function budgetOf(freeGb: number, minutesMax = 60) {
    const machine = { freeBytes: freeGb * GB, nowMs: 0 };
    const budget = createBudget({
      minutesMax,
      freeBytes: async () => machine.freeBytes,
      now: () => machine.nowMs,
    });
    return { machine, budget };
  }

  test.each([
    ['little room', 8, 'needs some 9 GB of disk, and 8 GB are free'],
    ['much room', 60, undefined],
  ])('a first size is judged by what rows usually take: %s', async (_reason, freeGb, why) => {
    expect(await (await budgetOf(freeGb).budget).refusal(MILLION)).toBe(why);
  });

  test('later sizes are judged by what rows took', async () => {
    const { machine, budget } = budgetOf(60);
    const known = await budget;
    machine.freeBytes = 50 * GB;
    await known.spent(MILLION);
    expect(await known.refusal(3 * MILLION)).toBeUndefined();
    expect(await known.refusal(4 * MILLION)).toMatch(/^needs some 53 GB of disk, and 50 GB/);
  });

  test('a size that would end too late is refused', async () => {
    const { machine, budget } = budgetOf(1_000);
    const known = await budget;
    machine.nowMs = 10 * 60_000;
    await known.spent(MILLION);
    expect(await known.refusal(4 * MILLION)).toBeUndefined();
    expect(await known.refusal(5 * MILLION)).toBe(
      'would end after some 70 minutes, and 60 are allowed',
    );
  });
});

describe('the report of scale', () => {
  const step = (persons: number, perSecond: number, rowsEqual = true): ScaleStep => {
    const cost = {
      records: persons,
      seconds: 1,
      perSecond,
      cpuMicrosPerRecord: 30,
      databaseCpuMicrosPerRecord: 20,
      residentMbMax: 300,
    };
    return {
      persons,
      inserted: cost,
      updated: { ...cost, perSecond: perSecond / 2 },
      bytes: { data: persons * 300, indexes: persons * 50 },
      rowsEqual,
    };
  };
  const facts = {
    ...madeUpHead('scale'),
    settings: {
      seed: 1,
      sizes: [MILLION, 2 * MILLION],
      updates: 10,
      bufferPoolMb: 1,
      redoLogMb: 1,
      minutesMax: 1,
      database: {},
    },
    skipped: [{ persons: 4 * MILLION, why: 'needs some 9 GB of disk, and 5 GB are free' }],
  };

  test('says how much longer a row takes in the largest view than in the smallest', () => {
    const report = scaleReport(facts, [step(MILLION, 20_000), step(2 * MILLION, 16_000)]);
    expect(report.growth).toEqual({ inserted: 1.25, updated: 1.25 });
  });

  test.each([
    ['every size had the register’s rows', [step(1, 1), step(2, 1)], true],
    ['one had not', [step(1, 1), step(2, 1, false)], false],
    ['no size was run', [], false],
  ])('says whether rows were equal: %s', (_reason, steps, equal) => {
    expect(scaleReport(facts, steps).rowsEqual).toBe(equal);
  });

  test('is shown size by size, with what was left out and why', () => {
    const { tables, sentences } = presentScale(scaleReport(facts, [step(MILLION, 20_000)]));
    expect(tables[0]?.rows).toEqual([
      ['1,000,000', '20,000', 30, 20, '10,000', 300, '286', '48', 350],
    ]);
    expect(sentences.at(-1)).toBe(
      'Not run: 4,000,000 persons, because it needs some 9 GB of disk, and 5 GB are free.',
    );
  });
});
