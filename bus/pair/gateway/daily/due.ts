/** Which cut-offs of a daily pair are due. Pure; a day is named by the date of its cut-off. */
import { localDate, localTime, nextDate } from '../../../agreement/calendar/calendar.ts';
import type { CompiledPair } from '../../pair.ts';

export type Daily = NonNullable<CompiledPair['delivery']['daily']>;

/** The first day after `lastDay` (or of the moment `sinceMs`) whose cut-off has passed at `nowMs`; undefined when none has. */
export function dueDay(
  { cutoff, timezone, calendar }: Daily,
  {
    lastDay,
    sinceMs,
    nowMs,
    isWorkingDay,
  }: {
    readonly lastDay: string | undefined;
    /** From when on the pair has a copy. */
    readonly sinceMs: number;
    readonly nowMs: number;
    readonly isWorkingDay: (date: string) => boolean;
  },
): string | undefined {
  const today = localDate(nowMs, timezone);
  let day = lastDay === undefined ? localDate(sinceMs, timezone) : nextDate(lastDay);
  const passed = (date: string): boolean => {
    const atMs = localTime({ date, time: cutoff, timeZone: timezone });
    return atMs > sinceMs && atMs <= nowMs;
  };
  for (; day <= today; day = nextDate(day)) {
    const counts = calendar === 'every-day' || isWorkingDay(day);
    if (counts && passed(day)) return day;
  }
  return undefined;
}

/** The name of a cut: the same for every pair of a view with this cut-off, and for every try. */
export function cutId({ cutoff, timezone }: Daily, day: string): string {
  return `${day}T${cutoff} ${timezone}`;
}
