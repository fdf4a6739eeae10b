/** A whole agreement of an invented pair, to be varied by tests of lifecycles. */
import type { AgreementContent } from '../../../bus/agreement/agreement.ts';

export const SUBSCRIBER = 'TEST-SUB';
export const PROVIDER = 'TEST-PRO';
export const AUTHORITY = 'TEST-AUT';
export const STRANGER = 'TEST-XXX';

export const SAMPLE_ID = '0b5e2c56-6a0e-4a57-9d5b-0c8f4b6a7d10';
export const NOT_BEFORE = '2026-03-02T00:00:00+08:00';
export const NOT_AFTER = '2026-06-01T00:00:00+08:00';

/** Keys of an organization: the one that the sample names as its signer, and another. */
export function keyIdsOf(org: string): { readonly named: string; readonly other: string } {
  return { named: `${org}-1`, other: `${org}-2` };
}

export function sampleAgreement(changes: Partial<AgreementContent> = {}): AgreementContent {
  return {
    apiVersion: 'civicbus/v1',
    kind: 'SharingAgreement',
    id: SAMPLE_ID,
    name: 'sample-pair',
    version: '1.0.0',
    theme: 'testing',
    provider: { orgId: PROVIDER, contact: [], signer: keyIdsOf(PROVIDER).named },
    subscriber: { orgId: SUBSCRIBER, contact: [], signer: keyIdsOf(SUBSCRIBER).named },
    resource: { resourceId: 'property/unit', contractVersion: '1.x' },
    purpose: {
      code: 'TEST',
      text: 'A test',
      legalBasis: [{ ref: 'rule-1', validFrom: '2009-01-01' }],
      applications: ['testing'],
      authorisation: 'none',
    },
    scope: {
      fields: [{ name: 'unit_no', required: true }],
      onRowExit: 'retract',
      backfill: 'snapshot',
    },
    delivery: { mode: 'realtime', table: 'unit', partitions: 1 },
    slaProperties: [],
    obligations: {
      provide: [],
      use: [],
      dispose: [{ duty: 'purge', within: 'P7D' }],
      security: [],
    },
    validity: { notBefore: NOT_BEFORE, notAfter: NOT_AFTER, noticeDays: 30 },
    authoritativeDefinitions: [],
    customProperties: [],
    ...changes,
  };
}
