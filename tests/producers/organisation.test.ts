import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../bus/base/random.ts';
import { createCity } from '../../producers/city.ts';
import { OWN_DIVISIONS } from '../../producers/divisions.ts';
import {
  creditCode,
  isCreditCode,
  isOrganisationCode,
  withCheckCharacter,
} from '../../producers/organisation-code.ts';
import {
  anyOrganisation,
  newOrganisation,
  organisation,
  organisationCode,
  organisationCount,
  organisationsIn,
} from '../../producers/organisation.ts';

const CREDIT_ORDER = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const ORGANISATION_ORDER = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

describe('organisation codes', () => {
  test.each([
    ['D2143569', 'X', 'the example printed in GB 11714'],
    ['12345678', '8', 'computed by hand: 3+14+27+40+25+48+28+16 = 201, 11 − 3'],
    ['00000000', '0', 'eleven is written as nought'],
  ])('the check character of %s is %s (%s)', (body, check) => {
    expect(withCheckCharacter(body)).toBe(body + check);
  });

  test('every code of the city satisfies the congruence of GB 11714', () => {
    const city = createCity({ seed: 8, size: 400 });
    for (let serial = 0; serial < 2_000; serial++) {
      const code = organisationCode(city, serial);
      const sum = [3, 7, 9, 10, 5, 8, 4, 2].reduce(
        (total, weight, i) => total + weight * ORGANISATION_ORDER.indexOf(code[i]!),
        code[8] === 'X' ? 10 : Number(code[8]),
      );
      expect(sum % 11).toBe(0);
      expect(isOrganisationCode(code)).toBe(true);
    }
  });

  test.each([
    ['D21435690', 'another check character'],
    ['D2143659X', 'two characters in the other order'],
    ['D2143569', 'no check character'],
    ['D2143569-X', 'the hyphen is not stored'],
    ['d2143569X', 'small letters are not allowed'],
  ])('%s is refused: %s', (text) => {
    expect(isOrganisationCode(text)).toBe(false);
  });
});

describe('unified social credit codes', () => {
  test.each([
    ['91350100M000100Y43', 'the example printed in GB 32100'],
    ['91440300708461136T', 'of a listed company, read from its public statement'],
  ])('%s is valid (%s)', (code) => {
    expect(isCreditCode(code)).toBe(true);
    const authority = code.slice(0, 2);
    const division = code.slice(2, 8);
    expect(creditCode({ authority, division, organisationCode: code.slice(8, 17) })).toBe(code);
  });

  test('every one of the city satisfies the congruence of GB 32100 and holds the organisation code', () => {
    const city = createCity({ seed: 8, size: 400 });
    for (let serial = 0; serial < 500; serial++) {
      const { code, registrationNumber, division } = organisation(city, serial);
      const sum = Array.from(registrationNumber.slice(0, 17)).reduce(
        (total, character, i) =>
          total + CREDIT_ORDER.indexOf(character) * Number(3n ** BigInt(i) % 31n),
        CREDIT_ORDER.indexOf(registrationNumber[17]!),
      );
      expect(sum % 31).toBe(0);
      expect(registrationNumber.slice(2, 8)).toBe(division);
      expect(registrationNumber.slice(8, 17)).toBe(code);
      expect(isCreditCode(registrationNumber)).toBe(true);
    }
  });

  test.each([
    ['91350100M000100Y4', 'too short'],
    ['91350100M000100Y44', 'another check character'],
    ['91350100I000100Y43', 'the letter I is not used'],
  ])('%s is refused: %s', (text) => {
    expect(isCreditCode(text)).toBe(false);
  });
});

describe('the organisations of the city', () => {
  test('an organisation is the same whatever the size of the city', () => {
    const [small, big] = [createCity({ seed: 3, size: 100 }), createCity({ seed: 3, size: 9_000 })];
    for (let serial = 0; serial < 200; serial++) {
      const one = organisation(small, serial);
      expect(organisation(big, serial)).toEqual(one);
      expect(organisationCode(big, serial)).toBe(one.code);
    }
  });

  test('no two share a code, and another seed has others', () => {
    const codes = new Set<string>();
    for (const seed of [1, 2]) {
      const city = createCity({ seed, size: 10 });
      for (let serial = 0; serial < 20_000; serial++) codes.add(organisationCode(city, serial));
    }
    expect(codes.size).toBeGreaterThan(39_900);
    const city = createCity({ seed: 1, size: 10 });
    const own = Array.from({ length: 50_000 }, (_, serial) => organisationCode(city, serial));
    expect(new Set(own).size).toBe(50_000);
  });

  test('all kinds are there, in districts of the city, some with characters beyond the basic plane', () => {
    const city = createCity({ seed: 5, size: 4_000 });
    const all = organisationsIn(city, { firstSerial: 0, endSerial: city.size });
    expect(all).toHaveLength(organisationCount(city));
    const share = (kind: string) => all.filter((one) => one.kind === kind).length / all.length;
    expect(share('enterprise')).toBeGreaterThan(0.7);
    expect(share('social-organisation')).toBeGreaterThan(0.05);
    expect(share('public-institution')).toBeGreaterThan(0.05);
    const own = new Set(OWN_DIVISIONS.map(({ code }) => code));
    expect(all.every((one) => own.has(one.division))).toBe(true);
    expect(all.filter((one) => /[\u{10000}-\u{10ffff}]/u.test(one.name)).length).toBeGreaterThan(
      30,
    );
  });

  test('batches of persons bring each organisation once', () => {
    const city = createCity({ seed: 5, size: 1_103 });
    const bounds = [0, 3, 8, 500, 501, 1_000, 1_103];
    const serials = bounds
      .slice(1)
      .flatMap((endSerial, i) => organisationsIn(city, { firstSerial: bounds[i]!, endSerial }))
      .map((one) => one.serial);
    expect(serials).toEqual(Array.from({ length: organisationCount(city) }, (_, i) => i));
  });

  test('new ones are outside the initial load, any one is inside or among them', () => {
    const city = createCity({ seed: 7, size: 300 });
    const random = seededRandom(1);
    const inside = Array.from({ length: 300 }, () => anyOrganisation(city, random).serial);
    expect(inside.some((serial) => serial < organisationCount(city))).toBe(true);
    for (let i = 0; i < 100; i++) {
      expect(newOrganisation(city, random).serial).toBeGreaterThanOrEqual(organisationCount(city));
    }
  });
});
