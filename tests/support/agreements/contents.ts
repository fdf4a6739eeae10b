/** Agreements for tests: one plain pair per resource, and small changes of them. */
import type { AgreedField, AgreementContent } from '../../../bus/agreement/agreement.ts';

const PARTY = { contact: ['data desk'] };

/** Presale contracts to the tax office, as they come; nothing masked, nothing filtered. */
export const CONTRACTS_TO_TAX: AgreementContent = {
  apiVersion: 'civicbus/v1',
  kind: 'SharingAgreement',
  id: '3f0c2a10-5b1e-4d3a-9a57-0c1d2e3f4a5b',
  name: 'housing-sales-to-local-tax',
  version: '2.0.0',
  theme: 'property-tax',
  provider: { ...PARTY, orgId: 'BJ-ZJW', signer: 'BJ-ZJW-1' },
  subscriber: { ...PARTY, orgId: 'BJ-DSJ', signer: 'BJ-DSJ-1' },
  resource: { resourceId: 'property/presale_contract', contractVersion: '^1.0.0' },
  purpose: {
    code: 'TAX.CLEARANCE',
    text: 'Land-VAT clearance at 85 % sold',
    legalBasis: [{ ref: 'land-vat-rules', article: '12', validFrom: '2009-01-01' }],
    applications: ['tax-source-control'],
    authorisation: 'none',
  },
  scope: {
    fields: [
      { name: 'project_number', required: true },
      { name: 'contract_number', required: true },
      { name: 'signed_on', required: false },
      { name: 'price', required: false },
    ],
    onRowExit: 'retract',
    backfill: 'snapshot',
  },
  delivery: { mode: 'realtime', table: 'housing_sale', partitions: 2 },
  slaProperties: [{ property: 'latency', value: 5, unit: 'min' }],
  obligations: { provide: [], use: [], dispose: [], security: [] },
  validity: {
    notBefore: '2026-07-01T00:00:00+08:00',
    notAfter: '2027-07-01T00:00:00+08:00',
    noticeDays: 30,
  },
  authoritativeDefinitions: [],
  customProperties: [],
};

const plain = (name: string, required = false): AgreedField => ({ name, required });

/** Legal entities of one district, once a day. */
export const ENTITIES_TO_DISTRICT: AgreementContent = {
  ...CONTRACTS_TO_TAX,
  id: '9d2b6c7e-1f4a-4b0c-8e3d-5a6b7c8d9e0f',
  name: 'legal-entities-to-xicheng',
  version: '1.0.0',
  theme: 'credit',
  provider: { ...PARTY, orgId: 'BJ-ZJJ', signer: 'BJ-ZJJ-1' },
  subscriber: { ...PARTY, orgId: 'BJ-XC', signer: 'BJ-XC-1' },
  resource: { resourceId: 'legal-entity/legal_entity', contractVersion: '1.x' },
  scope: {
    fields: [plain('organisation_code', true), plain('name'), plain('registered_capital')],
    rows: "row.division.startsWith('110102')",
    onRowExit: 'retract',
    backfill: 'snapshot',
  },
  delivery: {
    mode: 'daily',
    daily: { cutoff: '02:00', timezone: 'Asia/Shanghai', calendar: 'working-days' },
    table: 'legal_entity',
    partitions: 1,
  },
  slaProperties: [],
};

/** Citizens without their names: tokens, years and first characters only. */
export const PERSONS_TO_HOUSING: AgreementContent = {
  ...CONTRACTS_TO_TAX,
  id: 'b7a1c2d3-e4f5-4061-8273-849506a7b8c9',
  name: 'population-to-housing-security',
  version: '1.0.0',
  theme: 'housing',
  provider: { ...PARTY, orgId: 'BJ-GAJ', signer: 'BJ-GAJ-1' },
  subscriber: { ...PARTY, orgId: 'BJ-ZFB', signer: 'BJ-ZFB-1' },
  resource: { resourceId: 'population/person', contractVersion: '>=1.1.0 <2.0.0' },
  scope: {
    fields: [
      { name: 'name', required: false, mask: { method: 'partial', keep: 'first', count: 1 } },
      { name: 'birth_date', required: false, mask: { method: 'generalise', to: 'year' } },
      { name: 'id_number', required: true, mask: { method: 'hmac-sha256', keyScope: 'theme' } },
      plain('residence_division'),
    ],
    onRowExit: 'freeze',
    backfill: 'snapshot',
  },
  delivery: { mode: 'realtime', table: 'person', partitions: 1 },
};

/** The same agreement with other scope or delivery. */
export function withScope(
  content: AgreementContent,
  scope: Partial<AgreementContent['scope']>,
): AgreementContent {
  return { ...content, scope: { ...content.scope, ...scope } };
}
