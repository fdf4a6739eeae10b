/** Values that many registers' rows are made of: days, amounts, and now and then nothing. */
import type { Random } from '../bus/base/random.ts';
import { addDays } from './dates.ts';

const YEAR_DAYS = 365.25;
const AMOUNT_EXTREMES = ['0.00', '0.01', '9999999999.99'] as const;

/** A day of the years [from, to), e.g. 1990 and 2026. */
export function dayBetween(random: Random, from: number, to: number): string {
  return addDays(`${from}-01-01`, random.int(0, Math.floor((to - from) * YEAR_DAYS) - 1));
}

/** An amount of money as DECIMAL(12,2) text, rarely at the type's edge. */
export function amount(random: Random, max: number): string {
  if (random.chance(0.01)) return random.pick(AMOUNT_EXTREMES);
  return `${random.int(0, max)}.${String(random.int(0, 99)).padStart(2, '0')}`;
}

/** `value`, or NULL for so large a share. */
export function orNull<T>(random: Random, value: T, share = 0.05): T | null {
  return random.chance(share) ? null : value;
}
