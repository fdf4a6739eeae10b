/** Rows of the organisation register, and how a step finds one: in the database, at a random place. */
import type { Random } from '../../bus/base/random.ts';
import type { SqlRow } from '../../bus/sql/sql.ts';
import { addDays } from '../dates.ts';
import { type Keyed, sampleKey } from '../keyed-rows.ts';
import { anyOrganisation, anyVersion, type Organisation } from '../organisation.ts';
import { placeholders, type Scene } from '../scene.ts';

export const REGISTER: Keyed = { table: 'organisation', key: 'organisation_code' };

/** How an organisation stands; only the first two are active. */
export type OrganisationStatus = 'registered' | 'changed' | 'closed' | 'merged';

const FORGOTTEN_SHARE = 0.01;
const CANDIDATES = 12;

/** A fresh registration. */
export function organisationRow(of: Organisation, random: Random): SqlRow {
  return {
    organisation_code: of.code,
    organisation_type_code: of.typeCode,
    industry_code: random.chance(FORGOTTEN_SHARE) ? null : of.industryCode,
    division: of.division,
    phone: of.phone,
    registered_capital: of.registeredCapital,
    approved_on: of.approvedOn,
    currency_code: of.registeredCapital === null ? null : of.currencyCode,
    registration_number: of.registrationNumber,
    ...changeable(of, random),
    ...standing('registered'),
  };
}

/** What an organisation reports anew when it changes; NULL where the form was left blank. */
export function changeable(of: Organisation, random: Random): SqlRow {
  return {
    name: of.name,
    address: random.chance(FORGOTTEN_SHARE) ? null : of.address,
    legal_representative: random.chance(FORGOTTEN_SHARE) ? null : of.representative.name,
  };
}

/** The columns of the life cycle: an active organisation has neither successor nor closing day. */
export function standing(
  status: OrganisationStatus,
  end: { readonly closedOn?: string; readonly successorCode?: string } = {},
): SqlRow {
  return {
    status,
    successor_code: end.successorCode ?? null,
    closed_on: end.closedOn ?? null,
  };
}

export function closingDay(random: Random): string {
  return addDays('2025-06-01', random.int(0, 300));
}

/** The code of some organisation that is in the register, whatever its status. */
export function sampleCode(scene: Scene): Promise<string | undefined> {
  return sampleKey(scene, REGISTER, anyOrganisation(scene.city, scene.random).code);
}

/** An organisation that is in the register, in any of its versions. */
export async function knownVersion(scene: Scene): Promise<Organisation | undefined> {
  const { city, random } = scene;
  const some = Array.from({ length: CANDIDATES }, () => anyVersion(city, random));
  const codes = some.map(({ code }) => code);
  const rows = await scene.read<{ code: string }>(
    `SELECT organisation_code AS code FROM organisation WHERE organisation_code IN (${placeholders(codes)})`,
    codes,
  );
  const known = new Set(rows.map(({ code }) => code));
  return some.find(({ code }) => known.has(code));
}
