import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addWorkingDays,
  isTimeZone,
  isWorkingDay,
  localDate,
  localTime,
  nextDate,
} from '../../../../bus/agreement/calendar/calendar.ts';
import { loadCalendar } from '../../../../bus/agreement/document/calendar-file.ts';

const calendar = await loadCalendar('agreements/calendars/mainland.yaml');
const at = (text: string) => Date.parse(text);

describe('working days', () => {
  test.each([
    ['2026-11-20', true, 'a Friday'],
    ['2026-11-21', false, 'a Saturday'],
    ['2026-10-05', false, 'a Monday in the National Day holiday'],
    ['2026-10-10', true, 'a Saturday worked in exchange'],
    ['2026-09-20', true, 'a Sunday worked in exchange'],
    ['2026-02-23', false, 'the last day of Spring Festival'],
    ['2026-02-24', true, 'the day after it'],
    ['2031-01-01', true, 'not announced yet: only weekends are known'],
  ])('%s: %s (%s)', (date, works) => {
    expect(isWorkingDay(date, calendar)).toBe(works);
  });

  test.each([
    ['2026-11-19T10:00:00+08:00', 1, '2026-11-21T00:00:00+08:00', 'the day itself does not count'],
    ['2026-11-20T10:00:00+08:00', 1, '2026-11-24T00:00:00+08:00', 'a weekend lies between'],
    ['2026-11-19T23:59:59+08:00', 1, '2026-11-21T00:00:00+08:00', 'the last second of the day'],
    ['2026-11-19T16:00:00Z', 1, '2026-11-24T00:00:00+08:00', 'already the next day in Beijing'],
    ['2026-09-30T09:00:00+08:00', 2, '2026-10-10T00:00:00+08:00', 'National Day lies between'],
    ['2026-09-30T09:00:00+08:00', 3, '2026-10-11T00:00:00+08:00', 'a Saturday that is worked'],
  ])('a period from %s of %d days ends %s (%s)', (from, days, end) => {
    expect(addWorkingDays({ atMs: at(from), days, calendar })).toBe(at(end));
  });

  test('a period ends after exactly so many working days, at the start of a day', () => {
    const start = at('2026-01-01T00:00:00Z');
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 360 * 86_400_000 }),
        fc.integer({ min: 1, max: 30 }),
        (after, days) => {
          const end = addWorkingDays({ atMs: start + after, days, calendar });
          let worked = 0;
          const last = localDate(end, calendar.timeZone);
          for (
            let date = nextDate(localDate(start + after, calendar.timeZone));
            date < last;
            date = nextDate(date)
          )
            if (isWorkingDay(date, calendar)) worked++;
          expect(worked).toBe(days);
          expect(localTime({ date: last, timeZone: calendar.timeZone })).toBe(end);
        },
      ),
    );
  });

  test('nonsense counts are refused', () => {
    for (const days of [0, -1, 1.5, Number.NaN, 10_000])
      expect(() => addWorkingDays({ atMs: 0, days, calendar })).toThrow(RangeError);
  });
});

describe('local times', () => {
  test.each([
    ['2026-11-22', '02:00', 'Asia/Shanghai', '2026-11-21T18:00:00Z', 'east of Greenwich'],
    ['2026-03-29', '02:30', 'Europe/Berlin', '2026-03-29T01:30:00Z', 'skipped by a clock change'],
    ['2026-10-25', '02:30', 'Europe/Berlin', '2026-10-25T00:30:00Z', 'twice: the first counts'],
  ])('%s %s in %s is %s (%s)', (date, time, timeZone, moment) => {
    expect(localTime({ date, time, timeZone })).toBe(at(moment));
  });

  test.each([
    ['Asia/Shanghai', true],
    ['UTC', true],
    ['+08:00', false],
    ['Asia/Shangri-La', false],
    ['', false],
  ])('"%s" is a time zone: %s', (name, known) => {
    expect(isTimeZone(name)).toBe(known);
  });
});
