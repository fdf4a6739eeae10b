/** Users × resources on the real broker: what an agreement gives can be done, and nothing else. */
import { describe, expect, test } from 'vitest';
import { pairNames } from '../../../bus/agreement/agreement.ts';
import type { KafkaAdmin, KafkaBus, LogReader } from '../../../bus/kafka/kafka.ts';
import { applyPairs, planPairs } from '../../../bus/pair/reconcile/plan-pairs.ts';
import type { DeploymentRow } from '../../../bus/control/deployments.ts';
import type { Standing } from '../../../bus/pair/reconcile/standing.ts';
import type { Wanted } from '../../../bus/pair/reconcile/wanted.ts';
import { testStack } from '../../support/env.ts';
import { pairRig } from '../../support/agreements/rig.ts';

const stack = await testStack('rights');
const rig = await pairRig(stack);
const [own, other, held] = [rig.agreement(), rig.agreement(), rig.agreement()];
const names = pairNames(own.id);
const others = pairNames(other.id);
const helds = pairNames(held.id);
const { gateway, resource } = rig;
const rowsTopic = resource.rows.topic;

function wanted(standings: readonly [Standing, Standing, Standing]): Wanted {
  const agreements = [own, other, held];
  return {
    pairs: agreements.map((content, index) => ({
      agreementId: content.id,
      standing: standings[index]!,
      pair: rig.compile(content),
    })),
    deployments: agreements.map((content) => ({
      agreementId: content.id,
      version: content.version,
      contentHash: rig.compile(content).agreement.contentHash,
      pair: rig.compile(content),
      generation: 1,
      isNew: true,
      changes: [],
    })),
    problems: [],
  };
}

const deployed: DeploymentRow[] = [];
const ports = {
  admin: rig.admin,
  registry: rig.registry,
  ensureKey: async () => true,
  putDeployment: async (one: DeploymentRow) => void deployed.push(one),
};

async function apply(standings: readonly [Standing, Standing, Standing]) {
  const plan = await planPairs(wanted(standings), ports, rig.plan);
  return applyPairs(plan, ports);
}

const report = await apply(['delivering', 'delivering', 'held']);
const subscriber = await clientsOf(names.user);
const suspended = await clientsOf(helds.user);
const gatewayClients = await clientsOf(gateway.user);

type Clients = { readonly bus: KafkaBus; readonly admin: KafkaAdmin; readonly reader: LogReader };

async function clientsOf(user: string): Promise<Clients> {
  const bus = await rig.as(user);
  const [admin, reader] = await Promise.all([bus.admin(), bus.reader()]);
  stack.atEnd(() => Promise.all([admin.close(), reader.close()]));
  return { bus, admin, reader };
}

async function read({ reader }: Clients, topic: string): Promise<string> {
  const [range] = await reader.fetch([{ topic, partition: 0, offset: 0n }], { waitMs: 0 });
  return range?.fault ?? 'ok';
}

/** 'ok', or the code of the refusal. */
async function outcome(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return 'ok';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

const write = ({ bus }: Clients, topic: string) =>
  outcome(async () => {
    const producer = await bus.producer();
    try {
      await producer.send(topic, [{ key: null, value: 'x' }]);
    } finally {
      await producer.close();
    }
  });

const transact = ({ bus }: Clients, id: string, topic: string) =>
  outcome(async () => {
    const producer = await bus.transactional(id);
    try {
      await producer.commit([{ topic, records: [{ key: 'k', value: 'x' }] }]);
    } finally {
      await producer.close();
    }
  });

/** Joins `group` on the user's own topic and says how that went. */
const join = ({ bus }: Clients, group: string) =>
  outcome(async () => {
    let joined: () => void = () => {};
    const claimed = new Promise<undefined>((resolve) => {
      joined = () => resolve(undefined);
    });
    const consumer = bus.consumer({
      group,
      topics: [names.topic],
      handler: {
        claim: async () => {
          joined();
          return new Map();
        },
        apply: async () => ({ kind: 'drop' }),
        skip: async () => ({ kind: 'drop' }),
      },
    });
    const starting = consumer.start();
    const ended = await Promise.race([claimed, consumer.ended, starting.then(() => claimed)]);
    await consumer.close();
    if (ended) throw ended;
  });

test('everything was made, and both schemas of each pair registered', async () => {
  expect(report.failures).toEqual([]);
  expect(deployed.map(({ agreementId }) => agreementId).toSorted()).toEqual(
    [own.id, other.id, held.id].toSorted(),
  );
  for (const { valueSchemaId, keySchemaId, pair } of deployed) {
    expect(await rig.registry.schemaById(valueSchemaId)).toEqual(JSON.parse(pair.valueSchema));
    expect(await rig.registry.schemaById(keySchemaId)).toEqual(JSON.parse(pair.keySchema));
  }
});

test('applying again plans nothing', async () => {
  const plan = await planPairs(wanted(['delivering', 'delivering', 'held']), ports, rig.plan);
  expect(plan.broker.steps).toEqual([]);
  expect(plan.broker.kept).toEqual([]);
});

const NO = 'KAFKA_NOT_AUTHORIZED';
/** kafkajs hides the broker's answer behind a coordinator that it says it cannot find. */
const REFUSED_ID = [NO, 'KAFKA_UNREACHABLE'];

describe('a subscriber', () => {
  test.each([
    ['its own topic', names.topic, 'ok'],
    ['the topic of another pair', others.topic, 'denied'],
    ['its own receipts, which it only writes', names.receiptTopic, 'denied'],
    ['receipts of another', others.receiptTopic, 'denied'],
    ['the view that its pair comes from', rowsTopic, 'denied'],
    ['the gateway’s progress', gateway.progressTopic, 'denied'],
    ['the audit', gateway.auditTopic, 'denied'],
    ['the log of agreements', gateway.lifecycleTopic, 'denied'],
  ])('reading %s: %s %s', async (_, topic, expected) => {
    expect(await read(subscriber, topic)).toBe(expected);
  });

  test.each([
    ['its own receipts', names.receiptTopic, 'ok'],
    ['receipts of another', others.receiptTopic, NO],
    ['its own topic', names.topic, NO],
    ['the topic of another pair', others.topic, NO],
    ['the view', rowsTopic, NO],
    ['the audit', gateway.auditTopic, NO],
  ])('writing %s: %s %s', async (_, topic, expected) => {
    expect(await write(subscriber, topic)).toBe(expected);
  });

  test.each([
    ['its own', names.group, 'ok'],
    ['the group of another pair', others.group, NO],
    ['a longer name that begins alike', `${names.group}-2`, NO],
    ['the gateway’s', gateway.group, NO],
  ])('joining the group %s: %s %s', async (_, group, expected) => {
    expect(await join(subscriber, group)).toBe(expected);
  });

  test.each([
    ['of its own name', names.user],
    ['of the gateway', `${gateway.transactionalPrefix}0`],
  ])('cannot use a transactional id %s', async (_, id) => {
    expect(REFUSED_ID).toContain(await transact(subscriber, id, names.receiptTopic));
  });

  test.each<[string, (clients: Clients) => Promise<unknown>]>([
    [
      'create a topic',
      ({ admin }) =>
        admin.createTopics([{ name: `${stack.prefix}.mine`, partitions: 1, replication: 1 }]),
    ],
    ['delete its topic', ({ admin }) => admin.deleteTopics([names.topic])],
    ['read settings of its topic', ({ admin }) => admin.topicConfigs([names.topic])],
    [
      'change settings of its topic',
      ({ admin }) =>
        admin.setTopicConfigs([{ name: names.topic, config: { 'retention.ms': '1' } }]),
    ],
    ['see rights', ({ admin }) => admin.listAcls()],
    [
      'give itself rights',
      ({ admin }) =>
        admin.createAcls([
          {
            principal: `User:${names.user}`,
            resource: 'topic',
            name: others.topic,
            match: 'literal',
            operation: 'read',
          },
        ]),
    ],
    [
      'set a password',
      ({ admin }) => admin.setUsers([{ name: others.user, password: 'guessed-password' }]),
    ],
  ])('cannot %s', async (_, work) => {
    expect(await outcome(() => work(subscriber))).toBe(NO);
  });

  test('sees no topic but its own two', async () => {
    expect((await subscriber.admin.listTopics()).toSorted()).toEqual(
      [names.topic, names.receiptTopic].toSorted(),
    );
  });
});

describe('a suspended subscriber', () => {
  test('reads nothing, not even its own topic, and joins no group', async () => {
    expect(await read(suspended, helds.topic)).toBe('denied');
    expect(await join(suspended, helds.group)).toBe(NO);
  });

  test('can still hand in receipts', async () => {
    expect(await write(suspended, helds.receiptTopic)).toBe('ok');
  });
});

describe('the gateway', () => {
  test.each([
    ['the view', rowsTopic, 'ok'],
    ['receipts', names.receiptTopic, 'ok'],
    ['its progress', gateway.progressTopic, 'ok'],
    ['what it delivers', names.topic, 'denied'],
    ['the audit', gateway.auditTopic, 'denied'],
  ])('reading %s: %s %s', async (_, topic, expected) => {
    expect(await read(gatewayClients, topic)).toBe(expected);
  });

  test.each([
    ['a pair’s topic', names.topic, 'ok'],
    ['the audit', gateway.auditTopic, 'ok'],
    ['its progress', gateway.progressTopic, 'ok'],
  ])('writes %s in a transaction: %s %s', async (_, topic, expected) => {
    expect(await transact(gatewayClients, `${gateway.transactionalPrefix}0`, topic)).toBe(expected);
  });

  test.each([
    ['the view', rowsTopic],
    ['receipts, which are the subscriber’s word', names.receiptTopic],
  ])('cannot write %s', async (_, topic) => {
    expect(await write(gatewayClients, topic)).toBe(NO);
  });

  test('cannot use a transactional id of another name', async () => {
    const id = `${stack.prefix}-gateways.0`;
    expect(REFUSED_ID).toContain(await transact(gatewayClients, id, names.topic));
  });
});

test('a right that is taken away is gone for a connected reader within two seconds, on a busy machine', async () => {
  const reader = await clientsOf(others.user);
  expect(await read(reader, others.topic)).toBe('ok');
  const decidedAt = Date.now();
  await apply(['delivering', 'held', 'held']);
  let answer = 'ok';
  while (answer !== 'denied' && Date.now() - decidedAt < 5_000) {
    answer = await read(reader, others.topic);
  }
  expect(answer).toBe('denied');
  expect(Date.now() - decidedAt).toBeLessThan(2_000);
});
