/** The departments that keep organisations and property: the legal-entity and property views live on them. */
import { commerce } from './commerce/commerce.ts';
import { constructionCommission } from './construction-commission/construction-commission.ts';
import type { Department } from './department.ts';
import { housingAndLand } from './housing-and-land/housing-and-land.ts';
import { localTax } from './local-tax/local-tax.ts';
import { qualitySupervision } from './quality-supervision/quality-supervision.ts';
import { staffingOffice } from './staffing-office/staffing-office.ts';

export const ENTITY_DEPARTMENTS: readonly Department[] = [
  qualitySupervision,
  commerce,
  staffingOffice,
  constructionCommission,
  housingAndLand,
  localTax,
];
