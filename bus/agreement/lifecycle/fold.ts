/**
 * State is a fold of events. Folding also proves the chain: each event names the hash of the one
 * before, times do not go back, and every step is one that the table allows to the role that took
 * it. What a guard asked when the event was taken in is not asked again.
 */
import { BusError } from '../../base/errors.ts';
import { isPermitted } from './decide.ts';
import { eventHash } from './event.ts';
import { newLine, step, type Line } from './line.ts';
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

export const EMPTY_CHAIN: Chain = { head: null, length: 0, lastTime: '', lines: new Map() };

/** The state of every version. Throws LIFECYCLE_CHAIN_BROKEN at the first event that does not follow. */
export function foldEvents(events: readonly SignedEvent[]): Chain {
  return events.reduce(extendChain, EMPTY_CHAIN);
}

/** The chain after one more event. Throws LIFECYCLE_CHAIN_BROKEN. */
export function extendChain(chain: Chain, event: SignedEvent): Chain {
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
  const lines = new Map(chain.lines).set(event.version, step(line, event));
  return { head: eventHash(event), length: chain.length + 1, lastTime: event.time, lines };
}

export function lineOf(chain: Chain, version: string): Line {
  return chain.lines.get(version) ?? newLine(version);
}
