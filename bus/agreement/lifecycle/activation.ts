/**
 * Coming into force: which events make one version take over, and in which order. The predecessor's
 * end and the successor's beginning are two events of one transaction, so that no moment has both
 * or neither.
 */
import type { AgreementContent } from '../agreement.ts';
import type { Chain } from './fold.ts';
import { eventHash } from './event.ts';
import {
  BUS_ORG,
  type EventData,
  type LifecycleEvent,
  type SignedEvent,
  type Verb,
} from './verbs.ts';

/** The version that `content` names as superseded, where it is in a state that can be superseded now. */
export function predecessorOf(chain: Chain, { supersedes }: AgreementContent): string | undefined {
  const line = supersedes && chain.lines.get(supersedes.version);
  return line?.state === 'active' || line?.state === 'expired' ? line.version : undefined;
}

/** What is done next to the agreement, not chained and not signed yet. */
export type Draft = Pick<LifecycleEvent, 'version' | 'contentHash' | 'verb' | 'org' | 'role'> & {
  readonly reason?: string;
  readonly data?: EventData;
};

/** The bus's own events that put `version` in force. */
export function activationDrafts(
  chain: Chain,
  content: AgreementContent,
  contentHash: string,
): readonly Draft[] {
  const { version } = content;
  const activate = busDraft('activate', { version, contentHash });
  const predecessor = predecessorOf(chain, content);
  const line = predecessor === undefined ? undefined : chain.lines.get(predecessor);
  return line === undefined
    ? [activate]
    : [{ ...busDraft('supersede', line), data: { by: version } }, activate];
}

/** Something that the bus itself does to a version. */
export function busDraft(
  verb: Verb,
  { version, contentHash }: Pick<Draft, 'version' | 'contentHash'>,
): Draft {
  return { version, contentHash, verb, org: BUS_ORG, role: 'bus' };
}

/** Chains and signs `drafts` one after the other behind `chain`. */
export async function signDrafts(
  {
    agreementId,
    chain,
    nowMs,
  }: { readonly agreementId: string; readonly chain: Chain; readonly nowMs: number },
  drafts: readonly Draft[],
  sign: (event: LifecycleEvent) => Promise<SignedEvent>,
): Promise<readonly SignedEvent[]> {
  const events: SignedEvent[] = [];
  let previousEventHash = chain.head;
  // A clock that went back must not make the chain refuse what is done now.
  const time = latest(new Date(nowMs).toISOString(), chain.lastTime);
  for (const { reason = '', data = {}, ...draft } of drafts) {
    const event = await sign({ ...draft, agreementId, reason, data, time, previousEventHash });
    previousEventHash = eventHash(event);
    events.push(event);
  }
  return events;
}

function latest(a: string, b: string): string {
  return a < b ? b : a;
}
