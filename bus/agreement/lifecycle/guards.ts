/**
 * The guards of the lifecycle: pure questions about facts that the caller has gathered. Each answers
 * why it does not let the event pass, as the end of a sentence, or undefined. All guards of a
 * transition are asked, so that one refusal names everything that is missing.
 */
import type { AgreementContent } from '../agreement.ts';
import type { SharingType } from '../resource.ts';
import type { Line } from './line.ts';
import type { LifecycleEvent, LineState } from './verbs.ts';

/** Another version of the same agreement. */
export type OtherVersion = {
  readonly version: string;
  readonly state: LineState;
  readonly content: AgreementContent;
};

export type Facts = {
  readonly nowMs: number;
  /** Of the event's content hash. */
  readonly content: AgreementContent;
  readonly others: readonly OtherVersion[];
  /** Content that stood in this version before; a counter-proposal is compared with it. */
  readonly standing?: AgreementContent;
  /** What the linter calls an error, one sentence each. */
  readonly problems: readonly string[];
  /** How far the resource may be shared; undefined when no catalogue has it. */
  readonly sharing?: SharingType;
  /** The moment from which a rejection can no longer be disputed. */
  readonly disputeUntilMs?: number;
  readonly filingNumberTaken: boolean;
  /** Content hash that topic, rights, schemas and deployment stand for now. */
  readonly deployedHash?: string;
  readonly auditWritable: boolean;
  /** The version that comes into force in the same transaction. */
  readonly activating?: string;
  /** A purge receipt whose signature was checked, and the rows it says are left. */
  readonly receipt?: { readonly rowsLeft: number };
};

type Guard = (asked: {
  readonly line: Line;
  readonly event: LifecycleEvent;
  readonly facts: Facts;
}) => string | undefined;

/** States of a version that is still on its way to being in force. */
const PROPOSED: readonly LineState[] = [
  'draft',
  'requested',
  'under-review',
  'countered',
  'disputed',
  'agreed',
  'filed',
];
/** States of a version whose rows may still stand at the subscriber. */
const DELIVERED: readonly LineState[] = ['active', 'suspended', 'revoked', 'expired', 'purging'];

export const GUARDS = {
  reason: ({ event }) => when(event.reason.trim() === '', 'a reason has to be given'),
  'resource-shared': ({ facts: { sharing, content } }) => {
    const id = content.resource.resourceId;
    if (sharing === undefined) return `resource ${id} is in no catalogue`;
    return when(sharing === 'not-shared', `resource ${id} is registered as not shared`);
  },
  'lint-clean': ({ facts: { problems } }) =>
    when(
      problems.length > 0,
      `the agreement has ${problems.length} error(s): ${problems.join('; ')}`,
    ),
  'same-parties': ({ facts: { content, others, standing } }) => {
    const earlier = standing ?? others.at(-1)?.content;
    const differing = earlier === undefined ? [] : differingIdentity(content, earlier);
    return when(
      differing.length > 0,
      `all versions of an agreement share ${differing.join(', ')}, which differ`,
    );
  },
  'no-other-proposal': ({ facts: { others } }) => {
    const open = others.find(({ state }) => PROPOSED.includes(state));
    return open && `version ${open.version} is ${open.state}; one proposal at a time`;
  },
  'changed-content': ({ line, event }) =>
    when(
      event.contentHash === line.contentHash,
      'a counter-proposal has to change the content, and this one does not',
    ),
  'not-signed-yet': ({ line, event }) =>
    when(
      line.signed.some((role) => role === event.role),
      `the ${event.role} has signed this content already`,
    ),
  'in-dispute-time': ({ facts: { nowMs, disputeUntilMs } }) =>
    when(
      disputeUntilMs === undefined || nowMs >= disputeUntilMs,
      'the time for disputing the rejection has passed',
    ),
  'filing-number': ({ event }) =>
    when((event.data['number'] ?? '').trim() === '', 'a filing number has to be given'),
  'filing-number-free': ({ event, facts }) =>
    when(
      facts.filingNumberTaken,
      `filing number ${event.data['number'] ?? ''} belongs to another agreement`,
    ),
  'not-after-ahead': ({ facts: { nowMs, content } }) =>
    when(
      nowMs >= Date.parse(content.validity.notAfter),
      `its validity ended at ${content.validity.notAfter}`,
    ),
  'in-force-time': ({ facts: { nowMs, content } }) => {
    const { notBefore, notAfter } = content.validity;
    if (nowMs < Date.parse(notBefore)) return `it comes into force at ${notBefore}, not before`;
    return when(nowMs >= Date.parse(notAfter), `its validity ended at ${notAfter}`);
  },
  deployed: ({ event, facts: { deployedHash } }) =>
    when(
      deployedHash !== event.contentHash,
      'topic, rights and schemas of this content are not deployed yet',
    ),
  'audit-writable': ({ facts }) =>
    when(!facts.auditWritable, 'the audit record cannot be written now'),
  'way-clear': ({ facts: { others } }) => {
    const before = others.find(({ state }) => DELIVERED.includes(state));
    return before && `version ${before.version} is ${before.state} and was not superseded`;
  },
  'successor-activates': ({ line, event, facts: { activating, others } }) => {
    const next = others.find(({ version }) => version === event.data['by']);
    if (next === undefined || next.version !== activating || next.state !== 'filed') {
      return 'no filed version comes into force with it';
    }
    const named = next.content.supersedes;
    return when(
      named?.version !== line.version || named.contentHash !== line.contentHash,
      `version ${next.version} does not name this version and content as the one it supersedes`,
    );
  },
  'past-not-after': ({ facts: { nowMs, content } }) =>
    when(
      nowMs < Date.parse(content.validity.notAfter),
      `it is valid until ${content.validity.notAfter}`,
    ),
  'no-successor-waits': ({ facts: { others, content } }) => {
    const next = others.find(
      ({ state, content: { supersedes, validity } }) =>
        state === 'filed' &&
        supersedes?.version === content.version &&
        Date.parse(validity.notBefore) <= Date.parse(content.validity.notAfter),
    );
    return next && `version ${next.version} follows without a gap and takes over its rows`;
  },
  'not-holding': ({ line, event }) =>
    when(
      line.holds.some(({ org }) => org === event.org),
      `${event.org} has suspended it already`,
    ),
  'receipt-proved': ({ facts: { receipt } }) => {
    if (receipt === undefined) return 'there is no purge receipt whose signature holds';
    return when(receipt.rowsLeft !== 0, `the receipt leaves ${receipt.rowsLeft} rows`);
  },
} as const satisfies Readonly<Record<string, Guard>>;

export type GuardName = keyof typeof GUARDS;

/** What all versions of one agreement have in common. */
function differingIdentity(a: AgreementContent, b: AgreementContent): string[] {
  const identity = ({ id, name, provider, subscriber, resource }: AgreementContent) => ({
    id,
    name,
    provider: provider.orgId,
    subscriber: subscriber.orgId,
    resource: resource.resourceId,
  });
  const [left, right] = [identity(a), identity(b)];
  return (Object.keys(left) as (keyof typeof left)[]).filter((key) => left[key] !== right[key]);
}

function when(condition: boolean, why: string): string | undefined {
  return condition ? why : undefined;
}
