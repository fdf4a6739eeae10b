import { afterEach, describe, expect, test } from 'vitest';
import { pairNames } from '../../../../bus/agreement/agreement.ts';
import { newSigningKey, publicKeyOf } from '../../../../bus/agreement/signature/keys.ts';
import { verifyStatement } from '../../../../bus/agreement/signature/signature.ts';
import { silentLog } from '../../../../bus/base/log.ts';
import { waitFor } from '../../../../bus/base/retry.ts';
import { newSecret } from '../../../../bus/base/secrets.ts';
import type { AclRule, OutgoingRecord } from '../../../../bus/kafka/kafka.ts';
import { runSubscriber, type RunningSubscriber } from '../../../../bus/pair/subscriber/run.ts';
import { readReceipts, type Receipt } from '../../../../bus/pair/subscriber/receipts.ts';
import { dialectOf } from '../../../../bus/pair/subscriber/dialect.ts';
import { createConfluentRegistry } from '../../../../bus/registry/confluent/confluent-registry.ts';
import type { SqlEngine } from '../../../../bus/sql/sql.ts';
import { testStack } from '../../../support/env.ts';
import { copyRows, FIELDS } from '../../../support/pair/copy-rig.ts';
import { PairFeed } from '../../../support/pair/pair-feed.ts';

const stack = await testStack('subrun');
const kafka = await stack.kafka();
const admin = await kafka.admin();
const producer = await kafka.producer();
stack.atEnd(() => admin.close());
stack.atEnd(() => producer.close());
const { url, nativeUrl, developer, reader } = stack.endpoints.registry;
const registryAs = async (login: typeof reader) =>
  createConfluentRegistry({
    url,
    nativeUrl,
    user: login.user,
    password: await stack.password(login),
  });
const signingKey = await newSigningKey('BJ-DSJ');

const running: RunningSubscriber[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
});

type Pair = Awaited<ReturnType<typeof newPair>>;
let serial = 0;

/** What `civicbus apply` makes of an agreement on the broker, and a feed that plays the gateway. */
async function newPair(partitions: number) {
  const agreementId = `${stack.prefix}-${++serial}`;
  const { topic, receiptTopic, user, group } = pairNames(agreementId);
  const password = newSecret();
  await admin.createTopics([
    { name: topic, partitions, replication: 1 },
    { name: receiptTopic, partitions: 1, replication: 1 },
  ]);
  await admin.setUsers([{ name: user, password }]);
  const allow = (resource: AclRule['resource'], name: string, operation: AclRule['operation']) =>
    ({ principal: `User:${user}`, resource, name, match: 'literal', operation }) as const;
  const read = allow('topic', topic, 'read');
  const acls = [read, allow('group', group, 'read'), allow('topic', receiptTopic, 'write')];
  await admin.createAcls(acls);
  stack.atEnd(async () => {
    await admin.deleteAcls(acls);
    await admin.deleteUsers([user]);
    await admin.deleteTopics([topic, receiptTopic]);
  });
  const feed = new PairFeed(FIELDS, partitions);
  const registry = await registryAs(developer);
  const { keySchema, valueSchema } = feed.schemas;
  const key = await registry.register(`${topic}-key`, JSON.parse(keySchema));
  const value = await registry.register(`${topic}-value`, JSON.parse(valueSchema));
  feed.register({ key, value });
  const sent = Array.from({ length: partitions }, () => 0n);
  return {
    agreementId,
    feed,
    read,
    as: { user, password },
    /** Writes to the topic what the feed holds and it does not. */
    async flush(): Promise<void> {
      for (let partition = 0; partition < partitions; partition++) {
        const from = sent[partition]!;
        const records = feed.records(partition, { from, count: 100_000 });
        const out: OutgoingRecord[] = records.map(({ key: k, value: v }) => ({
          key: k,
          value: v,
          partition,
        }));
        await producer.send(topic, out);
        sent[partition] = from + BigInt(records.length);
      }
    },
  };
}

async function start(pair: Pair, engine: SqlEngine, options: { tryAgainMs?: number } = {}) {
  const role = engine === 'postgresql' ? 'registers' : 'subscribers';
  const { sql: database } = await stack.newDatabase(role, `s${serial}${running.length}`);
  const registry = await registryAs(reader);
  const one = await runSubscriber({
    agreementId: pair.agreementId,
    table: 'sale',
    delivery: 'realtime',
    kafka: await stack.kafka(pair.as),
    database,
    engine,
    fetchSchema: (id) => registry.schemaById(id),
    signingKey,
    log: silentLog,
    ...options,
  });
  running.push(one);
  return { one, database, rows: () => copyRows(database, dialectOf(engine), 'sale') };
}

function truthOf({ feed }: Pair): Map<string, object> {
  return new Map([...feed.truth].map(([k, [id, name, points]]) => [k, { id, name, points }]));
}

async function untilCopied(pair: Pair, rows: () => Promise<Map<string, object>>): Promise<void> {
  await expect.poll(rows, { timeout: 20_000, interval: 100 }).toEqual(truthOf(pair));
}

function receiptWhere(pair: Pair, holds: (receipt: Receipt) => boolean): Promise<Receipt> {
  return waitFor(
    async () => {
      const { receipts } = await readReceipts(kafka, [pair.agreementId]);
      const receipt = receipts.get(pair.agreementId);
      return receipt && holds(receipt) ? receipt : undefined;
    },
    { what: 'the receipt', timeoutMs: 20_000, intervalMs: 100 },
  );
}

describe.each(['mariadb', 'postgresql'] as const)('a subscriber on %s', (engine) => {
  test('keeps its copy, tells how far it is, and purges it in the end', async () => {
    const pair = await newPair(2);
    for (let n = 0; n < 100; n++) pair.feed.truth.set(`k${n}`, [`k${n}`, `name ${n}`, n]);
    pair.feed.backfill();
    await pair.flush();
    const { one, rows } = await start(pair, engine);
    await untilCopied(pair, rows);
    pair.feed.change('k5', null);
    pair.feed.change('new', ['new', '新', 1]);
    await pair.flush();
    await untilCopied(pair, rows);

    const receipt = await receiptWhere(
      pair,
      ({ offsets }) =>
        offsets.length === 2 &&
        offsets.every(({ partition, next }) => BigInt(next) === pair.feed.end(partition)),
    );
    expect(receipt).toMatchObject({
      agreement: pair.agreementId,
      contentHash: pair.feed.contentHash,
      state: 'live',
      fault: null,
      generation: 1,
      appliedVersion: pair.feed.version,
      appliedSourceTimeMs: pair.feed.sourceTimeMs,
    });

    pair.feed.over();
    await pair.flush();
    expect(await one.ended).toBe('purged');
    expect(await rows()).toEqual(new Map());
    const { purge } = await receiptWhere(pair, ({ state }) => state === 'purged');
    expect(purge?.statement).toMatchObject({ rowsDeleted: 100, tables: ['sale'], org: 'BJ-DSJ' });
    await expect(
      verifyStatement(purge!.jws, purge!.statement, [publicKeyOf(signingKey)]),
    ).resolves.toMatchObject({ orgId: 'BJ-DSJ' });
    const altered = { ...purge!.statement, rowsDeleted: 0 };
    await expect(
      verifyStatement(purge!.jws, altered, [publicKeyOf(signingKey)]),
    ).rejects.toMatchObject({ code: 'AGREEMENT_SIGNATURE_INVALID' });
  });
});

test('a suspended agreement is waited for, and read on when it is lifted', async () => {
  const pair = await newPair(1);
  pair.feed.truth.set('a', ['a', 'before', 1]);
  pair.feed.backfill();
  await pair.flush();
  const { one, rows } = await start(pair, 'mariadb', { tryAgainMs: 500 });
  await untilCopied(pair, rows);
  await admin.deleteAcls([pair.read]);
  const refusal = await waitFor(() => one.refusal(), { what: 'refusal', timeoutMs: 60_000 });
  expect(refusal).toMatchObject({ code: 'SUBSCRIBER_NO_ACCESS' });
  pair.feed.change('a', ['a', 'while suspended', 2]);
  await pair.flush();
  await admin.createAcls([pair.read]);

  await untilCopied(pair, rows);
  expect(one.refusal()).toBeUndefined();
});

test('a right that is not there yet is asked for until it comes', async () => {
  const pair = await newPair(1);
  pair.feed.truth.set('a', ['a', 'x', 1]);
  pair.feed.backfill();
  await pair.flush();
  await admin.deleteAcls([pair.read]);
  const { one, rows } = await start(pair, 'mariadb', { tryAgainMs: 300 });
  await waitFor(() => one.refusal(), { what: 'refusal', timeoutMs: 60_000 });
  await admin.createAcls([pair.read]);

  await untilCopied(pair, rows);
});

test('two processes share the partitions of one agreement, and one goes on alone', async () => {
  const pair = await newPair(3);
  for (let n = 0; n < 60; n++) pair.feed.truth.set(`k${n}`, [`k${n}`, `name ${n}`, n]);
  const { one, database, rows } = await start(pair, 'mariadb');
  const registry = await registryAs(reader);
  const second = await runSubscriber({
    agreementId: pair.agreementId,
    table: 'sale',
    delivery: 'realtime',
    kafka: await stack.kafka(pair.as),
    database,
    engine: 'mariadb',
    fetchSchema: (id) => registry.schemaById(id),
    signingKey,
    log: silentLog,
  });
  running.push(second);
  pair.feed.backfill();
  await pair.flush();
  await untilCopied(pair, rows);
  await one.close();
  for (let n = 0; n < 60; n++) pair.feed.change(`k${n}`, [`k${n}`, 'again', n + 1_000]);
  await pair.flush();

  await untilCopied(pair, rows);
});
