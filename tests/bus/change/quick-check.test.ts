import fc from 'fast-check';
import { expect, test } from 'vitest';
import { beginsWithDay, isDayTime, isDecimal } from '../../../bus/change/quick-check.ts';

test('exactly the days of the calendar are days', () => {
  const part = (max: number) => fc.integer({ min: 0, max });
  fc.assert(
    fc.property(part(9999), part(13), part(32), (year, month, day) => {
      const pad = (value: number, length: number) => String(value).padStart(length, '0');
      const text = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
      const time = Date.parse(`${text}T00:00:00Z`);
      const exists = !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
      expect(beginsWithDay(text)).toBe(exists && year >= 1000);
    }),
    { numRuns: 2_000 },
  );
});

test('a pattern and the digits agree on moments', () => {
  const form = /^\d{4}-01-01 ([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,3})?$/;
  const character = fc.constantFrom(...'0123456789.: -'.split(''));
  const edit = fc.tuple(fc.nat(23), character);
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 3 }), fc.nat(24), (edits, length) => {
      const characters = '2024-01-01 23:59:59.123'.split('');
      for (const [at, changed] of edits) if (at > 9) characters[at] = changed;
      const text = characters.join('').slice(0, length);
      expect(isDayTime(text, 3)).toBe(form.test(text));
    }),
    { numRuns: 5_000 },
  );
});

test('a pattern and the digits agree on decimals', () => {
  const texts = fc.string({ unit: fc.constantFrom(...'0159.-e '.split('')), maxLength: 7 });
  fc.assert(
    fc.property(texts, (text) => {
      expect(isDecimal(text, { precision: 5, scale: 2 })).toBe(
        /^-?\d{1,3}(\.\d{1,2})?$/.test(text),
      );
      expect(isDecimal(text, { precision: 2, scale: 2 })).toBe(/^-?0(\.\d{1,2})?$/.test(text));
    }),
    { numRuns: 5_000 },
  );
});
