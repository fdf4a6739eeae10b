/** Seeded randomness: the same seed gives the same sequence on every machine. */
import { uniformBigInt } from 'pure-rand/distribution/uniformBigInt';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { assert } from './assert.ts';

export type Random = {
  /** A whole number in [min, max], both ends included. */
  int(min: number, max: number): number;
  bigint(min: bigint, max: bigint): bigint;
  /** True with probability `p` (0…1). */
  chance(p: number): boolean;
  pick<T>(from: readonly T[]): T;
  shuffle<T>(items: readonly T[]): T[];
};

export function seededRandom(seed: number): Random {
  const generator = xoroshiro128plus(seed | 0);
  const int = (min: number, max: number) => uniformInt(generator, min, max);
  return {
    int,
    bigint: (min, max) => uniformBigInt(generator, min, max),
    chance: (p) => int(0, 999_999) < p * 1_000_000,
    pick<T>(from: readonly T[]): T {
      assert(from.length > 0, 'pick from an empty list');
      return from[int(0, from.length - 1)] as T;
    },
    shuffle<T>(items: readonly T[]): T[] {
      const out = [...items];
      for (let i = out.length - 1; i > 0; i--) {
        const j = int(0, i);
        const held = out[i] as T;
        out[i] = out[j] as T;
        out[j] = held;
      }
      return out;
    },
  };
}
