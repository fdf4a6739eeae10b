/**
 * The sharing agreement as the bus works with it: the signed content of one version, complete and
 * immutable. Pure data; `document/` reads it from YAML and checks it, `lifecycle/` says what state
 * it is in, `bus/pair/` compiles it. Words and shape follow ODCS, ODRL and FSC (docs/agreements.md).
 */
import type { Classification } from './resource.ts';

/** How a field leaves in place of its value. */
export type Mask =
  | { readonly method: 'null' }
  /** Keeps the first or last `count` characters (or both ends) and fills the rest with `*`. */
  | { readonly method: 'partial'; readonly keep: 'first' | 'last' | 'ends'; readonly count: number }
  /** A date to its year or month, a code to its first `length` characters. */
  | { readonly method: 'generalise'; readonly to: 'year' | 'month' }
  | { readonly method: 'generalise'; readonly to: 'prefix'; readonly length: number }
  | { readonly method: 'truncate'; readonly length: number }
  /** A token: the same value gives the same one within its scope, and nobody without the key can make it. */
  | { readonly method: 'hmac-sha256'; readonly keyScope: 'pair' | 'theme' };

export type AgreedField = {
  readonly name: string;
  readonly required: boolean;
  readonly classification?: Classification;
  readonly category?: string;
  readonly mask?: Mask;
};

export type Party = {
  readonly orgId: string;
  readonly unit?: string;
  readonly contact: readonly string[];
  /** Name of the key that signs for it. */
  readonly signer: string;
};

export type Delivery = {
  readonly mode: 'realtime' | 'daily';
  readonly daily?: {
    /** "02:00", local to `timezone`. */
    readonly cutoff: string;
    readonly timezone: string;
    readonly calendar: 'every-day' | 'working-days';
  };
  /** Where the subscriber keeps its copy. */
  readonly table: string;
  readonly partitions: number;
};

/** Everything that is signed; status and filing are events of its lifecycle, not content. */
export type AgreementContent = {
  readonly apiVersion: 'civicbus/v1';
  readonly kind: 'SharingAgreement';
  /** UUID of the sharing pair's agreement, the same in all its versions, never reused. */
  readonly id: string;
  readonly name: string;
  /** Semver; every change is a new version. */
  readonly version: string;
  readonly supersedes?: { readonly version: string; readonly contentHash: string };
  readonly theme: string;
  readonly provider: Party;
  readonly subscriber: Party;
  readonly delegate?: {
    readonly orgId: string;
    readonly onBehalfOf: 'subscriber';
    readonly until: string;
  };
  readonly resource: { readonly resourceId: string; readonly contractVersion: string };
  readonly purpose: {
    readonly code: string;
    readonly text: string;
    readonly legalBasis: readonly {
      readonly ref: string;
      readonly article?: string;
      readonly validFrom: string;
      readonly validUntil?: string;
    }[];
    readonly applications: readonly string[];
    readonly authorisation: 'none' | 'data-subject' | 'case';
  };
  readonly scope: {
    /** An allow-list: what is absent is never delivered. */
    readonly fields: readonly AgreedField[];
    /** CEL over `row.<field>`; absent: all rows. */
    readonly rows?: string;
    readonly onRowExit: 'retract' | 'freeze';
    readonly backfill: 'snapshot' | 'none';
  };
  readonly delivery: Delivery;
  readonly slaProperties: readonly {
    readonly property: string;
    readonly value: number;
    readonly unit: string;
  }[];
  readonly obligations: {
    readonly provide: readonly Readonly<Record<string, unknown>>[];
    readonly use: readonly Readonly<Record<string, unknown>>[];
    readonly dispose: readonly Readonly<Record<string, unknown>>[];
    readonly security: readonly Readonly<Record<string, unknown>>[];
  };
  /** Half-open [notBefore, notAfter), RFC 3339 with zone. */
  readonly validity: {
    readonly notBefore: string;
    readonly notAfter: string;
    readonly nextReassessment?: string;
    readonly noticeDays: number;
  };
  readonly authoritativeDefinitions: readonly Readonly<Record<string, unknown>>[];
  readonly customProperties: readonly Readonly<Record<string, unknown>>[];
};

export const AGREEMENT_STATES = [
  'draft',
  'requested',
  'under-review',
  'countered',
  'rejected',
  'disputed',
  'agreed',
  'filed',
  'active',
  'suspended',
  'superseded',
  'revoked',
  'expired',
  'purging',
  'closed',
  'withdrawn',
] as const;
export type AgreementState = (typeof AGREEMENT_STATES)[number];

/** Every name that follows from an agreement's id, never from its text. */
export function pairNames(agreementId: string): {
  readonly topic: string;
  readonly receiptTopic: string;
  readonly user: string;
  readonly group: string;
} {
  return {
    topic: `pair.${agreementId}`,
    receiptTopic: `receipt.${agreementId}`,
    user: `pair-${agreementId}`,
    group: `pair-${agreementId}`,
  };
}
