/**
 * What has happened to an agreement, from the control database of the stack: every event with the
 * states it led from and to, and whether the whole chain still is what was signed. Changes nothing,
 * and makes no control database where there is none.
 */
import type { AgreementContent } from '../../bus/agreement/agreement.ts';
import {
  EMPTY_CHAIN,
  extendChain,
  lineOf,
  type Contents,
} from '../../bus/agreement/lifecycle/fold.ts';
import type { LineState, SignedEvent } from '../../bus/agreement/lifecycle/verbs.ts';
import { isBusError } from '../../bus/base/errors.ts';
import { readAgreement } from '../../bus/control/record.ts';
import { type Resync, readResyncs } from '../../bus/control/resyncs.ts';
import { verifyChain } from '../../bus/control/verify-chain.ts';
import type { Cli } from '../globals.ts';
import { hasControl, openControl } from '../stack/control.ts';
import type { AgreementWorld } from './world.ts';

export type HistoryItem = Omit<SignedEvent, 'agreementId' | 'jws' | 'previousEventHash'> & {
  readonly from: LineState;
  readonly to: LineState;
};

export type VersionState = {
  readonly version: string;
  readonly state: LineState;
  readonly since: string;
  readonly contentHash: string;
};

export type ResyncItem = Omit<Resync, 'agreementId' | 'atMs'> & { readonly time: string };

export type AgreementHistory = {
  /** In the order in which they were created. */
  readonly versions: readonly VersionState[];
  readonly events: readonly HistoryItem[];
  /** Whole copies that were asked for; no events, because they change no state. */
  readonly resyncs: readonly ResyncItem[];
  /** What no longer is as it was signed; empty when all is well. */
  readonly faults: readonly string[];
  /** Content by hash. */
  readonly contents: ReadonlyMap<string, AgreementContent>;
};

/** undefined: no stack runs, it has no control database, or nobody has submitted the agreement there. */
export async function agreementHistory(
  { openStack }: Pick<Cli, 'openStack'>,
  world: AgreementWorld,
  idOrName: string,
): Promise<AgreementHistory | undefined> {
  try {
    const access = await openStack();
    if (!(await hasControl(access))) return undefined;
    const control = await openControl(access, world);
    const { agreementId, events, chain, contents } = await readAgreement(control.db, idOrName);
    const { faults } = await verifyChain(control, agreementId);
    const versions = [...chain.lines.values()].map(({ version, state, since, contentHash }) => ({
      version,
      state,
      since,
      contentHash,
    }));
    const resyncs = (await readResyncs(control.db, agreementId)).map(
      ({ agreementId: _id, atMs, ...one }) => ({ ...one, time: new Date(atMs).toISOString() }),
    );
    return { versions, events: itemsOf(events, contents), resyncs, faults, contents };
  } catch (error) {
    if (isBusError(error, 'STACK_NOT_RUNNING', 'LIFECYCLE_UNKNOWN')) return undefined;
    throw error;
  }
}

function itemsOf(events: readonly SignedEvent[], contents: Contents): HistoryItem[] {
  let chain = EMPTY_CHAIN;
  return events.map((event) => {
    const from = lineOf(chain, event.version).state;
    chain = extendChain(chain, event, contents);
    const to = lineOf(chain, event.version).state;
    const { version, contentHash, verb, org, role, time, reason, data } = event;
    return { version, contentHash, verb, org, role, time, reason, data, from, to };
  });
}
