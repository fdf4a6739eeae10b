/**
 * The words of an agreement's lifecycle: what can be done to a version of it, by whom, and how an
 * event of it looks. Pure data. SPEC.md says what each word means.
 */
import type { AgreementState } from '../agreement.ts';

export const VERBS = [
  'create',
  'submit',
  'approve',
  'counter',
  'reject',
  'dispute',
  'mediate',
  'sign',
  'file',
  'activate',
  'suspend',
  'resume',
  'supersede',
  'revoke',
  'expire',
  'purge',
  'confirm-purge',
  'withdraw',
] as const;
export type Verb = (typeof VERBS)[number];

/** `none`: this version does not exist yet. */
export type LineState = 'none' | AgreementState;

/** `holder`: one who suspended it and has not resumed it since. */
export const ROLES = ['subscriber', 'provider', 'authority', 'bus'] as const;
export type Role = (typeof ROLES)[number];
export type Who = Role | 'holder';

/** The bus's own name among the organizations: it signs what clocks and checks decide. */
export const BUS_ORG = 'CIVICBUS';

/** Facts of an event beside its verb, e.g. the filing number; flat, never personal. */
export type EventData = Readonly<Record<string, string>>;

/** One thing that happened to one version, signed by the organization that did it. */
export type LifecycleEvent = {
  readonly agreementId: string;
  readonly version: string;
  /** Of the content it is about; `create` and `counter` bring a new one. */
  readonly contentHash: string;
  readonly verb: Verb;
  readonly org: string;
  readonly role: Role;
  /** RFC 3339 in UTC with milliseconds. */
  readonly time: string;
  /** Empty where none is asked for. */
  readonly reason: string;
  readonly data: EventData;
  /** Of the agreement's last event, whichever version it was about; null for its first. */
  readonly previousEventHash: string | null;
};

export type SignedEvent = LifecycleEvent & {
  /** Detached JWS over everything above. */
  readonly jws: string;
};

/** Verbs that only the bus's own clock and checks bring about. */
export const BUS_VERBS = ['activate', 'supersede', 'expire'] as const satisfies readonly Verb[];
