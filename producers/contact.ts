/** Addresses and telephone numbers, now and then with a rare character or absent. */
import type { Random } from '../bus/base/random.ts';
import { divisionName } from './divisions.ts';

const ROADS = ['中山', '环市', '东风', '𡋾頭', '㙍涌', '解放', '体育'] as const;

/** An address within `division`; NULL where it was never taken down. */
export function address(random: Random, division: string): string | null {
  if (random.chance(0.01)) return null;
  return `${divisionName(division)}${random.pick(ROADS)}路${random.int(1, 999)}号${random.int(1, 60)}室`;
}

export function phone(random: Random): string | null {
  return random.chance(0.05) ? null : `13${random.int(100_000_000, 999_999_999)}`;
}
