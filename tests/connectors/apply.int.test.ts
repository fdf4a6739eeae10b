import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readSecretFile, writeSecretFile } from '../../bus/base/secrets.ts';
import { waitFor } from '../../bus/base/retry.ts';
import {
  type KafkaBus,
  partitionKey,
  type PartitionHandler,
  type RawRecord,
} from '../../bus/kafka/kafka.ts';
import { applySources, planSources, removeSources } from '../../connectors/apply.ts';
import { sendSignal, snapshotSignal } from '../../connectors/signal.ts';
import { loadSources } from '../../connectors/load-source.ts';
import { testStack } from '../support/env.ts';
import { type RealSource, realSource, untilCaptured } from './real-source.ts';
import { PATIENCE_MS } from '../support/patience.ts';

const CANARY = 'photo-never-leaves';
const stack = await testStack('apply');
let source: RealSource;
let topic: string;

beforeAll(async () => {
  source = await realSource(stack);
  topic = `cdc.${source.name}.${source.database}.person`;
  await source.sql.execute('INSERT INTO person VALUES (?, ?, ?, ?)', [
    '11',
    'before 𠮷',
    '2000-01-01',
    CANARY,
  ]);
});

describe('applying a source on the real stack', () => {
  test('makes everything, copies the rows that were there and follows new ones', async () => {
    const { ports, context } = source;
    const file = await source.file();
    const { report, sources } = await applySources([file], context, { ports });
    expect(report.outcomes.every(({ outcome }) => outcome === 'done')).toBe(true);
    expect(sources[0]?.tableTopics).toEqual({ person: topic });
    await source.sql.execute('INSERT INTO person VALUES (?, ?, ?, ?)', [
      '12',
      'after 䶮',
      null,
      CANARY,
    ]);

    const values = await recordsUntil(source.kafka, (all) => all.length >= 2);
    const texts = values.map((record) => record.value?.toString('utf8') ?? '');
    expect(texts.some((text) => text.includes('before 𠮷'))).toBe(true);
    expect(texts.some((text) => text.includes('after 䶮'))).toBe(true);
    expect(texts.filter((text) => text.includes(CANARY))).toEqual([]);
    expect(values.every((record) => record.key?.[0] === 0 && record.value?.[0] === 0)).toBe(true);
  });

  test('a second time changes nothing', async () => {
    const { ports, context } = source;
    const { plan, report } = await applySources([await source.file()], context, { ports });
    expect(plan.steps).toEqual([]);
    expect(plan.kept).toEqual([]);
    expect(report.outcomes).toEqual([]);
  });

  test('shows an edited field with old and new value, and applies just that', async () => {
    const { ports, context } = source;
    const file = await source.file((yaml) =>
      yaml
        .replace('pollIntervalMs: 100', 'pollIntervalMs: 50')
        .replace('tables:', 'topics: { retentionDays: 9 }\ntables:'),
    );
    const { plan } = await planSources([file], context, { ports });
    expect(plan.steps.map(({ name, changes }) => ({ name, changes }))).toEqual([
      { name: topic, changes: [{ field: 'retention.ms', from: '604800000', to: '777600000' }] },
      {
        name: `src-${source.name}`,
        changes: [{ field: 'poll.interval.ms', from: '100', to: '50' }],
      },
    ]);
    await applySources([file], context, { ports, expect: plan.fingerprint });
    expect((await planSources([file], context, { ports })).plan.steps).toEqual([]);
  });

  test('keeps every password out of the connector’s config as Connect shows it', async () => {
    const config = JSON.stringify(await source.ports.connect.configOf(`src-${source.name}`));
    const secrets = await readFile(
      join(source.context.connect.secretsFolder, `src-${source.name}.properties`),
      'utf8',
    );
    const values = secrets
      .trim()
      .split('\n')
      .map((line) => line.slice(line.indexOf('=') + 1));
    expect(values).toHaveLength(3);
    for (const value of values) expect(config).not.toContain(value);
  });

  test('gives a new password to capture and the connector goes on with it', async () => {
    const { ports, context } = source;
    await writeSecretFile(
      join(context.secretsFolder, `${source.captureUser}.password`),
      'new\\one "#\n',
    );
    await source.forUser(`ALTER USER {user} IDENTIFIED BY 'new\\\\one "#'`);
    const file = await source.file((yaml) =>
      yaml.replace('pollIntervalMs: 100', 'pollIntervalMs: 50'),
    );
    const { plan } = await applySources([file], context, { ports });
    expect(plan.steps.map(({ kind, action }) => `${action} ${kind}`)).toEqual([
      'change topic',
      'change secret',
      'change connector',
    ]);
    await source.sql.execute("INSERT INTO person VALUES ('13', 'later', NULL, NULL)");
    await recordsUntil(source.kafka, (all) => all.some((one) => one.value?.includes('later')));
  });

  test('a signal reads the table again without writing to the department', async () => {
    const [loaded] = await loadSources([await source.file()]);
    const producer = await source.kafka.producer();
    const before = await endOf(topic);
    // A capture that restarts just then has read the signal and forgets it: who asks, asks again.
    const end = await untilCaptured(
      source,
      'the rows to come again',
      async () => {
        await sendSignal(producer, snapshotSignal(loaded!.source, { tables: ['person'] }));
        return endAfter(before + 3n);
      },
      { intervalMs: 7_000 },
    );
    await producer.close();
    expect(end).toBeGreaterThanOrEqual(before + 3n);
  });
});

describe('the Kafka user of a source', () => {
  test('cannot write what is not its own, nor read what it wrote', async () => {
    const { admin } = source.ports;
    const foreign = `t-${stack.prefix}-foreign`;
    await admin.createTopics([{ name: foreign, partitions: 1, replication: 1 }]);
    stack.atEnd(() => admin.deleteTopics([foreign]));
    const user = `src-${source.name}`;
    const password = await readSecretFile(
      join(source.context.secretsFolder, 'kafka-users', `${user}.password`),
    );
    const kafka = await stack.kafka({ user, password });
    const producer = await kafka.producer();
    stack.atEnd(() => producer.close());
    await expect(producer.send(foreign, [{ key: 'k', value: 'v' }])).rejects.toMatchObject({
      code: 'KAFKA_NOT_AUTHORIZED',
    });
    const consumer = kafka.consumer({ group: user, topics: [topic], handler: collector([]) });
    await consumer.start().catch(() => undefined);
    await expect(consumer.ended).resolves.toMatchObject({ code: 'KAFKA_NOT_AUTHORIZED' });
  });
});

test('a source that is removed leaves no connector, topic, user or right behind', async () => {
  const { ports, name } = source;
  await removeSources([name], { ports });
  expect((await ports.admin.listTopics()).filter((one) => one.includes(name))).toEqual([]);
  expect((await ports.admin.listUsers()).filter((one) => one.includes(name))).toEqual([]);
  expect(await ports.admin.listAcls(`User:src-${name}`)).toEqual([]);
  // The worker shows the state of a connector for a moment after it is gone.
  await waitFor(async () => (await ports.connect.statusOf(`src-${name}`)) === undefined, {
    what: 'the connector to be gone',
    timeoutMs: PATIENCE_MS,
  });
});

async function endAfter(offset: bigint): Promise<bigint | undefined> {
  const end = await endOf(topic);
  return end >= offset ? end : undefined;
}

async function endOf(name: string): Promise<bigint> {
  const offsets = await source.ports.admin.offsets([name]);
  return offsets.reduce((sum, { end }) => sum + end, 0n);
}

/** Everything in the topic, as soon as it is `enough`. */
async function recordsUntil(
  kafka: KafkaBus,
  enough: (records: readonly RawRecord[]) => boolean,
): Promise<readonly RawRecord[]> {
  const records: RawRecord[] = [];
  const group = `${stack.prefix}-${randomUUID()}`;
  const consumer = kafka.consumer({ group, topics: [topic], handler: collector(records) });
  await consumer.start();
  await untilCaptured(source, 'records in the topic', () =>
    Promise.resolve(enough(records) || undefined),
  );
  await consumer.close();
  return records;
}

function collector(records: RawRecord[]) {
  return {
    claim: (assignment) =>
      Promise.resolve(
        new Map(
          assignment.partitions.map((one) => [
            partitionKey(one),
            { kind: 'start' as const, offset: 0n },
          ]),
        ),
      ),
    apply: (batch) => {
      records.push(...batch.records);
      return Promise.resolve({ kind: 'done' as const });
    },
    skip: () => Promise.resolve({ kind: 'done' as const }),
  } satisfies PartitionHandler;
}
