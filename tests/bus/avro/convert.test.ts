import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimalText, plainDecimal } from '../../../bus/avro/convert.ts';
import { dateTimeText, dayText, timeText, zonedText } from '../../../bus/avro/convert-time.ts';

const MICROS = { perSecond: 1_000_000, digits: 6 };

test('days agree with the calendar from year 1000 to 9999', () => {
  fc.assert(
    fc.property(fc.integer({ min: -354_285, max: 2_932_896 }), (day) => {
      expect(dayText(day)).toBe(new Date(day * 86_400_000).toISOString().slice(0, 10));
    }),
  );
});

test('microseconds keep their last digit over all years, before 1970 too', () => {
  const seconds = fc.integer({ min: -30_610_224_000, max: 253_402_300_799 });
  const micros = fc.integer({ min: 0, max: 999_999 });
  fc.assert(
    fc.property(seconds, micros, (second, micro) => {
      const exact = BigInt(second) * 1_000_000n + BigInt(micro);
      const near = Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
      const day = new Date(second * 1000).toISOString().slice(0, 19).replace('T', ' ');
      const expected = `${day}.${String(micro).padStart(6, '0')}`;
      expect(dateTimeText(exact, MICROS)).toBe(expected);
      expect(dateTimeText(near, MICROS)).toBe(expected);
    }),
  );
});

test.each([
  { count: 0, form: MICROS, text: '1970-01-01 00:00:00.000000', reason: 'the epoch' },
  { count: -1, form: MICROS, text: '1969-12-31 23:59:59.999999', reason: 'just before it' },
  {
    count: 1_500,
    form: { perSecond: 1000, digits: 3 },
    text: '1970-01-01 00:00:01.500',
    reason: 'three digits declared',
  },
  {
    count: 1_000,
    form: { perSecond: 1000, digits: 0 },
    text: '1970-01-01 00:00:01',
    reason: 'no digits declared',
  },
  {
    count: 1_500,
    form: { perSecond: 1000, digits: 0 },
    text: '1970-01-01 00:00:01.500000',
    reason: 'digits beyond the declared are kept for the check to see',
  },
  {
    count: 253_402_300_799_999_999n,
    form: MICROS,
    text: '9999-12-31 23:59:59.999999',
    reason: 'the last microsecond, beyond 2^53',
  },
  {
    count: 1_999_999_999n,
    form: { perSecond: 1_000_000_000, digits: 6 },
    text: '1970-01-01 00:00:01.999999',
    reason: 'nanoseconds are cut, not rounded up',
  },
])('$reason: $text', ({ count, form, text }) => {
  expect(dateTimeText(count, form)).toBe(text);
});

test.each([
  { count: 0, text: '00:00:00.000000' },
  { count: 3_020_399_000_000, text: '838:59:59.000000' },
  { count: -3_020_399_000_000, text: '-838:59:59.000000' },
  { count: -1, text: '-00:00:00.000001' },
  { count: 90_061_000_001, text: '25:01:01.000001' },
])('time of $count µs is $text', ({ count, text }) => {
  expect(timeText(count, MICROS)).toBe(text);
});

test.each([
  { iso: '2024-02-29T12:34:56Z', digits: 6, text: '2024-02-29 12:34:56.000000' },
  { iso: '2024-02-29T12:34:56.1Z', digits: 6, text: '2024-02-29 12:34:56.100000' },
  { iso: '2024-02-29T12:34:56.123456789Z', digits: 6, text: '2024-02-29 12:34:56.123456' },
  { iso: '2024-02-29T12:34Z', digits: 0, text: '2024-02-29 12:34:00' },
  { iso: '2024-01-01T01:30:00.000001+08:00', digits: 6, text: '2023-12-31 17:30:00.000001' },
  { iso: '2023-12-31T23:30:00-01:00', digits: 3, text: '2024-01-01 00:30:00.000' },
])('$iso is $text', ({ iso, digits, text }) => {
  expect(zonedText(iso, digits)).toBe(text);
});

test.each(['infinity', '2024-02-29 12:34:56', '2024-02-29T12:34:56', ''])(
  'a timestamp "%s" has no SQL form',
  (iso) => {
    expect(() => zonedText(iso, 6)).toThrow('ISO');
  },
);

test('a decimal of any scale reads back to the same number', () => {
  const scales = fc.integer({ min: 0, max: 30 });
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n }),
      scales,
      scales,
      (unscaled, from, to) => {
        const text = decimalText({ unscaled, from, to });
        const [whole = '', fraction = ''] = text.split('.');
        const digits = fraction.padEnd(60, '0');
        expect(BigInt(whole + digits) * 10n ** BigInt(from)).toBe(unscaled * 10n ** 60n * 1n);
        expect(fraction.length).toBeGreaterThanOrEqual(to);
      },
    ),
  );
});

test.each([
  { text: '10.5', scale: 2, plain: '10.50', reason: 'padded to the declared digits' },
  { text: '10.50', scale: 1, plain: '10.5', reason: 'zeros beyond the declared are dropped' },
  { text: '10.55', scale: 1, plain: '10.55', reason: 'other digits stay for the check to see' },
  { text: '1E-10', scale: 10, plain: '0.0000000001', reason: 'exponents of small numbers' },
  { text: '1.5E+3', scale: 0, plain: '1500', reason: 'exponents of large numbers' },
  { text: '-0.00', scale: 2, plain: '0.00', reason: 'there is no negative zero' },
])('$text is $plain: $reason', ({ text, scale, plain }) => {
  expect(plainDecimal(text, scale)).toBe(plain);
});
