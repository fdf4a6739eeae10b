import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ALL_DIVISIONS } from '../../producers/divisions.ts';
import {
  checkCharacter,
  citizenId,
  isCitizenId,
  sexOf,
  withSequence,
} from '../../producers/citizen-id.ts';
import { addDays } from '../../producers/dates.ts';

const anyParts = fc.record({
  division: fc.constantFrom(...ALL_DIVISIONS.map((division) => division.code)),
  birthDate: fc.integer({ min: 0, max: 60_000 }).map((days) => addDays('1900-01-01', days)),
  sequence: fc.integer({ min: 1, max: 999 }),
});

/** The standard's own congruence, computed the long way round: the sum over all 18 places is 1 mod 11. */
function satisfiesStandard(idNumber: string): boolean {
  const digits = Array.from(idNumber, (c) => (c === 'X' ? 10 : Number(c)));
  const sum = digits.reduce((total, digit, i) => total + digit * (2 ** (17 - i) % 11), 0);
  return sum % 11 === 1;
}

describe('citizen identity numbers', () => {
  test.each([
    ['11010519491231002', 'X', 'the example printed in GB 11643'],
    ['44052418800101001', '4', 'the second example printed in GB 11643'],
  ])('the check character of %s is %s (%s)', (body, expected) => {
    expect(checkCharacter(body)).toBe(expected);
  });

  test('every number made satisfies the congruence of the standard', () => {
    fc.assert(
      fc.property(anyParts, (parts) => {
        const id = citizenId(parts);
        expect(id).toHaveLength(18);
        expect(satisfiesStandard(id)).toBe(true);
        expect(isCitizenId(id)).toBe(true);
      }),
    );
  });

  test('one wrong digit is always noticed', () => {
    const slip = fc.record({
      parts: anyParts,
      place: fc.nat(16),
      by: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(slip, ({ parts, place, by }) => {
        const id = citizenId(parts);
        const wrong = String((Number(id[place]) + by) % 10);
        expect(isCitizenId(id.slice(0, place) + wrong + id.slice(place + 1))).toBe(false);
      }),
    );
  });

  test('a corrected sequence keeps division and birth date and is valid', () => {
    fc.assert(
      fc.property(anyParts, fc.integer({ min: 1, max: 999 }), (parts, sequence) => {
        const id = citizenId(parts);
        const corrected = withSequence(id, sequence);
        expect(corrected).toBe(citizenId({ ...parts, sequence }));
      }),
    );
  });

  test('an odd sequence is a man, an even one a woman', () => {
    const parts = { division: '440106', birthDate: '1990-02-28' };
    expect(sexOf(citizenId({ ...parts, sequence: 7 }))).toBe('1');
    expect(sexOf(citizenId({ ...parts, sequence: 8 }))).toBe('2');
  });
});
