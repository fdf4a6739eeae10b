/**
 * Working days: pure functions of a declared calendar. Deadlines of the lifecycle are counted in
 * them, and daily deliveries may be. Nothing here knows what day it is now.
 */
import { Temporal } from 'temporal-polyfill';

/** ISO weekdays on which nobody works unless the calendar says so: Saturday and Sunday. */
const WEEKEND: readonly number[] = [6, 7];
/** No deadline of an agreement is longer; a larger count is a mistake of the caller. */
const WORKING_DAYS_MAX = 1_000;

export type Calendar = {
  readonly name: string;
  /** IANA name; the zone in which its days begin. */
  readonly timeZone: string;
  /** First and last day for which holidays are announced; outside only weekends are known. */
  readonly covers: { readonly from: string; readonly to: string };
  /** Days off, "2026-10-01". */
  readonly holidays: ReadonlySet<string>;
  /** Days of a weekend that are worked in exchange. */
  readonly workingDays: ReadonlySet<string>;
};

/** Whether `date` ("2026-10-01") is worked. */
export function isWorkingDay(date: string, { holidays, workingDays }: Calendar): boolean {
  if (workingDays.has(date)) return true;
  return !holidays.has(date) && !WEEKEND.includes(Temporal.PlainDate.from(date).dayOfWeek);
}

/** Whether holidays of `date` are announced, so that `isWorkingDay` is certain of it. */
export function isCovered(date: string, { covers }: Calendar): boolean {
  return covers.from <= date && date <= covers.to;
}

/**
 * When a period of `days` working days that begins at `atMs` has passed: the end of its last day,
 * in ms. The day on which it begins is not counted.
 */
export function addWorkingDays({
  atMs,
  days,
  calendar,
  timeZone = calendar.timeZone,
}: {
  readonly atMs: number;
  readonly days: number;
  readonly calendar: Calendar;
  readonly timeZone?: string;
}): number {
  if (!Number.isInteger(days) || days < 1 || days > WORKING_DAYS_MAX) {
    throw new RangeError(`expected 1 to ${WORKING_DAYS_MAX} working days, got ${days}`);
  }
  let date = Temporal.PlainDate.from(localDate(atMs, timeZone));
  for (let left = days; left > 0;) {
    date = date.add({ days: 1 });
    if (isWorkingDay(date.toString(), calendar)) left--;
  }
  return localTime({ date: nextDate(date.toString()), timeZone });
}

/** The date that clocks in `timeZone` show at `atMs`. */
export function localDate(atMs: number, timeZone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(atMs)
    .toZonedDateTimeISO(timeZone)
    .toPlainDate()
    .toString();
}

/** The moment, in ms, at which clocks in `timeZone` show `time` ("02:00") on `date`; a time that a clock change skips is the first one after it. */
export function localTime({
  date,
  time = '00:00',
  timeZone,
}: {
  readonly date: string;
  readonly time?: string;
  readonly timeZone: string;
}): number {
  return Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(timeZone).epochMilliseconds;
}

export function nextDate(date: string): string {
  return Temporal.PlainDate.from(date).add({ days: 1 }).toString();
}

export function isTimeZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    // Offsets ("+08:00") are understood too; but a place's rules are what an agreement means.
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}
