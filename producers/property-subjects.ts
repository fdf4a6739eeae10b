/** Projects, buildings and units as the subjects of registers (register.ts). */
import type { City } from './city.ts';
import type { SerialRange } from './department.ts';
import {
  anySite,
  anyUnit,
  type Building,
  complete,
  type Project,
  projectsIn,
  sitesIn,
  type Unit,
  unitsOf,
} from './property.ts';
import type { Subjects } from './register.ts';

export const PROJECTS: Subjects<Project> = {
  loaded: projectsIn,
  any: (city, random) => complete(city, anySite(city, random)),
  keyOf: (project) => project.number,
  corrected: lastFigures,
};

export const BUILDINGS: Subjects<Building> = {
  loaded: (city, range) => sitesIn(city, range).flatMap(({ buildings }) => buildings),
  any: (city, random) => random.pick(anySite(city, random).buildings),
  keyOf: (building) => building.number,
  corrected: lastFigures,
};

export const UNITS: Subjects<Unit> = {
  loaded: unitsIn,
  any: anyUnit,
  keyOf: (unit) => unit.number,
  corrected: lastFigures,
};

/** In the load only the units that were sold; a step may meet any. */
export const SOLD_UNITS: Subjects<Unit> = {
  ...UNITS,
  loaded: (city, range) => unitsIn(city, range).filter(({ sale }) => sale.isSold),
};

function unitsIn(city: City, range: SerialRange): Unit[] {
  return sitesIn(city, range).flatMap((on) => unitsOf(city, on));
}

/** A number whose last figures were wrong. */
function lastFigures(number: string, random: { int(min: number, max: number): number }): string {
  return `${number.slice(0, -2)}${random.int(10, 99)}`;
}
