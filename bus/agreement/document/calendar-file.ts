/** Calendars as declared: ranges of days off, written out into days. */
import { z } from 'zod';
import { loadDocument, type LoadedDocument } from '../../base/document.ts';
import { type Problem, ProblemsError } from '../../base/errors.ts';
import { type Calendar, isTimeZone, nextDate } from '../calendar/calendar.ts';
import { dateSchema, slugSchema } from './words.ts';

/** A longer holiday is a typing mistake, e.g. in the year. */
const HOLIDAY_DAYS_MAX = 60;

const range = z.strictObject({ from: dateSchema, to: dateSchema });

export const calendarSchema = z
  .strictObject({
    apiVersion: z.literal('civicbus/v1'),
    kind: z.literal('Calendar'),
    name: slugSchema,
    timeZone: z.string().refine(isTimeZone, 'expected a time zone, e.g. "Asia/Shanghai"'),
    covers: range.describe('Days for which holidays are announced.'),
    holidays: z.array(range).default([]).describe('Days off, both ends included.'),
    workingDays: z.array(dateSchema).default([]).describe('Days of weekends that are worked.'),
  })
  .describe('Which days are worked.');

/** Throws ProblemsError with everything wrong, BUS_FILE_UNREADABLE. */
export async function loadCalendar(file: string): Promise<Calendar> {
  const document = await loadDocument(file, calendarSchema);
  const problems = [...document.problems, ...calendarProblems(document)];
  if (!document.value || problems.length > 0) throw new ProblemsError(file, problems);
  const { name, timeZone, covers, holidays, workingDays } = document.value;
  return {
    name,
    timeZone,
    covers,
    holidays: new Set(holidays.flatMap(daysOf)),
    workingDays: new Set(workingDays),
  };
}

function calendarProblems({
  value,
  at,
}: LoadedDocument<z.output<typeof calendarSchema>>): Problem[] {
  if (!value) return [];
  const { covers, holidays, workingDays } = value;
  const problems: Problem[] = [];
  if (covers.to < covers.from) problems.push(at(['covers', 'to'], 'This lies before "from".'));
  const isOutside = (date: string) => date < covers.from || date > covers.to;
  holidays.forEach(({ from, to }, index) => {
    const path = ['holidays', index];
    if (to < from || daysOf({ from, to }).length >= HOLIDAY_DAYS_MAX)
      problems.push(at(path, `Expected 1 to ${HOLIDAY_DAYS_MAX - 1} days, from first to last.`));
    if (isOutside(from) || isOutside(to)) problems.push(at(path, 'This is outside "covers".'));
  });
  const off = new Set(holidays.flatMap(daysOf));
  workingDays.forEach((date, index) => {
    const path = ['workingDays', index];
    if (off.has(date)) problems.push(at(path, `${date} is also a day off.`));
    if (isOutside(date)) problems.push(at(path, 'This is outside "covers".'));
  });
  return problems;
}

function daysOf({ from, to }: z.output<typeof range>): string[] {
  const days: string[] = [];
  for (let date = from; date <= to && days.length < HOLIDAY_DAYS_MAX; date = nextDate(date))
    days.push(date);
  return days;
}
