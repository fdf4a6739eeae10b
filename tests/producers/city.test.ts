import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../bus/base/random.ts';
import { createCity } from '../../producers/city.ts';
import { isCitizenId } from '../../producers/citizen-id.ts';
import { ALL_DIVISIONS } from '../../producers/divisions.ts';

const DIVISIONS = new Set(ALL_DIVISIONS.map((division) => division.code));

describe('the city', () => {
  test('a person is the same for everybody who asks, whatever was asked before', () => {
    const one = createCity({ seed: 3, size: 100 });
    const other = createCity({ seed: 3, size: 9_000 });
    other.person(5);
    fc.assert(
      fc.property(fc.nat(1_000_000), (serial) => {
        expect(other.person(serial)).toEqual(one.person(serial));
        expect(other.newborn(serial)).toEqual(one.newborn(serial));
      }),
    );
  });

  test('another seed is another city', () => {
    const ids = (seed: number) =>
      Array.from(
        { length: 50 },
        (_, serial) => createCity({ seed, size: 50 }).person(serial).idNumber,
      );
    expect(new Set([...ids(1), ...ids(2)]).size).toBe(100);
  });

  test('no two persons share an identity number, newborns included', () => {
    const city = createCity({ seed: 4, size: 20_000 });
    const ids = new Set<string>();
    for (let serial = 0; serial < 20_000; serial++) {
      ids.add(city.person(serial).idNumber);
      ids.add(city.newborn(serial).idNumber);
    }
    expect(ids.size).toBe(40_000);
  });

  test('identity numbers are valid and agree with birth date, birthplace and sex', () => {
    const city = createCity({ seed: 5, size: 10 });
    fc.assert(
      fc.property(fc.nat(2 ** 30), fc.boolean(), (serial, isNewborn) => {
        const person = isNewborn ? city.newborn(serial) : city.person(serial);
        expect(isCitizenId(person.idNumber)).toBe(true);
        expect(person.idNumber.slice(0, 6)).toBe(person.birthplaceDivision);
        expect(DIVISIONS.has(person.birthplaceDivision)).toBe(true);
        expect(person.idNumber.slice(6, 14)).toBe(person.birthDate.replaceAll('-', ''));
        expect(person.sex).toBe(Number(person.idNumber[16]) % 2 === 1 ? '1' : '2');
      }),
    );
  });

  test.each([
    ['a character beyond the basic plane', /[\u{10000}-\u{10ffff}]/u, 40],
    ['extension A, 㐂 or 㙍', /[㐂㙍]/, 5],
    ["a name with '·'", /·/, 40],
  ])('of 2000 persons enough have %s', (_, pattern, atLeast) => {
    const city = createCity({ seed: 6, size: 2_000 });
    const names = Array.from({ length: 2_000 }, (__, serial) => city.person(serial).name);
    expect(names.filter((name) => pattern.test(name)).length).toBeGreaterThan(atLeast);
  });

  test('newcomers are outside the initial load, anybody is inside or among them', () => {
    const city = createCity({ seed: 7, size: 300 });
    const random = seededRandom(1);
    for (let i = 0; i < 500; i++) {
      expect(city.newcomer(random).serial).toBeGreaterThanOrEqual(300);
      expect(city.anybody(random).serial).toBeLessThan(300 + city.newcomers);
    }
  });
});
