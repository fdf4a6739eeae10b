/** The civil-affairs department: marriages, divorces, social relief, and social organisations. */
import type { SqlRow } from '../../bus/sql/sql.ts';
import { defineDepartment, type SerialRange } from '../department.ts';
import { OWN_DIVISIONS } from '../divisions.ts';
import { registeringBody } from '../registering-body.ts';
import type { Scene } from '../scene.ts';
import { MARRIAGE_STEPS } from './marriage-steps.ts';
import { RELIEF_STEPS } from './relief-steps.ts';
import {
  longAgo,
  type MarriageEvent,
  marriageRow,
  numberPrefix,
  reliefRow,
  serial,
} from './rows.ts';

const MARRIED_SHARE = 0.55;
const DIVORCED_SHARE = 0.15;
const RELIEF_SHARE = 0.08;
const CASES_MAX = 3;

const socialOrganisation = registeringBody({
  table: 'social_organisation',
  kind: 'social-organisation',
  nameColumn: 'organisation_name',
  details: (of) => ({ organisation_type_code: of.typeCode, established_on: of.approvedOn }),
});

export const civilAffairs = defineDepartment({
  name: 'civil-affairs',
  databaseName: 'civil_affairs',
  tables: ['marriage', 'relief_case', 'social_organisation'],
  schemaFile: new URL('./schema.sql', import.meta.url),
  async loadBatch(scene, range) {
    await scene.insert('marriage', loadedMarriages(scene, range));
    await scene.insert('relief_case', loadedCases(scene, range));
    await socialOrganisation.load(scene, range);
  },
  steps: [...MARRIAGE_STEPS, ...RELIEF_STEPS, ...socialOrganisation.steps],
});

/** Persons with neighbouring serials form the couples; serials make the numbers unique. */
function loadedMarriages(
  { city, random }: Scene,
  { firstSerial, endSerial }: SerialRange,
): SqlRow[] {
  const rows: SqlRow[] = [];
  const add = (first: number, event: MarriageEvent) => {
    const division = random.pick(OWN_DIVISIONS).code;
    const [day, spouseA, spouseB] = [longAgo(random), city.person(first), city.person(first + 1)];
    const number = numberPrefix({ event, division }, day) + serial(first);
    const couple = { spouseA: spouseA.idNumber, spouseB: spouseB.idNumber };
    rows.push(marriageRow({ ...couple, event, division, day, number, random }));
  };
  for (let first = firstSerial; first + 1 < endSerial; first += 2) {
    if (!random.chance(MARRIED_SHARE)) continue;
    add(first, 'married');
    if (random.chance(DIVORCED_SHARE)) add(first, 'divorced');
  }
  return rows;
}

function loadedCases({ city, random }: Scene, { firstSerial, endSerial }: SerialRange): SqlRow[] {
  const rows: SqlRow[] = [];
  for (let place = firstSerial; place < endSerial; place++) {
    if (!random.chance(RELIEF_SHARE)) continue;
    const idNumber = city.person(place).idNumber;
    const cases = random.int(1, CASES_MAX);
    for (let i = 1; i <= cases; i++) {
      const caseNumber = `R2014-${String(place * 10 + i).padStart(10, '0')}`;
      rows.push(reliefRow(random, { caseNumber, idNumber }));
    }
  }
  return rows;
}
