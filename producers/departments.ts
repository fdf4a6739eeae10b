/** All departments of the synthetic city. A new one is a folder beside these and one line here. */
import { civilAffairs } from './civil-affairs/civil-affairs.ts';
import { creditOffice } from './credit-office/credit-office.ts';
import type { Department } from './department.ts';
import { disabledFederation } from './disabled-federation/disabled-federation.ts';
import { education } from './education/education.ts';
import { ENTITY_DEPARTMENTS } from './entity-departments.ts';
import { familyPlanning } from './family-planning/family-planning.ts';
import { health } from './health/health.ts';
import { housingFund } from './housing-fund/housing-fund.ts';
import { humanResources } from './human-resources-and-social-security/human-resources-and-social-security.ts';
import { medicalInsurance } from './medical-insurance/medical-insurance.ts';
import { police } from './police/police.ts';
import { residenceManagement } from './residence-management/residence-management.ts';
import { tax } from './tax/tax.ts';

export const DEPARTMENTS: readonly Department[] = [
  police,
  civilAffairs,
  residenceManagement,
  familyPlanning,
  education,
  health,
  humanResources,
  medicalInsurance,
  housingFund,
  tax,
  disabledFederation,
  creditOffice,
  ...ENTITY_DEPARTMENTS,
];
