/**
 * The organisations of the synthetic city. As with persons (city.ts), an organisation is a pure
 * function of (seed, serial): departments agree about it without asking one another, and no two
 * serials share a code. One organisation stands for eight persons of the city; those with serials
 * below `organisationCount` are in the initial load, the next `newOrganisations` may come later.
 */
import { type Random, seededRandom } from '../bus/base/random.ts';
import { type City, mix } from './city.ts';
import { addDays } from './dates.ts';
import type { SerialRange } from './department.ts';
import { OWN_DIVISIONS } from './divisions.ts';
import { creditCode, sixCharacters, withCheckCharacter } from './organisation-code.ts';
import {
  type OrganisationKind,
  organisationName,
  organisationSector,
  organisationStreet,
} from './organisation-names.ts';

export type Organisation = {
  readonly serial: number;
  /** GB 11714, nine characters. */
  readonly code: string;
  readonly kind: OrganisationKind;
  /** GB/T 20091: 11 enterprise, 51 public institution, 71 social group, 91 private non-enterprise, 93 foundation. */
  readonly typeCode: string;
  readonly name: string;
  /** GB/T 4754, four figures. */
  readonly industryCode: string;
  /** GB/T 2260, one of the city's own districts. */
  readonly division: string;
  readonly address: string;
  readonly phone: string | null;
  /** Two decimals; null for public institutions without one. */
  readonly registeredCapital: string | null;
  /** ISO 4217. */
  readonly currencyCode: string;
  readonly approvedOn: string;
  readonly representative: { readonly idNumber: string; readonly name: string };
  /** GB 32100, the number under which its registering body knows it. */
  readonly registrationNumber: string;
};

const PERSONS_PER_ORGANISATION = 8;
const NEW_MIN = 60;
/** How often an organisation changes its name, address or representative. */
const VERSIONS = 3;
/** Primes larger than every factor of 10⁸ and 31⁶: the walks meet each body once. */
const STRIDE = 982_451_653n;
const FIGURES = 100_000_000;
const LETTERED = 31 ** 6;
/** Codes given out since 2015 begin with letters. */
const LETTERED_SHARE = 0.3;
const SALT = 21;
const PREFIXES = {
  enterprise: 'MA',
  'public-institution': 'MB',
  'social-organisation': 'MJ',
} as const;
const CAPITAL_EXTREMES = ['0.00', '0.01', '9999999999999999.99'] as const;

/** How many organisations the initial load of `city` holds. */
export function organisationCount({ size }: Pick<City, 'size'>): number {
  return Math.ceil(size / PERSONS_PER_ORGANISATION);
}

/** How many further organisations any department may meet first. */
export function newOrganisations(city: Pick<City, 'size'>): number {
  return Math.max(NEW_MIN, Math.floor(organisationCount(city) / 20));
}

/** The code alone: cheaper than the whole organisation. */
export function organisationCode(city: Pick<City, 'seed'>, serial: number): string {
  return codeOf(city.seed, serial, kindOf(city.seed, serial));
}

export function organisation(city: City, serial: number): Organisation {
  const kind = kindOf(city.seed, serial);
  const code = codeOf(city.seed, serial, kind);
  const random = seededRandom(mix(city.seed, serial, SALT));
  const sector = organisationSector(kind, random);
  const division = random.pick(OWN_DIVISIONS).code;
  const authority = sector.authority;
  return {
    serial,
    code,
    kind,
    typeCode: sector.typeCode,
    name: organisationName({ kind, sector, division, random }),
    industryCode: sector.industryCode,
    division,
    address: organisationStreet(random, division),
    phone: random.chance(0.05) ? null : `020-${random.int(20_000_000, 89_999_999)}`,
    registeredCapital: capital(random, kind),
    currencyCode: random.chance(0.9) ? 'CNY' : random.pick(['HKD', 'USD', 'EUR']),
    approvedOn: addDays('1984-01-01', random.int(0, 15_300)),
    representative: representative(city, serial, random),
    registrationNumber: creditCode({ authority, division, organisationCode: code }),
  };
}

/**
 * What organisation `serial` calls itself after `version` changes; 0 is as it began. Departments
 * that learn of a change at different times disagree for a while and agree again.
 */
export function organisationVersion(city: City, serial: number, version: number): Organisation {
  const first = organisation(city, serial);
  if (version === 0) return first;
  const random = seededRandom(mix(city.seed, serial, SALT + 10 + version));
  const sector = organisationSector(first.kind, random);
  const { kind, division } = first;
  return {
    ...first,
    name: organisationName({ kind, sector, division, random }),
    address: organisationStreet(random, division),
    representative: representative(city, serial, random),
  };
}

/** Any organisation, of `kind` where that is given, in any of its versions. */
export function anyVersion(city: City, random: Random, kind?: OrganisationKind): Organisation {
  let serial = random.int(0, organisationCount(city) + newOrganisations(city) - 1);
  while (kind !== undefined && kindOf(city.seed, serial) !== kind) serial++;
  return organisationVersion(city, serial, random.int(0, VERSIONS - 1));
}

/** The organisations that an initial load's batch of persons brings along; disjoint over batches. */
export function organisationsIn(
  city: City,
  { firstSerial, endSerial }: SerialRange,
): Organisation[] {
  const first = Math.ceil(firstSerial / PERSONS_PER_ORGANISATION);
  const end = Math.ceil(endSerial / PERSONS_PER_ORGANISATION);
  return Array.from({ length: end - first }, (_, i) => organisation(city, first + i));
}

/** One whom any department may already know, or meet first. */
export function anyOrganisation(city: City, random: Random): Organisation {
  return organisation(city, random.int(0, organisationCount(city) + newOrganisations(city) - 1));
}

/** One from outside the initial load. */
export function newOrganisation(city: City, random: Random): Organisation {
  return organisation(city, organisationCount(city) + random.int(0, newOrganisations(city) - 1));
}

/** Eight of ten are enterprises; the serial's spread decides, so that the code needs nothing else. */
function kindOf(seed: number, serial: number): OrganisationKind {
  const place = (mix(seed, serial, SALT + 1) >>> 0) % 10;
  if (place < 8) return 'enterprise';
  return place === 8 ? 'social-organisation' : 'public-institution';
}

function codeOf(seed: number, serial: number, kind: OrganisationKind): string {
  const isLettered = seededRandom(mix(seed, serial, SALT + 2)).chance(LETTERED_SHARE);
  const places = isLettered ? LETTERED : FIGURES;
  const start = BigInt(mix(seed, 0, SALT) >>> 0);
  const place = Number((BigInt(serial) * STRIDE + start) % BigInt(places));
  const body = isLettered ? PREFIXES[kind] + sixCharacters(place) : String(place).padStart(8, '0');
  return withCheckCharacter(body);
}

function capital(random: Random, kind: OrganisationKind): string | null {
  if (kind === 'public-institution' && random.chance(0.5)) return null;
  if (random.chance(0.01)) return random.pick(CAPITAL_EXTREMES);
  return `${random.int(1, 90_000)}000.${random.chance(0.8) ? '00' : random.int(10, 99)}`;
}

/** One of the eight persons that the organisation stands for, whatever the size of the city. */
function representative(city: City, serial: number, random: Random) {
  const place = random.int(0, PERSONS_PER_ORGANISATION - 1);
  const { idNumber, name } = city.person(serial * PERSONS_PER_ORGANISATION + place);
  return { idNumber, name };
}
