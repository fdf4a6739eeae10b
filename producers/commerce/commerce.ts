/** Commerce: the register of enterprises, their yearly inspections, and interests in enterprises. */
import type { Random } from '../../bus/base/random.ts';
import { withSequence } from '../citizen-id.ts';
import { addDays } from '../dates.ts';
import type { Organisation } from '../organisation.ts';
import { register, type Register, type Subjects } from '../register.ts';
import { organisationsOf, registeringBody } from '../registering-body.ts';
import { registerDepartment } from '../registers.ts';

const ENTERPRISES = organisationsOf('enterprise');
const LAST_YEAR = 2025;
const YEARS = 8;
const SCOPES = [
  '软件开发；技术咨询。（依法须经批准的项目，经相关部门批准后方可开展经营活动）',
  '批发、零售：日用百货\n餐饮服务',
  '房地产开发经营',
] as const;
const RESULTS = ['passed', 'passed', 'passed', 'conditional', 'failed'] as const;
const ROLES = ['legal-representative', 'shareholder', 'director', 'supervisor'] as const;
const SHARE_EXTREMES = ['0.0000', '0.0001', '33.3333', '100.0000'] as const;

const enterprise = registeringBody({
  table: 'enterprise',
  kind: 'enterprise',
  nameColumn: 'enterprise_name',
  weight: 2,
  details: (of, random) => ({
    business_scope: random.chance(0.1) ? null : random.pick(SCOPES),
    established_on: of.approvedOn,
  }),
});

/** One row per enterprise and year; in the load each enterprise's years run back from the last. */
const annualInspection: Register = register({
  table: 'annual_inspection',
  key: ['organisation_code', 'inspection_year'],
  subjects: ENTERPRISES,
  subjectColumn: 'organisation_code',
  share: 0.9,
  rowsMax: 3,
  row: (of, { random, ordinal }) => {
    const year = LAST_YEAR - ((ordinal - 1) % YEARS);
    return {
      organisation_code: of.code,
      inspection_year: year,
      inspection_result: random.chance(0.05) ? null : random.pick(RESULTS),
      inspected_on: random.chance(0.05) ? null : addDays(`${year}-03-01`, random.int(0, 120)),
    };
  },
});

type Interest = { readonly enterprise: Organisation; readonly idNumber: string };

/** The enterprise's own representative holds an interest, and often one of its neighbours too. */
const INTERESTS: Subjects<Interest> = {
  loaded: (city, range) =>
    ENTERPRISES.loaded(city, range).flatMap((of) => {
      const other = city.person(of.serial * 3 + 1).idNumber;
      const ids = new Set([of.representative.idNumber, ...(of.serial % 3 === 0 ? [] : [other])]);
      return [...ids].map((idNumber) => ({ enterprise: of, idNumber }));
    }),
  any: (city, random) => ({
    enterprise: ENTERPRISES.any(city, random),
    idNumber: city.anybody(random).idNumber,
  }),
  keyOf: (interest) => interest.idNumber,
  corrected: (idNumber, random) => withSequence(idNumber, random.int(1, 999)),
};

const businessInterest: Register = register({
  table: 'business_interest',
  key: ['entity_code', 'id_number'],
  subjects: INTERESTS,
  subjectColumn: 'id_number',
  share: 0.97,
  row: (interest, { random }) => ({
    entity_code: interest.enterprise.code,
    id_number: interest.idNumber,
    interest_role: random.pick(ROLES),
    share_ratio: shareRatio(random),
  }),
});

export const commerce = registerDepartment({
  name: 'commerce',
  databaseName: 'commerce',
  schemaFile: new URL('./schema.sql', import.meta.url),
  registers: [enterprise, annualInspection, businessInterest],
});

/** Per cent; NULL for roles without a share. */
function shareRatio(random: Random): string | null {
  if (random.chance(0.2)) return null;
  if (random.chance(0.05)) return random.pick(SHARE_EXTREMES);
  return `${random.int(1, 99)}.${String(random.int(0, 9_999)).padStart(4, '0')}`;
}
