/**
 * The property of the synthetic city: projects with their buildings and units. As with persons
 * (city.ts), everything is a pure function of (seed, serial), so that the departments agree about
 * a unit without asking one another. One project stands for forty persons of the city.
 */
import { type Random, seededRandom } from '../bus/base/random.ts';
import { type City, type CityPerson, mix } from './city.ts';
import { addDays } from './dates.ts';
import type { SerialRange } from './department.ts';
import { OWN_DIVISIONS } from './divisions.ts';
import { brandName, organisationStreet, PROPERTY_DEVELOPMENT } from './organisation-names.ts';
import { organisation } from './organisation.ts';

/** What of a project is cheaply told: all but its units and its developer. */
export type Site = {
  readonly serial: number;
  readonly number: string;
  readonly name: string;
  readonly division: string;
  readonly licensedOn: string;
  /** How much of it is sold at the start. */
  readonly soldShare: number;
  readonly buildings: readonly Building[];
};

export type Project = Site & {
  readonly developerCode: string;
  readonly units: readonly Unit[];
  /** Of all units, in square metres with two decimals. */
  readonly totalArea: string;
};

export type Building = {
  readonly number: string;
  readonly projectNumber: string;
  readonly address: string;
  readonly floors: number;
  /** Null while it is being built. */
  readonly completedOn: string | null;
};

export type Unit = {
  /** Unlike every other unit's. */
  readonly serial: number;
  readonly number: string;
  readonly projectNumber: string;
  readonly buildingNumber: string;
  readonly floor: number;
  /** Square metres with two decimals. */
  readonly area: string;
  readonly usage: (typeof USAGES)[number];
  readonly sale: Sale;
};

/** How a unit was sold, if it was: what contract, title and declaration say of it at the start. */
export type Sale = {
  readonly isSold: boolean;
  readonly buyer: CityPerson;
  readonly signedOn: string;
  /** Yuan with two decimals. */
  readonly price: string;
};

const PERSONS_PER_PROJECT = 40;
const NEW_PROJECTS = 15;
const BUILDINGS_MAX = 3;
const FLOORS_MAX = 5;
const UNITS_PER_FLOOR = 2;
const UNITS_MAX = BUILDINGS_MAX * FLOORS_MAX * UNITS_PER_FLOOR;
const USAGES = ['residential', 'residential', 'residential', 'shop', 'parking'] as const;
/** How much of a project is sold at the start; some stand close to the 85 % of tax clearance. */
const SOLD_SHARES = [0.2, 0.5, 0.8, 0.85, 0.9, 1] as const;
const SALT = 41;

export function projectCount({ size }: Pick<City, 'size'>): number {
  return Math.ceil(size / PERSONS_PER_PROJECT);
}

/** The sites that an initial load's batch of persons brings along; disjoint over batches. */
export function sitesIn(city: City, { firstSerial, endSerial }: SerialRange): Site[] {
  const first = Math.ceil(firstSerial / PERSONS_PER_PROJECT);
  const end = Math.ceil(endSerial / PERSONS_PER_PROJECT);
  return Array.from({ length: end - first }, (_, i) => site(city, first + i));
}

export function projectsIn(city: City, range: SerialRange): Project[] {
  return sitesIn(city, range).map((on) => complete(city, on));
}

/** The site of a project that is loaded, or of one of some that may come later. */
export function anySite(city: City, random: Random): Site {
  return site(city, random.int(0, projectCount(city) + NEW_PROJECTS - 1));
}

export function anyUnit(city: City, random: Random): Unit {
  const on = anySite(city, random);
  const building = random.int(0, on.buildings.length - 1);
  const place = random.int(0, unitCount(on.buildings[building]) - 1);
  return unit(city, on, { building, place });
}

export function unitsOf(city: City, on: Site): Unit[] {
  return on.buildings.flatMap((of, building) =>
    Array.from({ length: unitCount(of) }, (_, place) => unit(city, on, { building, place })),
  );
}

/** The project of a site. */
export function complete(city: City, on: Site): Project {
  const units = unitsOf(city, on);
  const area = units.reduce((sum, each) => sum + hundredths(each.area), 0);
  const developerCode = developerOf(city, on.serial);
  return { ...on, developerCode, units, totalArea: twoDecimals(area) };
}

function site(city: City, serial: number): Site {
  const random = seededRandom(mix(city.seed, serial, SALT));
  const division = random.pick(OWN_DIVISIONS).code;
  const number = `P${division}-${String(serial).padStart(6, '0')}`;
  const licensedOn = addDays('2015-01-01', random.int(0, 3_600));
  const buildings = Array.from({ length: random.int(1, BUILDINGS_MAX) }, (_, i) => ({
    number: `${number}-${i + 1}`,
    projectNumber: number,
    address: `${organisationStreet(random, division)}${i + 1}栋`,
    floors: random.int(2, FLOORS_MAX),
    completedOn: random.chance(0.3) ? null : addDays(licensedOn, random.int(300, 900)),
  }));
  const name = `${brandName(random)}花园`;
  return {
    serial,
    number,
    name,
    division,
    licensedOn,
    soldShare: random.pick(SOLD_SHARES),
    buildings,
  };
}

function unitCount(building: Building | undefined): number {
  return (building?.floors ?? 0) * UNITS_PER_FLOOR;
}

function unit(
  city: City,
  on: Site,
  at: { readonly building: number; readonly place: number },
): Unit {
  const serial = on.serial * UNITS_MAX + at.building * (UNITS_MAX / BUILDINGS_MAX) + at.place;
  const random = seededRandom(mix(city.seed, serial, SALT + 1));
  const floor = 1 + Math.floor(at.place / UNITS_PER_FLOOR);
  const buildingNumber = `${on.number}-${at.building + 1}`;
  const area = random.int(1_200, 24_000);
  return {
    serial,
    number: `${buildingNumber}-${floor}0${1 + (at.place % UNITS_PER_FLOOR)}`,
    projectNumber: on.number,
    buildingNumber,
    floor,
    area: twoDecimals(area),
    usage: random.pick(USAGES),
    sale: {
      isSold: random.chance(on.soldShare),
      buyer: city.anybody(random),
      signedOn: addDays(on.licensedOn, random.int(0, 400)),
      price: twoDecimals(area * random.int(9_000, 98_000)),
    },
  };
}

/** The first property developer from a place on that differs from project to project. */
function developerOf(city: City, serial: number): string {
  for (let at = serial * 5; ; at++) {
    const { code, industryCode } = organisation(city, at);
    if (industryCode === PROPERTY_DEVELOPMENT) return code;
  }
}

/** A number of hundredths as a decimal with two places. */
export function twoDecimals(count: number): string {
  return `${Math.floor(count / 100)}.${String(count % 100).padStart(2, '0')}`;
}

/** The hundredths of a decimal with two places. */
export function hundredths(decimal: string): number {
  return Number(decimal.replace('.', ''));
}
