/**
 * State is a fold of events. Folding also proves the chain: each event names the hash of the one
 * before, times do not go back, every step is one that the table allows to the role that took it,
 * and each side accepted with the key that the document names. What a guard asked when the event was
 * taken in is not asked again.
 */
import { BusError } from '../../base/errors.ts';
import type { AgreementContent } from '../agreement.ts';
import { isPermitted } from './decide.ts';
import { eventHash } from './event.ts';
import { newLine, step, type Line } from './line.ts';
import { signerFault } from './signer.ts';
import { isTransition, TRANSITIONS } from './transitions.ts';
import type { SignedEvent } from './verbs.ts';

export type Chain = {
  /** Hash of the last event; null before the first. */
  readonly head: string | null;
  readonly length: number;
  readonly lastTime: string;
  /** By version, in the order in which they were created. */
  readonly lines: ReadonlyMap<string, Line>;
};

/** Every document that was ever proposed for the agreement, by content hash. */
export type Contents = ReadonlyMap<string, AgreementContent>;

export const EMPTY_CHAIN: Chain = { head: null, length: 0, lastTime: '', lines: new Map() };

/** The state of every version. Throws LIFECYCLE_CHAIN_BROKEN at the first event that does not follow. */
export function foldEvents(events: readonly SignedEvent[], contents: Contents): Chain {
  return events.reduce((chain, event) => extendChain(chain, event, contents), EMPTY_CHAIN);
}

/** The chain after one more event. Throws LIFECYCLE_CHAIN_BROKEN. */
export function extendChain(chain: Chain, event: SignedEvent, contents: Contents): Chain {
  const line = lineOf(chain, event.version);
  const rule = TRANSITIONS[line.state][event.verb];
  const broken = (why: string) =>
    new BusError('LIFECYCLE_CHAIN_BROKEN', {
      id: event.agreementId,
      position: chain.length + 1,
      why,
    });
  if (event.previousEventHash !== chain.head) throw broken('it does not name the event before it');
  if (event.time < chain.lastTime) throw broken('it is older than the event before it');
  if (!isTransition(rule)) {
    throw broken(`"${event.verb}" is impossible in state ${line.state}`);
  }
  if (!isPermitted(rule.who, line, event)) {
    throw broken(`"${event.verb}" is not for the ${event.role} in state ${line.state}`);
  }
  const why = acceptanceFault(event, contents);
  if (why !== undefined) throw broken(why);
  const lines = new Map(chain.lines).set(event.version, step(line, event));
  return { head: eventHash(event), length: chain.length + 1, lastTime: event.time, lines };
}

/** Whether the party accepted with the key that the document names can only be told with the document. */
function acceptanceFault(event: SignedEvent, contents: Contents): string | undefined {
  if (event.verb !== 'sign') return undefined;
  const content = contents.get(event.contentHash);
  if (content === undefined)
    return `it accepts ${event.contentHash}, and no such document is there`;
  const fault = signerFault(event, content);
  return fault && `${fault.party} accepts with ${fault.named}, and ${fault.used} signed`;
}

export function lineOf(chain: Chain, version: string): Line {
  return chain.lines.get(version) ?? newLine(version);
}
