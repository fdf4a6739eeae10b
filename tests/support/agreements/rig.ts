/**
 * Sharing pairs on the real broker: agreements with ids of their own, a gateway whose names nobody
 * else has, and everything taken away at the end.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AgreementContent, pairNames } from '../../../bus/agreement/agreement.ts';
import { contentHash } from '../../../bus/agreement/canonical/canonical.ts';
import type { Resource } from '../../../bus/agreement/resource.ts';
import { readSecretFile } from '../../../bus/base/secrets.ts';
import type { KafkaAdmin, KafkaBus } from '../../../bus/kafka/kafka.ts';
import { gatewayAcls, gatewayTopics, type GatewayNames } from '../../../bus/pair/access.ts';
import { compilePair } from '../../../bus/pair/compile/compile-pair.ts';
import type { CompiledPair } from '../../../bus/pair/pair.ts';
import type { PlanPairsOptions } from '../../../bus/pair/reconcile/plan-pairs.ts';
import { userPasswordFile } from '../../../bus/plan/view-access.ts';
import { createConfluentRegistry } from '../../../bus/registry/confluent/confluent-registry.ts';
import type { SchemaRegistry } from '../../../bus/registry/registry.ts';
import type { TestStack } from '../env.ts';
import { CONTRACTS_TO_TAX } from './contents.ts';
import { CONTRACT } from './resources.ts';

export type PairRig = {
  readonly admin: KafkaAdmin;
  /** As one who may register schemas. */
  readonly registry: SchemaRegistry;
  readonly gateway: GatewayNames;
  /** A resource whose change topic is this rig's own. */
  readonly resource: Resource;
  readonly plan: Pick<PlanPairsOptions, 'secretsFolder' | 'replication' | 'gateway'>;
  /** An agreement about it with an id that nobody else has. */
  agreement(more?: Partial<AgreementContent>): AgreementContent;
  compile(content: AgreementContent): CompiledPair;
  /** The broker as a user that applying has made. */
  as(user: string): Promise<KafkaBus>;
};

export async function pairRig(stack: TestStack): Promise<PairRig> {
  const { prefix, endpoints } = stack;
  const admin = await (await stack.kafka()).admin();
  const gateway = gatewayOf(prefix);
  const resource = ownResource(prefix);
  const secretsFolder = await mkdtemp(join(tmpdir(), `${prefix}-`));
  const ids: string[] = [];
  await admin.createTopics([{ name: resource.rows.topic, partitions: 1, replication: 1 }]);
  stack.atEnd(async () => {
    await removeAll(admin, { ids, gateway, resource });
    await admin.close();
  });
  const { developer, url, nativeUrl } = endpoints.registry;
  const password = await stack.password(developer);
  return {
    admin,
    registry: createConfluentRegistry({ url, nativeUrl, user: developer.user, password }),
    gateway,
    resource,
    plan: { secretsFolder, replication: 1, gateway },
    agreement(more = {}) {
      const id = randomUUID();
      ids.push(id);
      return { ...CONTRACTS_TO_TAX, id, name: `${prefix}-${ids.length}`, ...more };
    },
    compile(content) {
      const result = compilePair(content, resource, {
        contentHash: contentHash(content),
        gateway,
      });
      if ('problems' in result) throw new Error(JSON.stringify(result.problems));
      return result.pair;
    },
    as: async (user) =>
      stack.kafka({ user, password: await readSecretFile(userPasswordFile(secretsFolder, user)) }),
  };
}

function gatewayOf(prefix: string): GatewayNames {
  return {
    user: `${prefix}-gateway`,
    group: `${prefix}-gateway`,
    progressTopic: `${prefix}.progress`,
    auditTopic: `${prefix}.audit`,
    lifecycleTopic: `${prefix}.lifecycle`,
    transactionalPrefix: `${prefix}-gateway.`,
  };
}

function ownResource(prefix: string): Resource {
  return { ...CONTRACT, rows: { ...CONTRACT.rows, topic: `${prefix}.rows` } };
}

async function removeAll(
  admin: KafkaAdmin,
  {
    ids,
    gateway,
    resource,
  }: {
    readonly ids: readonly string[];
    readonly gateway: GatewayNames;
    readonly resource: Resource;
  },
): Promise<void> {
  const names = ids.map((id) => pairNames(id));
  const users = [gateway.user, ...names.map(({ user }) => user)];
  const principals = new Set(users.map((user) => `User:${user}`));
  const acls = (await admin.listAcls()).filter(({ principal }) => principals.has(principal));
  await admin.deleteAcls([...acls, ...gatewayAcls([], gateway)]);
  const known = new Set(await admin.listUsers());
  await admin.deleteUsers(users.filter((user) => known.has(user)));
  const topics = [
    resource.rows.topic,
    ...gatewayTopics({ replication: 1 }, gateway).map(({ name }) => name),
    ...names.flatMap(({ topic, receiptTopic }) => [topic, receiptTopic]),
  ];
  const there = new Set(await admin.listTopics());
  await admin.deleteTopics(topics.filter((topic) => there.has(topic)));
}
