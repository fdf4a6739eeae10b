/** Organisations as the subjects of registers: tables whose column organisation_code names them. */
import type { Organisation } from './organisation.ts';
import { anyOrganisation, organisationsIn } from './organisation.ts';
import { withCheckCharacter } from './organisation-code.ts';
import { register, type Register, type RegisterPlan, type Subjects } from './register.ts';

export const ORGANISATIONS: Subjects<Organisation> = {
  loaded: organisationsIn,
  any: anyOrganisation,
  keyOf: (organisation) => organisation.code,
  corrected: (key, random) => withCheckCharacter(key.slice(0, 6) + twoFigures(random.int(0, 99))),
};

type OrganisationRegisterPlan = Omit<RegisterPlan<Organisation>, 'subjects' | 'subjectColumn'>;

/** A register of organisations, whom its column organisation_code names. */
export function organisationRegister(plan: OrganisationRegisterPlan): Register {
  return register({ ...plan, subjects: ORGANISATIONS, subjectColumn: 'organisation_code' });
}

function twoFigures(number: number): string {
  return String(number).padStart(2, '0');
}
