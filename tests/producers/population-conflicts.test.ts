import { describe, expect, test } from 'vitest';
import { createCity } from '../../producers/city.ts';
import { conflictKey, expectedConflicts } from '../../producers/population-conflicts.ts';
import { CHILD_TABLES, childKey, expectedChildren } from '../../producers/population-children.ts';
import {
  isPlanted,
  reportedAddress,
  reportedName,
  reportedPhone,
} from '../../producers/reported.ts';
import { NO_SOURCE_ROWS, type SourceRow } from '../../producers/source-tables.ts';
import { seededRandom } from '../../bus/base/random.ts';

const PERSON: SourceRow<'person'> = {
  id_number: 'A',
  name: '王芳',
  sex: '2',
  birth_date: '1990-01-01',
  former_name: null,
  ethnicity: null,
  birthplace_division: null,
};

function card(holder: string | null): SourceRow<'social_security_card'> {
  return {
    id_number: 'A',
    card_number: 'C',
    card_status: 'active',
    holder_name: holder,
    photo_reference: null,
  };
}

function insured(phone: string | null): SourceRow<'insured_person'> {
  return {
    id_number: 'A',
    medical_account: 'M',
    medical_status: null,
    medical_type: null,
    contact_phone: phone,
  };
}

function residence(phone: string | null): SourceRow<'residence'> {
  return { id_number: 'A', residence_division: null, residence_address: null, phone };
}

describe('an expected conflict', () => {
  test.each([
    {
      tables: { person: [PERSON], social_security_card: [card('王方')] },
      open: ['name'],
      reason: 'is open where names differ',
    },
    {
      tables: { person: [PERSON], social_security_card: [card('王芳')] },
      open: [],
      reason: 'is none where they agree',
    },
    {
      tables: { person: [PERSON], social_security_card: [card('王芳 ')] },
      open: ['name'],
      reason: 'is open for a blank at the end',
    },
    {
      tables: { person: [PERSON], social_security_card: [card('')] },
      open: ['name'],
      reason: 'is open for an empty text',
    },
    {
      tables: { person: [PERSON], social_security_card: [card(null)] },
      open: [],
      reason: 'is none where nothing is reported',
    },
    {
      tables: { social_security_card: [card('王方')] },
      open: [],
      reason: 'is none without the authority’s row',
    },
    { tables: { person: [PERSON] }, open: [], reason: 'is none without the reporter’s row' },
    {
      tables: { residence: [residence(null)], insured_person: [insured('13')] },
      open: ['phone'],
      reason: 'is open where the authority has NULL, identity or none',
    },
  ])('$reason', ({ tables, open }) => {
    const conflicts = expectedConflicts({ ...NO_SOURCE_ROWS, ...tables });
    expect([...conflicts.values()].map(({ item }) => item)).toEqual(open);
  });

  test('is named by item, reporter and person, and says both values', () => {
    const conflicts = expectedConflicts({
      ...NO_SOURCE_ROWS,
      person: [PERSON],
      social_security_card: [card('王方')],
    });
    const [key, conflict] = [...conflicts][0]!;
    expect(key).toBe(conflictKey(conflict));
    expect(conflict).toEqual({
      item: 'name',
      reporter: 'social_security_card',
      entity: 'A',
      authorityValue: '王芳',
      reportedValue: '王方',
    });
  });
});

describe('the initial load', () => {
  const city = createCity({ seed: 2, size: 2_000 });
  const persons = Array.from({ length: city.size }, (_, serial) => city.person(serial));

  test.each([
    ['card-name', reportedName, 'name'],
    ['family-record-address', reportedAddress, 'homeAddress'],
    ['insured-phone', reportedPhone, 'phone'],
  ] as const)(
    'plants %s in about three of a hundred, the same persons every time',
    (overlap, report, fact) => {
      const differing = (seed: number) => {
        const at = { city, random: seededRandom(seed), ordinal: 1, overlap };
        return persons.filter((person) => report(person, at) !== person[fact]);
      };
      const planted = persons.filter((person) => isPlanted(person, overlap));
      expect(differing(1)).toEqual(planted);
      expect(differing(2)).toEqual(planted);
      expect(planted.length).toBeGreaterThan(30);
      expect(planted.length).toBeLessThan(100);
    },
  );
});

describe('expected child rows', () => {
  const titles = CHILD_TABLES.find(({ name }) => name === 'property')!;
  const title = (number: string, idNumber: string | null): SourceRow<'title'> => ({
    title_number: number,
    unit_number: 'U',
    id_number: idNumber,
    ownership_share: null,
    acquired_on: '2020-01-01',
  });

  test('are all rows of persons who are there, and no others', () => {
    const rows = expectedChildren(titles, {
      ...NO_SOURCE_ROWS,
      person: [PERSON],
      title: [title('1', 'A'), title('2', 'A'), title('3', 'B'), title('4', null)],
    });
    expect([...rows.values()].map((row) => row['title_number'])).toEqual(['1', '2']);
    expect([...rows.keys()]).toEqual([...rows.values()].map((row) => childKey(titles, row)));
  });
});
