/**
 * An agreement on the real broker as `civicbus apply` leaves it: topics, the subscriber's user with
 * its rights, registered schemas; and a feed that plays the gateway.
 */
import { pairNames } from '../../../bus/agreement/agreement.ts';
import { newSecret } from '../../../bus/base/secrets.ts';
import type { AclRule, KafkaAdmin, OutgoingRecord } from '../../../bus/kafka/kafka.ts';
import { pieces } from '../../../bus/pair/subscriber/reduce.ts';
import { createConfluentRegistry } from '../../../bus/registry/confluent/confluent-registry.ts';
import type { SchemaRegistry } from '../../../bus/registry/registry.ts';
import type { Login } from '../../../infra/stack.ts';
import type { Credentials, TestStack } from '../env.ts';
import { FIELDS } from './copy-rig.ts';
import { PairFeed } from './pair-feed.ts';

export type RealPair = {
  readonly agreementId: string;
  readonly feed: PairFeed;
  readonly as: Credentials;
  readonly admin: KafkaAdmin;
  /** The right that a suspension takes away. */
  readonly read: AclRule;
  /** Writes to the topic what the feed holds and it does not. */
  flush(): Promise<void>;
};

/** A factory of such agreements; `idOf` names them, by default after the test file. */
export async function realPairs(
  stack: TestStack,
  idOf: (serial: number) => string = (serial) => `${stack.prefix}-${serial}`,
): Promise<(partitions: number) => Promise<RealPair>> {
  const kafka = await stack.kafka();
  const admin = await kafka.admin();
  const producer = await kafka.producer();
  stack.atEnd(() => admin.close());
  stack.atEnd(() => producer.close());
  const registry = await registryAs(stack, stack.endpoints.registry.developer);
  let serial = 0;
  return async (partitions) => {
    const agreementId = idOf(++serial);
    const { topic, receiptTopic } = pairNames(agreementId);
    const { read, as } = await grant(stack, admin, agreementId, partitions);
    const feed = new PairFeed(FIELDS, partitions);
    const { keySchema, valueSchema } = feed.schemas;
    const key = await registry.register(`${topic}-key`, JSON.parse(keySchema));
    const value = await registry.register(`${topic}-value`, JSON.parse(valueSchema));
    feed.register({ key, value });
    stack.atEnd(() => admin.deleteTopics([topic, receiptTopic]));
    const sent = Array.from({ length: partitions }, () => 0n);
    return {
      agreementId,
      feed,
      as,
      admin,
      read,
      async flush() {
        for (let partition = 0; partition < partitions; partition++) {
          const from = sent[partition]!;
          const records = feed.records(partition, { from, count: 100_000 });
          const out = records.map((record): OutgoingRecord => ({ ...record, partition }));
          for (const piece of pieces(out, 2_000)) await producer.send(topic, piece);
          sent[partition] = from + BigInt(records.length);
        }
      },
    };
  };
}

export async function registryAs(stack: TestStack, login: Login): Promise<SchemaRegistry> {
  const { url, nativeUrl } = stack.endpoints.registry;
  return createConfluentRegistry({
    url,
    nativeUrl,
    user: login.user,
    password: await stack.password(login),
  });
}

async function grant(
  stack: TestStack,
  admin: KafkaAdmin,
  agreementId: string,
  partitions: number,
): Promise<{ readonly read: AclRule; readonly as: Credentials }> {
  const { topic, receiptTopic, user, group } = pairNames(agreementId);
  const password = newSecret();
  await admin.createTopics([
    { name: topic, partitions, replication: 1 },
    { name: receiptTopic, partitions: 1, replication: 1 },
  ]);
  await admin.setUsers([{ name: user, password }]);
  const allow = (
    resource: AclRule['resource'],
    name: string,
    operation: AclRule['operation'],
  ): AclRule => ({ principal: `User:${user}`, resource, name, match: 'literal', operation });
  const read = allow('topic', topic, 'read');
  const acls = [read, allow('group', group, 'read'), allow('topic', receiptTopic, 'write')];
  await admin.createAcls(acls);
  stack.atEnd(async () => {
    await admin.deleteAcls(acls);
    await admin.deleteUsers([user]);
  });
  return { read, as: { user, password } };
}
