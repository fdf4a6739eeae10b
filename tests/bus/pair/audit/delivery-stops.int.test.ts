/** What was delivered and is not archived stops delivery, on the real stack, until it is archived. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { publicKeyOf } from '../../../../bus/agreement/signature/keys.ts';
import { type Log, silentLog } from '../../../../bus/base/log.ts';
import { readArchiveHead, readArchiveLagMs } from '../../../../bus/control/archive-head.ts';
import { Archiver, sqlHeads } from '../../../../bus/pair/audit/archiver.ts';
import { openTopicComparison } from '../../../../bus/pair/audit/compare-topic.ts';
import { deliveriesOf, deliveryDays } from '../../../../bus/pair/audit/deliveries.ts';
import { verifyArchive } from '../../../../bus/pair/audit/verify-archive.ts';
import { testStack } from '../../../support/env.ts';
import { chainRig } from '../../../support/pair/chain-rig.ts';
import { scratchFolder } from '../../../support/scratch.ts';
import { PATIENCE_MS } from '../../../support/patience.ts';

const LAG_MS_MAX = 6_000;
const SOON = { timeout: PATIENCE_MS, interval: 100 };

const stack = await testStack('auditstop');
const told: string[] = [];
const log: Log = {
  ...silentLog,
  error: (_fields, message) => void told.push(message),
  child: () => log,
};
const rig = await chainRig(stack, { log });
const kafka = await stack.kafka();
const folder = join(scratchFolder(), 'audit');
const topic = rig.pairs.gateway.auditTopic;

function startArchiver(): () => Promise<void> {
  const ending = new AbortController();
  const archiver = new Archiver({
    kafka,
    admin: rig.pairs.admin,
    heads: sqlHeads(rig.controls.writer),
    folder,
    key: rig.controls.key('CIVICBUS'),
    log: silentLog,
    topic,
    limits: { beatMs: 500 },
  });
  const running = archiver.run(ending.signal);
  const end = async () => {
    ending.abort();
    await running;
  };
  stack.atEnd(end);
  return end;
}

const putCar = (plate: string) =>
  rig.captured.hub.execute(
    'INSERT INTO car__rows (plate, id_number, colour, __there, __at, __v) VALUES (?, 1, ?, 1, 5, 1)',
    [plate, 'red'],
  );

const LATE = 'nothing is delivered: the audit archive is behind; see run reconciler';

test('delivery stops while the archive lags, and goes on by itself when it has caught up', async () => {
  await rig.captured.apply();
  const cars = rig.agreement('car', {
    scope: {
      fields: [{ name: 'plate', required: true }],
      onRowExit: 'retract',
      backfill: 'snapshot',
    },
    delivery: { mode: 'realtime', table: 'car', partitions: 1 },
  });
  await rig.conclude(cars);
  const admin = await kafka.admin();
  stack.atEnd(() => admin.close());
  const viewTopic = rig.resource('car').rows.topic;
  const pairTopic = `pair.${cars.id}`;
  const endOf = async (name: string) =>
    (await admin.offsets([name])).reduce((sum, { end: one }) => sum + one, 0n);
  const delivered = () => endOf(pairTopic);
  const whole = async () =>
    (await readArchiveHead(rig.controls.reader)).nextOffset >= (await endOf(topic));

  const end = startArchiver();
  await rig.startGateway({ archiveLagMsMax: LAG_MS_MAX });
  const archived = async () =>
    (await deliveryDays(deliveriesOf(folder, { agreement: cars.id })))[0];
  await putCar('A1');
  await expect.poll(archived, SOON).toMatchObject({ upserts: 1, deletes: 0 });
  await expect.poll(whole, SOON).toBe(true);

  // Setting up may have taken longer than the archive may be behind.
  told.length = 0;
  await end();
  await expect.poll(() => told, SOON).toContain(LATE);
  const before = await delivered();
  const read = await endOf(viewTopic);
  await putCar('B2');
  await expect.poll(() => endOf(viewTopic), SOON).toBeGreaterThan(read);
  const late = await readArchiveLagMs(rig.controls.reader);
  await expect
    .poll(() => readArchiveLagMs(rig.controls.reader), SOON)
    .toBeGreaterThan(late + 4_000);
  expect(await delivered()).toBe(before);

  startArchiver();
  await expect.poll(delivered, SOON).toBeGreaterThan(before);
  await expect.poll(archived, SOON).toMatchObject({ upserts: 2, deletes: 0 });
  await expect.poll(whole, SOON).toBe(true);
  const comparison = await openTopicComparison(kafka, topic);
  const report = await verifyArchive({
    folder,
    publicKeys: [publicKeyOf(rig.controls.key('CIVICBUS'))],
    notedHash: (await readArchiveHead(rig.controls.reader)).hash,
    compare: comparison.compare,
  });
  await comparison.close();
  expect(report.faults).toEqual([]);
}, 240_000);
