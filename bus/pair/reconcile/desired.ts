/**
 * What should exist on the broker for the pairs of the control database and for the gateway that
 * serves them: a desired state like that of sources and views, so that plan, apply and drift are
 * the same thing. Pure. Owns everything named after one of these agreements, whoever made it.
 */
import { cutTopic } from '../gateway/daily/cuts.ts';
import { pairNames } from '../../agreement/agreement.ts';
import type { AclRule, TopicSpec } from '../../kafka/kafka.ts';
import { ownerOf } from '../../plan/ownership.ts';
import type { Desired, DesiredUser } from '../../plan/plan.ts';
import { userPasswordFile } from '../../plan/view-access.ts';
import {
  GATEWAY,
  gatewayAcls,
  type GatewayNames,
  gatewayPairAcls,
  gatewayTopics,
  subscriberAcls,
} from '../access.ts';
import type { CompiledPair } from '../pair.ts';
import { mayRead, type Standing } from './standing.ts';

/** A pair that is wanted on the broker; without `pair` only rights can be said: it never compiled. */
export type WantedPair = {
  readonly agreementId: string;
  readonly standing: Standing;
  readonly pair: CompiledPair | undefined;
};

export type DesiredPairsOptions = {
  /** Passwords of users are made and kept there. */
  readonly secretsFolder: string;
  /** Of the gateway's own topics. */
  readonly replication: number;
  readonly gateway?: GatewayNames;
};

/** Kinds of which nothing may outlive its agreement; topics hold what was delivered and wait for `--prune`. */
export const PAIR_PRUNE = ['grant', 'user'] as const;

/** Desired state of all pairs of one control database: one that is left out loses everything it has. */
export function desiredPairs(
  wanted: readonly WantedPair[],
  { secretsFolder, replication, gateway = GATEWAY }: DesiredPairsOptions,
): Desired {
  const here = wanted.filter(({ standing }) => standing !== 'gone');
  const user = (name: string): DesiredUser => ({
    name,
    passwordFile: userPasswordFile(secretsFolder, name),
  });
  const viewTopics = here.flatMap(({ pair }) =>
    pair ? [pair.resource.topic, ...(pair.delivery.daily ? [cutTopic(pair.resource)] : [])] : [],
  );
  return {
    scope: [...gatewayScope(gateway), ...wanted.map(({ agreementId }) => `pair/${agreementId}`)],
    topics: [...gatewayTopics({ replication }, gateway), ...here.flatMap(topicsOf)],
    users: [
      user(gateway.user),
      ...here.map(({ agreementId }) => user(pairNames(agreementId).user)),
    ],
    secretFiles: [],
    acls: [...gatewayAcls(viewTopics, gateway), ...here.flatMap((one) => rightsOf(one, gateway))],
    connectors: [],
    guardedTopics: wanted.flatMap(({ agreementId }) => {
      const { topic, receiptTopic } = pairNames(agreementId);
      return [topic, receiptTopic];
    }),
  };
}

/** A gateway of another name (of tests beside others) owns nothing that goes by the usual one. */
function gatewayScope({ user }: GatewayNames): string[] {
  const owner = ownerOf('user', user);
  return owner === undefined ? [] : [`${owner.slice(0, owner.indexOf('/'))}/*`];
}

/** The same, without topics: what taking a right away needs, and no more. */
export function rightsOnly(desired: Desired): Desired {
  return { ...desired, topics: [] };
}

function topicsOf({ pair }: WantedPair): TopicSpec[] {
  return pair ? [pair.topic, pair.receiptTopic] : [];
}

function rightsOf({ agreementId, standing }: WantedPair, gateway: GatewayNames): AclRule[] {
  const names = pairNames(agreementId);
  return [
    ...subscriberAcls(names, { mayRead: mayRead(standing) }),
    // Without its right the gateway lets go of this pair and of no other.
    ...(standing === 'distrusted' ? [] : gatewayPairAcls(names, gateway)),
  ];
}
