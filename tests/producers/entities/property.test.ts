import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../bus/base/random.ts';
import { createCity } from '../../../producers/city.ts';
import { type EntityTables, NO_ENTITY_ROWS } from '../../../producers/entity-tables.ts';
import { isOrganisationCode } from '../../../producers/organisation-code.ts';
import {
  anyUnit,
  hundredths,
  projectCount,
  projectsIn,
  sitesIn,
  twoDecimals,
} from '../../../producers/property.ts';
import { expectedProperty } from '../../../producers/property-oracle.ts';

const city = createCity({ seed: 12, size: 2_003 });
const ALL = { firstSerial: 0, endSerial: city.size };

describe('the property of the city', () => {
  test('batches of persons bring each project once, and the same whatever the batch', () => {
    const bounds = [0, 7, 40, 41, 500, 1_000, 2_003];
    const batches = bounds
      .slice(1)
      .flatMap((endSerial, i) => sitesIn(city, { firstSerial: bounds[i]!, endSerial }));
    expect(batches).toEqual(sitesIn(city, ALL));
    expect(batches).toHaveLength(projectCount(city));
  });

  test('no two units share a number or a serial', () => {
    const units = projectsIn(city, ALL).flatMap((project) => project.units);
    expect(new Set(units.map(({ number }) => number)).size).toBe(units.length);
    expect(new Set(units.map(({ serial }) => serial)).size).toBe(units.length);
  });

  test('the areas of the units add up to the total, to the hundredth', () => {
    for (const { units, totalArea } of projectsIn(city, ALL)) {
      const sum = units.reduce((total, { area }) => total + Math.round(Number(area) * 100), 0);
      expect(Number(totalArea)).toBe(sum / 100);
    }
  });

  test('a developer is an organisation, and some project is nearly and some wholly sold', () => {
    const projects = projectsIn(city, ALL);
    expect(projects.every((project) => isOrganisationCode(project.developerCode))).toBe(true);
    const sold = projects.map(
      ({ units }) => units.filter(({ sale }) => sale.isSold).length / units.length,
    );
    expect(sold.some((share) => share === 1)).toBe(true);
    expect(sold.some((share) => share > 0.7 && share < 0.85)).toBe(true);
  });

  test('any unit is one of those of its project', () => {
    const random = seededRandom(3);
    const units = new Map(
      projectsIn(city, { firstSerial: 0, endSerial: city.size + 1_000 }).flatMap((project) =>
        project.units.map((unit) => [unit.number, unit]),
      ),
    );
    for (let i = 0; i < 200; i++) {
      const unit = anyUnit(city, random);
      expect(units.get(unit.number)).toEqual(unit);
    }
  });

  test.each([
    [0, '0.00'],
    [5, '0.05'],
    [100, '1.00'],
    [123_456, '1234.56'],
  ])('%i hundredths are %s and back', (count, text) => {
    expect(twoDecimals(count)).toBe(text);
    expect(hundredths(text)).toBe(count);
  });
});

describe('the expected property', () => {
  const project = { project_number: 'P1', developer_code: 'D', division: '440106' };
  const tables: EntityTables = {
    ...NO_ENTITY_ROWS,
    project: [project],
    building: [
      {
        building_number: 'B1',
        project_number: 'P1',
        address: 'x',
        floors: '3',
        completed_on: null,
      },
      {
        building_number: 'B2',
        project_number: 'P2',
        address: 'y',
        floors: '3',
        completed_on: null,
      },
    ],
    title: [{ title_number: 'T1', unit_number: 'U1', id_number: 'I', ownership_share: '1.0000' }],
  };

  test('rows are expected under the names of the view, and only those whose project is there', () => {
    const expected = expectedProperty(tables);
    expect(expected.get('project')?.get('P1')).toMatchObject({
      project_number: 'P1',
      developer: 'D',
      project_division: '440106',
      total_units: null,
    });
    expect([...(expected.get('building')?.values() ?? [])]).toEqual([
      {
        building_number: 'B1',
        project_number: 'P1',
        building_address: 'x',
        floors: '3',
        completed_on: null,
      },
    ]);
  });

  test('titles are expected whether their project is there or not', () => {
    const expected = expectedProperty({ ...tables, project: [] });
    expect(expected.get('building')?.size).toBe(0);
    expect(expected.get('title')?.get('T1')).toMatchObject({
      titled_unit_number: 'U1',
      owner_id_number: 'I',
    });
  });
});
