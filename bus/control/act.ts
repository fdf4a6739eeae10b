/**
 * Doing something to an agreement: reads the chain, works out the events, has them chained and
 * signed, and takes them in. When somebody else was quicker, everything is decided and signed again
 * on what stands then.
 */
import {
  activationDrafts,
  busDraft,
  signDrafts,
  type Draft,
} from '../agreement/lifecycle/activation.ts';
import { signEvent } from '../agreement/lifecycle/event.ts';
import { lineOf } from '../agreement/lifecycle/fold.ts';
import type { Verb } from '../agreement/lifecycle/verbs.ts';
import type { OrgSigningKey } from '../agreement/signature/keys.ts';
import { systemClock } from '../base/clock.ts';
import { BusError, isBusError } from '../base/errors.ts';
import { retry } from '../base/retry.ts';
import { appendEvents, type Append } from './append.ts';
import type { Control } from './control.ts';
import { readRecord, type AgreementRecord } from './record.ts';

export type Act = Pick<Append, 'agreementId' | 'documents' | 'receipt'> & {
  readonly key: OrgSigningKey;
  /** What to do, as the agreement stands at this moment. */
  readonly drafts: (record: AgreementRecord) => readonly Draft[];
};

const ATTEMPTS_MAX = 8;

/** Answers the agreement as it stands afterwards. Throws what `appendEvents` throws. */
export function act(control: Control, { drafts, key, ...append }: Act): Promise<AgreementRecord> {
  const { db, clock = systemClock } = control;
  const { agreementId } = append;
  return retry(
    async () => {
      const record = await readRecord(db, { agreementId, name: '' });
      const at = { agreementId, chain: record.chain, nowMs: clock.now() };
      const events = await signDrafts(at, drafts(record), (event) => signEvent(event, key));
      return appendEvents(control, { ...append, events });
    },
    { attemptsMax: ATTEMPTS_MAX, mayRetry: (error) => isBusError(error, 'LIFECYCLE_STALE') },
  );
}

/** What the bus's own clock brings about, with the predecessor's end where a version takes over. */
export function bringAbout(
  control: Control,
  {
    agreementId,
    version,
    verb,
    key,
  }: {
    readonly agreementId: string;
    readonly version: string;
    readonly verb: Extract<Verb, 'activate' | 'expire' | 'purge'>;
    /** The bus's own. */
    readonly key: OrgSigningKey;
  },
): Promise<AgreementRecord> {
  return act(control, {
    agreementId,
    key,
    drafts: ({ chain, contents }) => {
      const line = lineOf(chain, version);
      const content = contents.get(line.contentHash);
      return verb === 'activate' && content !== undefined
        ? activationDrafts(chain, content, line.contentHash)
        : [busDraft(verb, line)];
    },
  });
}

/** The subscriber's signed receipt closes the version; the caller has checked its signature. */
export function confirmPurge(
  control: Control,
  {
    agreementId,
    key,
    receipt,
  }: {
    readonly agreementId: string;
    readonly key: OrgSigningKey;
    /** `proof`: what the receipt can be found by, e.g. its hash. */
    readonly receipt: {
      readonly rowsLeft: number;
      readonly rowsDeleted: number;
      readonly proof: string;
    };
  },
): Promise<AgreementRecord> {
  const { rowsLeft, rowsDeleted, proof } = receipt;
  return act(control, {
    agreementId,
    key,
    receipt: { rowsLeft },
    drafts: ({ chain }) => {
      const line = [...chain.lines.values()].find(({ state }) => state === 'purging');
      if (line === undefined) throw noLine(agreementId, 'confirm-purge', [...chain.lines.keys()]);
      const data = { rowsDeleted: String(rowsDeleted), receipt: proof };
      return [{ ...busDraft('confirm-purge', line), data }];
    },
  });
}

/** The audit trail, security or quality asks for silence: held by the bus until it resumes it itself. */
export function suspendByBus(
  control: Control,
  {
    agreementId,
    version,
    reason,
    key,
  }: {
    readonly agreementId: string;
    readonly version: string;
    readonly reason: string;
    readonly key: OrgSigningKey;
  },
): Promise<AgreementRecord> {
  return act(control, {
    agreementId,
    key,
    drafts: ({ chain }) => [{ ...busDraft('suspend', lineOf(chain, version)), reason }],
  });
}

/** For callers that look for the version a verb could be about. */
export function noLine(name: string, verb: Verb, versions: readonly string[]): BusError {
  const shown = versions.length === 0 ? 'it has none' : versions.join(', ');
  return new BusError('LIFECYCLE_VERSION_UNKNOWN', { name, verb, versions: shown });
}
