/**
 * Who may do what on the broker because of sharing pairs. A subscriber reads its own topic in its
 * own group and writes its own receipts; the gateway reads views and writes pairs. Every rule is
 * literal but one: the gateway's transactional ids, of which there is one per shard and lane.
 */
import type { pairNames } from '../agreement/agreement.ts';
import type { AclRule, TopicSpec } from '../kafka/kafka.ts';

export type PairNames = ReturnType<typeof pairNames>;

export type GatewayNames = {
  readonly user: string;
  readonly group: string;
  /** What it has done, by main, lane and pair; compacted. */
  readonly progressTopic: string;
  /** One record for every transaction in which something was delivered. */
  readonly auditTopic: string;
  /** The signed events of every agreement, in their order. */
  readonly lifecycleTopic: string;
  /** Prefix of its transactional ids, with the dot, so that another user's name cannot begin alike. */
  readonly transactionalPrefix: string;
};

export const GATEWAY: GatewayNames = {
  user: 'gateway',
  group: 'gateway',
  progressTopic: 'gateway.progress',
  auditTopic: 'gateway.audit',
  lifecycleTopic: 'agreement.lifecycle',
  transactionalPrefix: 'gateway.',
};

/** Shards of the gateway: fixed, because progress is kept by shard. */
export const GATEWAY_SHARDS = 4;

/**
 * The rights of a subscriber's user. With `mayRead` false it reads nothing, and keeps what hands in
 * receipts and its group: a member that may not leave it would be waited for when it may read again.
 */
export function subscriberAcls(
  names: PairNames,
  { mayRead = true }: { readonly mayRead?: boolean } = {},
): AclRule[] {
  const rule = ruleFor(names.user);
  const always = [rule('group', names.group, 'read'), rule('topic', names.receiptTopic, 'write')];
  return mayRead ? [...readAcls(names), ...always] : always;
}

/** Those of a subscriber's rights that a suspension takes away. */
export function readAcls(names: PairNames): AclRule[] {
  return [ruleFor(names.user)('topic', names.topic, 'read')];
}

/** What the gateway needs for one pair. */
export function gatewayPairAcls(
  names: Pick<PairNames, 'topic' | 'receiptTopic'>,
  gateway: GatewayNames = GATEWAY,
): AclRule[] {
  const rule = ruleFor(gateway.user);
  return [rule('topic', names.topic, 'write'), rule('topic', names.receiptTopic, 'read')];
}

/** What the gateway needs whatever the pairs are, and READ on the view topics that any pair comes from. */
export function gatewayAcls(
  viewTopics: readonly string[],
  gateway: GatewayNames = GATEWAY,
): AclRule[] {
  const rule = ruleFor(gateway.user);
  const topics = [...new Set(viewTopics)].sort();
  return [
    rule('topic', gateway.progressTopic, 'read'),
    rule('topic', gateway.progressTopic, 'write'),
    rule('topic', gateway.auditTopic, 'write'),
    rule('group', gateway.group, 'read'),
    {
      ...rule('transactional-id', gateway.transactionalPrefix, 'write'),
      match: 'prefixed',
    },
    ...topics.map((topic) => rule('topic', topic, 'read')),
  ];
}

/** The gateway's own topics, and the log of agreements. */
export function gatewayTopics(
  { replication }: { readonly replication: number },
  gateway: GatewayNames = GATEWAY,
): TopicSpec[] {
  const config = (policy: Readonly<Record<string, string>>) => ({
    ...policy,
    'min.insync.replicas': insync(replication),
  });
  const forever = { 'cleanup.policy': 'delete', 'retention.ms': '-1' };
  return [
    {
      name: gateway.progressTopic,
      partitions: GATEWAY_SHARDS,
      replication,
      config: config({ 'cleanup.policy': 'compact' }),
    },
    // Kept until the archiver has chained and signed it; only then may anything of it go.
    { name: gateway.auditTopic, partitions: 1, replication, config: config(forever) },
    { name: gateway.lifecycleTopic, partitions: 1, replication, config: config(forever) },
  ];
}

/** One broker may be away without stopping delivery, where there are enough of them. */
export function insync(replication: number): string {
  return String(Math.max(1, replication - 1));
}

function ruleFor(user: string) {
  return (
    resource: AclRule['resource'],
    name: string,
    operation: AclRule['operation'],
  ): AclRule => ({ principal: `User:${user}`, resource, name, match: 'literal', operation });
}
