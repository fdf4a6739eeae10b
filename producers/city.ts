/**
 * The shared population of the synthetic city. A person is a pure function of (seed, serial):
 * departments agree about somebody without asking one another, nothing is kept in memory, and
 * no two serials of one population share an identity number.
 *
 * Serials below `size` are loaded at the start. Those from `size` to `size + newcomers` are
 * persons whom any department may meet first. Newborns are a population of their own.
 */
import { type Random, seededRandom } from '../bus/base/random.ts';
import { citizenId, sexOf } from './citizen-id.ts';
import { address, phone } from './contact.ts';
import { addDays } from './dates.ts';
import { ALL_DIVISIONS, OWN_DIVISIONS } from './divisions.ts';
import { personName } from './names.ts';
import { must } from '../bus/base/assert.ts';

export type CityPerson = {
  readonly serial: number;
  readonly idNumber: string;
  readonly name: string;
  readonly formerName: string | null;
  /** GB/T 2261.1 */
  readonly sex: '1' | '2';
  /** GB 3304; null where it was never recorded. */
  readonly ethnicity: string | null;
  readonly birthDate: string;
  readonly birthplaceDivision: string;
  /** The district of the city where the person lives. */
  readonly homeDivision: string;
  /** Null where it was never taken down, as is the telephone number. */
  readonly homeAddress: string | null;
  readonly phone: string | null;
};

export type City = {
  readonly seed: number;
  readonly size: number;
  readonly newcomers: number;
  person(serial: number): CityPerson;
  newborn(serial: number): CityPerson;
  /** Somebody whom any department may already know, or meet first. */
  anybody(random: Random): CityPerson;
  /** Somebody from outside the initial load. */
  newcomer(random: Random): CityPerson;
  /** A newborn child, so rarely the same one twice that a duplicate may simply be refused. */
  anyNewborn(random: Random): CityPerson;
};

type Era = { readonly firstDay: string; readonly days: number; readonly salt: number };

const ADULTS: Era = { firstDay: '1930-01-01', days: 27_000, salt: 11 };
const NEWBORNS: Era = { firstDay: '2020-01-01', days: 2_500, salt: 12 };
const SEQUENCES = 999;
/** A prime larger than every factor of an era's number of ids, so that the walk through them meets each once. */
const STRIDE = 982_451_653n;
const NEWCOMERS_MIN = 50;
const ETHNICITIES = ['02', '03', '04', '05', '08', '11', '15', '58'] as const;

/** The city of `seed` with `size` persons in the initial load. */
export function createCity({ seed, size }: { readonly seed: number; readonly size: number }): City {
  const newcomers = Math.max(NEWCOMERS_MIN, Math.floor(size / 20));
  const person = (serial: number) => createPerson(seed, serial, ADULTS);
  const newborn = (serial: number) => createPerson(seed, serial, NEWBORNS);
  return {
    seed,
    size,
    newcomers,
    person,
    newborn,
    anybody: (random) => person(random.int(0, size + newcomers - 1)),
    newcomer: (random) => person(size + random.int(0, newcomers - 1)),
    anyNewborn: (random) => newborn(random.int(0, idCount(NEWBORNS) - 1)),
  };
}

function createPerson(seed: number, serial: number, era: Era): CityPerson {
  const { division, birthDate, sequence } = idParts(seed, serial, era);
  const random = seededRandom(mix(seed, serial, era.salt));
  const idNumber = citizenId({ division, birthDate, sequence });
  const person = {
    serial,
    idNumber,
    name: personName(random),
    formerName: random.chance(0.1) ? personName(random) : null,
    sex: sexOf(idNumber),
    ethnicity: pickEthnicity(random),
    birthDate,
    birthplaceDivision: division,
    homeDivision: random.pick(OWN_DIVISIONS).code,
  };
  return { ...person, homeAddress: address(random, person.homeDivision), phone: phone(random) };
}

function idParts(seed: number, serial: number, era: Era) {
  const count = BigInt(idCount(era));
  const start = BigInt(mix(seed, 0, era.salt) >>> 0);
  let place = Number((BigInt(serial) * STRIDE + start) % count);
  const sequence = 1 + (place % SEQUENCES);
  place = Math.floor(place / SEQUENCES);
  const birthDate = addDays(era.firstDay, place % era.days);
  const division = must(ALL_DIVISIONS[Math.floor(place / era.days)], 'a division').code;
  return { division, birthDate, sequence };
}

function idCount(era: Era): number {
  return ALL_DIVISIONS.length * era.days * SEQUENCES;
}

function pickEthnicity(random: Random): string | null {
  if (random.chance(0.02)) return null;
  return random.chance(0.9) ? '01' : random.pick(ETHNICITIES);
}

/** Spreads (seed, serial, salt) over 32 bits, so that neighbours have unlike persons. */
export function mix(seed: number, serial: number, salt: number): number {
  let hash = Math.imul(seed ^ Math.imul(salt, 0x9e3779b1), 0x85ebca6b) ^ serial;
  hash = Math.imul(hash ^ (hash >>> 16), 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 13), 0x27d4eb2f);
  return (hash ^ (hash >>> 16)) | 0;
}
