/**
 * What a department writes down about facts that are not its own: mostly what everybody knows of
 * the person, for a known share something else. In the initial load who differs is a pure function
 * of the person and the overlap, so that the number of conflicts planted is known beforehand;
 * afterwards clerks err by chance.
 */
import { type Random, seededRandom } from '../bus/base/random.ts';
import { type CityPerson, mix } from './city.ts';
import { address, phone } from './contact.ts';
import { personName } from './names.ts';
import type { RowSetting } from './register.ts';
import { isLoadOrdinal } from './register-desk.ts';

/** Each fact that a department holds beside its authority; the figure makes its differences its own. */
const OVERLAPS = {
  'residence-permit-address': 31,
  'family-record-name': 32,
  'family-record-address': 33,
  'card-name': 34,
  'insured-phone': 35,
} as const;
export type Overlap = keyof typeof OVERLAPS;

/** Of a hundred persons so many have another value in the initial load, overlap by overlap. */
const PLANTED_SHARE = 0.03;
const LATER_SHARE = 0.3;

/** Whether the initial load plants another value than the one that everybody knows. */
export function isPlanted(person: CityPerson, overlap: Overlap): boolean {
  return chanceOf(person, overlap).chance(PLANTED_SHARE);
}

export function reportedName(person: CityPerson, at: Reporting): string {
  const known = person.name;
  return differs(person, at) ? otherThan(known, () => personName(at.random)) : known;
}

export function reportedAddress(person: CityPerson, at: Reporting): string | null {
  const known = person.homeAddress;
  const other = () => address(at.random, person.homeDivision);
  return differs(person, at) ? otherThan(known, other) : known;
}

export function reportedPhone(person: CityPerson, at: Reporting): string | null {
  const known = person.phone;
  return differs(person, at) ? otherThan(known, () => phone(at.random)) : known;
}

export type Reporting = RowSetting & { readonly overlap: Overlap };

function differs(person: CityPerson, { overlap, random, ordinal }: Reporting): boolean {
  return isLoadOrdinal(ordinal) ? isPlanted(person, overlap) : random.chance(LATER_SHARE);
}

/** Something, and something else: an absent value reports nothing. */
function otherThan<T>(known: T | null, draw: () => T | null): T {
  for (;;) {
    const other = draw();
    if (other !== null && other !== known) return other;
  }
}

function chanceOf({ idNumber, serial }: CityPerson, overlap: Overlap): Random {
  return seededRandom(mix(Number(idNumber.slice(0, 14)) | 0, serial, OVERLAPS[overlap]));
}
