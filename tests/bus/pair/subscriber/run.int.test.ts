import { afterEach, describe, expect, test } from 'vitest';
import { newSigningKey, publicKeyOf } from '../../../../bus/agreement/signature/keys.ts';
import { verifyStatement } from '../../../../bus/agreement/signature/signature.ts';
import { silentLog } from '../../../../bus/base/log.ts';
import { waitFor } from '../../../../bus/base/retry.ts';
import { runSubscriber, type RunningSubscriber } from '../../../../bus/pair/subscriber/run.ts';
import { readReceipts, type Receipt } from '../../../../bus/pair/subscriber/receipts.ts';
import { dialectOf } from '../../../../bus/pair/subscriber/dialect.ts';
import type { SqlEngine } from '../../../../bus/sql/sql.ts';
import { testStack } from '../../../support/env.ts';
import { copyRows } from '../../../support/pair/copy-rig.ts';
import { realPairs, registryAs, type RealPair } from '../../../support/pair/real-pair.ts';
import { PATIENCE_MS } from '../../../support/patience.ts';

const stack = await testStack('subrun');
const kafka = await stack.kafka();
const newPair = await realPairs(stack);
const { reader } = stack.endpoints.registry;
const signingKey = await newSigningKey('BJ-DSJ');

const running: RunningSubscriber[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
});

let serial = 0;

async function start(pair: RealPair, engine: SqlEngine, options: { tryAgainMs?: number } = {}) {
  const role = engine === 'postgresql' ? 'registers' : 'subscribers';
  const { sql: database } = await stack.newDatabase(role, `s${++serial}`);
  const registry = await registryAs(stack, reader);
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

function truthOf({ feed }: RealPair): Map<string, object> {
  return new Map([...feed.truth].map(([k, [id, name, points]]) => [k, { id, name, points }]));
}

async function untilCopied(
  pair: RealPair,
  rows: () => Promise<Map<string, object>>,
): Promise<void> {
  await expect.poll(rows, { timeout: PATIENCE_MS, interval: 100 }).toEqual(truthOf(pair));
}

function receiptWhere(pair: RealPair, holds: (receipt: Receipt) => boolean): Promise<Receipt> {
  return waitFor(
    async () => {
      const { receipts } = await readReceipts(kafka, [pair.agreementId]);
      const receipt = receipts.get(pair.agreementId);
      return receipt && holds(receipt) ? receipt : undefined;
    },
    { what: 'the receipt', timeoutMs: PATIENCE_MS, intervalMs: 100 },
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
  await pair.admin.deleteAcls([pair.read]);
  const refusal = await waitFor(() => one.refusal(), { what: 'refusal', timeoutMs: PATIENCE_MS });
  expect(refusal).toMatchObject({ code: 'SUBSCRIBER_NO_ACCESS' });
  pair.feed.change('a', ['a', 'while suspended', 2]);
  await pair.flush();
  await pair.admin.createAcls([pair.read]);

  await untilCopied(pair, rows);
  expect(one.refusal()).toBeUndefined();
});

test('a right that is not there yet is asked for until it comes', async () => {
  const pair = await newPair(1);
  pair.feed.truth.set('a', ['a', 'x', 1]);
  pair.feed.backfill();
  await pair.flush();
  await pair.admin.deleteAcls([pair.read]);
  const { one, rows } = await start(pair, 'mariadb', { tryAgainMs: 300 });
  const refusal = await waitFor(() => one.refusal(), { what: 'refusal', timeoutMs: PATIENCE_MS });
  expect(refusal).toMatchObject({ code: 'SUBSCRIBER_NO_ACCESS' });
  await pair.admin.createAcls([pair.read]);

  await untilCopied(pair, rows);
  expect(one.refusal()).toBeUndefined();
});

test('two processes share the partitions of one agreement, and one goes on alone', async () => {
  const pair = await newPair(3);
  for (let n = 0; n < 60; n++) pair.feed.truth.set(`k${n}`, [`k${n}`, `name ${n}`, n]);
  const { one, database, rows } = await start(pair, 'mariadb');
  const registry = await registryAs(stack, reader);
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
  const { offsets } = await receiptWhere(pair, ({ rows: counted }) => counted === 60);
  expect(offsets).toHaveLength(3);
});
