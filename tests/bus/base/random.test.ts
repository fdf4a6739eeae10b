import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom, type Random } from '../../../bus/base/random.ts';

function sequence(random: Random): unknown[] {
  return [
    random.int(1, 1_000_000),
    random.bigint(0n, 2n ** 70n),
    random.chance(0.5),
    random.pick(['a', 'b', 'c']),
    random.shuffle([1, 2, 3, 4, 5]),
  ];
}

describe('seededRandom', () => {
  test('the same seed gives the same sequence', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(sequence(seededRandom(seed))).toEqual(sequence(seededRandom(seed)));
      }),
    );
  });

  test('the sequence of a seed stays what it was: printed seeds must be worth something', () => {
    const random = seededRandom(42);
    expect(Array.from({ length: 6 }, () => random.int(0, 99))).toMatchInlineSnapshot(`
      [
        5,
        25,
        35,
        20,
        34,
        84,
      ]
    `);
  });

  test('different seeds give different sequences', () => {
    const first = Array.from({ length: 200 }, (_, seed) => seededRandom(seed).int(0, 2 ** 31 - 1));
    expect(new Set(first).size).toBeGreaterThan(195);
  });

  test('numbers stay within both ends, and reach them', () => {
    const random = seededRandom(1);
    const seen = new Set(Array.from({ length: 200 }, () => random.int(-1, 2)));
    expect([...seen].toSorted((a, b) => a - b)).toEqual([-1, 0, 1, 2]);
    expect(random.int(7, 7)).toBe(7);
    const big = Array.from({ length: 50 }, () => random.bigint(-3n, 2n ** 64n));
    expect(big.every((n) => n >= -3n && n <= 2n ** 64n)).toBe(true);
  });

  test.each([
    [0, 0, 0],
    [1, 1_000, 1_000],
    [0.3, 230, 370],
  ])('chance(%d) of 1,000 is true %i to %i times', (p, min, max) => {
    const random = seededRandom(5);
    const times = Array.from({ length: 1_000 }, () => random.chance(p)).filter(Boolean).length;
    expect(times).toBeGreaterThanOrEqual(min);
    expect(times).toBeLessThanOrEqual(max);
  });

  test('a shuffle holds the same things, and leaves the list it was given alone', () => {
    const random = seededRandom(9);
    const items = Array.from({ length: 30 }, (_, i) => i);
    const shuffled = random.shuffle(items);
    expect(shuffled).not.toEqual(items);
    expect(shuffled.toSorted((a, b) => a - b)).toEqual(items);
    expect(items[0]).toBe(0);
  });

  test('a pick from nothing is a bug', () => {
    expect(() => seededRandom(1).pick([])).toThrow('pick from an empty list');
  });
});
