/** The archiver on the real broker and control database, and what the gateway's lease makes of it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { publicKeyOf } from '../../../../bus/agreement/signature/keys.ts';
import { type Log, silentLog } from '../../../../bus/base/log.ts';
import { waitFor } from '../../../../bus/base/retry.ts';
import { readArchiveHead, readArchiveLagMs } from '../../../../bus/control/archive-head.ts';
import { Archiver, sqlHeads } from '../../../../bus/pair/audit/archiver.ts';
import { openTopicComparison } from '../../../../bus/pair/audit/compare-topic.ts';
import { deliveriesOf, deliveryDays } from '../../../../bus/pair/audit/deliveries.ts';
import { archiveFiles } from '../../../../bus/pair/audit/files.ts';
import { verifyArchive } from '../../../../bus/pair/audit/verify-archive.ts';
import { controlLease } from '../../../../bus/pair/gateway/control-lease.ts';
import { Lease } from '../../../../bus/pair/gateway/lease.ts';
import { testStack } from '../../../support/env.ts';
import { controlRig } from '../../../support/lifecycle/control-world.ts';
import { auditText } from '../../../support/pair/audit-world.ts';
import { scratchFolder } from '../../../support/scratch.ts';
import { PATIENCE_MS } from '../../../support/patience.ts';

const stack = await testStack('audit');
const controls = await controlRig(stack, 'control');
const kafka = await stack.kafka();
const admin = await kafka.admin();
const topic = `${stack.prefix}.audit`;
await admin.createTopics([{ name: topic, partitions: 1, replication: 1 }]);
stack.atEnd(async () => {
  await admin.deleteTopics([topic]);
  await admin.close();
});
const producer = await kafka.transactional(`${stack.prefix}.gateway`);
stack.atEnd(() => producer.close());
const folder = join(scratchFolder(), 'audit');
const key = controls.key('CIVICBUS');
const SOON = { timeout: PATIENCE_MS, interval: 50 };

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

function start(log: Log = silentLog): () => Promise<void> {
  const ending = new AbortController();
  const heads = sqlHeads(controls.writer);
  const archiver = new Archiver({
    kafka,
    admin,
    heads,
    folder,
    key,
    log,
    topic,
    limits: { beatMs: 200, topicEveryMs: 500 },
  });
  const running = archiver.run(ending.signal);
  const end = async () => {
    ending.abort();
    await running;
  };
  ends.push(end);
  return end;
}

async function audit(...texts: readonly string[]): Promise<void> {
  const records = texts.map((value) => ({ key: null, value, partition: 0 }));
  await producer.commit([{ topic, records }]);
}

async function abortOne(): Promise<void> {
  const beforeCommit = () => {
    throw new Error('not wanted');
  };
  const records = [{ key: null, value: 'aborted', partition: 0 }];
  await expect(producer.commit([{ topic, records }], { beforeCommit })).rejects.toThrow(
    'not wanted',
  );
}

const noted = () => readArchiveHead(controls.reader);
const endOfTopic = async () => (await admin.offsets([topic]))[0]?.end;
const untilArchived = () =>
  expect.poll(async () => (await noted()).nextOffset === (await endOfTopic()), SOON).toBe(true);

async function verify() {
  const comparison = await openTopicComparison(kafka, topic);
  try {
    const report = await verifyArchive({
      folder,
      publicKeys: [publicKeyOf(key)],
      notedHash: (await noted()).hash,
      compare: comparison.compare,
    });
    return { ...report, compared: comparison.compared, waiting: await comparison.waiting() };
  } finally {
    await comparison.close();
  }
}

describe('the archiver on real services', () => {
  test('archives committed records, passes markers and aborted ones, and the topic agrees', async () => {
    const end = start();
    await audit(auditText({ agreement: 'a' }), auditText({ agreement: 'b', upserts: 5 }));
    await abortOne();
    await audit(auditText({ agreement: 'a', upserts: 2 }));
    await untilArchived();
    await end();
    expect(await verify()).toMatchObject({ faults: [], unsigned: 0, compared: 3, waiting: 0 });
    expect(await deliveryDays(deliveriesOf(folder, { agreement: 'a' }))).toMatchObject([
      { day: '2026-11-22', transactions: 2, upserts: 3 },
    ]);
  });

  test('goes on where it was, and two at once write one chain', async () => {
    await audit('while nobody archives');
    expect(await verify()).toMatchObject({ faults: [], waiting: 1 });
    const both = [start(), start()];
    for (let i = 0; i < 10; i++) await audit(`record ${i}`);
    await untilArchived();
    for (const end of both) await end();
    expect(await verify()).toMatchObject({ faults: [], unsigned: 0, compared: 14, waiting: 0 });
  });

  test('the lease permits nothing once the archiver is away too long, and goes on with it', async () => {
    const told: string[] = [];
    const tell = (_fields: object, message: string) => void told.push(message);
    const log = { ...silentLog, error: tell, info: tell };
    const source = controlLease(controls.reader);
    const lease = new Lease(source, { log, archiveLagMsMax: 3_000 });
    const keeping = new AbortController();
    const kept = lease.keep(keeping.signal);
    ends.push(async () => {
      keeping.abort();
      await kept;
    });
    await expect.poll(() => readArchiveLagMs(controls.reader), SOON).toBeGreaterThan(3_000);
    await expect.poll(() => told.length, SOON).toBe(1);
    expect(lease.current()).toBeUndefined();
    const end = start();
    await expect.poll(() => lease.current() !== undefined, SOON).toBe(true);
    await end();
    await expect.poll(() => lease.current(), SOON).toBeUndefined();
    await expect
      .poll(() => told, SOON)
      .toEqual([
        'nothing is delivered: the audit archive is behind; see run reconciler',
        'delivery goes on: the audit archive has caught up',
        'nothing is delivered: the audit archive is behind; see run reconciler',
      ]);
  });

  test('a changed line is named, and one that was worked out anew is told by the topic', async () => {
    const [first] = await archiveFiles(folder);
    const file = join(folder, first!.name);
    const whole = readFileSync(file, 'utf8');
    const line = whole.split('\n').findIndex((text) => text.includes('"upserts\\":5')) + 1;
    writeFileSync(file, whole.replace('"upserts\\":5', '"upserts\\":4'));
    const { faults } = await verify();
    writeFileSync(file, whole);
    // A head that was signed right after it is wrong too.
    expect(faults[0]).toEqual({
      file: first!.name,
      line,
      why: 'it was changed: its hash is not that of its content',
    });
    expect((await verify()).faults).toEqual([]);
  });

  test('the gateway’s user of the control database cannot say that more is archived', async () => {
    await expect(
      controls.reader.execute('UPDATE archive_head SET complete_ms = complete_ms + 1'),
    ).rejects.toThrow(expect.objectContaining({ code: 'SQL_ACCESS_DENIED' }));
  });

  test('a topic that was made again stops it loudly', async () => {
    const told: string[] = [];
    const before = await noted();
    await admin.deleteTopics([topic]);
    await waitFor(
      async () =>
        (await admin.createTopics([{ name: topic, partitions: 1, replication: 1 }])).length > 0,
      {
        what: 'the topic to be made again',
        timeoutMs: PATIENCE_MS,
      },
    );
    start({ ...silentLog, error: (fields) => void told.push(String(fields['error'])) });
    await expect.poll(() => told.join(), SOON).toContain('is not the one that was archived so far');
    expect(await noted()).toEqual(before);
  });
});
