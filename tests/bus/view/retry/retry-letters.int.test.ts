import { beforeEach, describe, expect, test } from 'vitest';
import { createFakeKafka, type FakeKafka } from '../../../../bus/kafka/fake/fake-kafka.ts';
import type { KafkaAdmin, RawRecord } from '../../../../bus/kafka/kafka.ts';
import { retryLetters, type RetryOptions } from '../../../../bus/view/retry/retry-letters.ts';
import type { RecordReader } from '../../../../bus/view/apply/decode.ts';
import { testStack } from '../../../support/env.ts';
import { at, engineRig, PARTITIONS, topicIdOf } from '../../../support/view/engine-rig.ts';
import {
  batchOf,
  broken,
  changed,
  gone,
  marriage,
  person,
  scriptedReader,
} from '../../../support/view/records.ts';
import { MARRIAGES, PEOPLE, simulatedReader } from '../../../support/view/simulated-source.ts';
import { PATIENCE_MS } from '../../../support/patience.ts';

const stack = await testStack('retry');
const rig = await engineRig(stack, 'v');
const people = at(PEOPLE);
const marriages = at(MARRIAGES);
const unit = `${rig.view.name}/identity`;

let kafka: FakeKafka;
let admin: KafkaAdmin;

/** Reads what the scripted reader could not: the cause was corrected meanwhile. */
const corrected: RecordReader = {
  ...simulatedReader,
  change: (value) =>
    value.toString().startsWith('broken:')
      ? simulatedReader.change(Buffer.from(JSON.stringify({ op: 'u', after: ['mended', 7] })))
      : simulatedReader.change(value),
};

beforeEach(async () => {
  kafka = createFakeKafka();
  for (const topic of [PEOPLE, MARRIAGES]) kafka.createTopic(topic, PARTITIONS);
  const real = await kafka.bus.admin();
  admin = {
    ...real,
    describeTopics: async (names) =>
      names.map((name) => ({ name, topicId: topicIdOf(name), partitions: PARTITIONS })),
  };
});

/** The same records in the log and through the engine. */
async function applied(tp: typeof people, records: readonly RawRecord[]): Promise<void> {
  kafka.append(tp.topic, records, tp.partition);
  const { engine, claim } = rig.start('me');
  await claim(1);
  await engine.apply(batchOf(tp, records));
}

const retryAll = (more: Partial<RetryOptions> = {}, reader: RecordReader = corrected) =>
  retryLetters({
    view: rig.view,
    ports: { database: rig.database, admin, kafka: kafka.bus, readerFor: () => reader },
    timeoutMs: PATIENCE_MS,
    ...more,
  });

const withKey = (record: RawRecord, id: string): RawRecord => ({
  ...record,
  key: Buffer.from(JSON.stringify([id])),
});

describe('a retried letter', () => {
  test('is applied once its cause is corrected, and is resolved with it', async () => {
    await applied(people, [person(0n, '1', 'a'), withKey(broken(1n), '2'), person(2n, '3', 'c')]);
    expect(await retryAll()).toMatchObject([{ unit, offset: 1n, state: 'resolved' }]);
    expect((await rig.persons()).get('2')).toMatchObject({ name: 'mended' });
    expect(await retryAll()).toEqual([]);
    expect(await rig.count('civicbus_dead_letter')).toBe(1);
  });

  test('changes nothing where something newer was applied', async () => {
    await applied(people, [
      withKey(broken(0n), '1'),
      withKey(broken(1n), '2'),
      person(2n, '1', 'newer'),
      gone(3n, '2'),
    ]);
    expect(await retryAll()).toMatchObject([{ state: 'resolved' }, { state: 'resolved' }]);
    expect([...(await rig.persons())].map(([id, { name }]) => [id, name])).toEqual([
      ['1', 'newer'],
    ]);
  });

  test('of a mirrored block brings its entities up to date', async () => {
    await applied(people, [person(0n, '1', 'a'), person(1n, '2', 'b')]);
    const bad = marriage(0n, 'm1', { a: '1', b: '2', status: 'x'.repeat(21) });
    await applied(marriages, [bad]);
    const wide: RecordReader = {
      ...simulatedReader,
      change: (value) => {
        const change = simulatedReader.change(value);
        return { ...change, after: ['1', '2', 'married', '2020-01-01'] };
      },
    };
    expect(await retryAll({}, wide)).toMatchObject([{ state: 'resolved' }]);
    expect((await rig.persons()).get('1')).toMatchObject({ spouse: '2' });
    expect((await rig.persons()).get('2')).toMatchObject({ spouse: '1' });
  });

  test('that is still bad stays, with the reason of today and without its value', async () => {
    const secret = 'x'.repeat(61);
    await applied(people, [broken(0n), changed(1n, ['2'], [secret, 1])]);
    const retried = await retryAll({}, scriptedReader);
    expect(retried).toMatchObject([
      { state: 'open', code: 'AVRO_BODY_BROKEN' },
      { state: 'open', code: 'VIEW_VALUE_REFUSED' },
    ]);
    expect(JSON.stringify(retried.map(({ detail }) => detail))).not.toContain(secret);
    expect(await retryAll({}, scriptedReader)).toHaveLength(2);
  });

  test('is lost when its record is gone, or its topic is another one', async () => {
    await applied(people, [broken(0n), broken(1n)]);
    kafka.append(PEOPLE, [person(2n, '9', 'z')], 0);
    kafka.deleteBelow({ ...people, offset: 1n });
    expect(await retryAll({}, scriptedReader)).toMatchObject([
      { offset: 0n, state: 'lost' },
      { offset: 1n, state: 'open' },
    ]);
    const other = { ...admin, describeTopics: async () => [] };
    const ports = {
      database: rig.database,
      admin: other,
      kafka: kafka.bus,
      readerFor: () => corrected,
    };
    expect(await retryAll({ ports })).toMatchObject([{ offset: 1n, state: 'lost' }]);
  });

  test('can be named alone; one that is not there is an error', async () => {
    await applied(people, [withKey(broken(0n), '1'), withKey(broken(1n), '2')]);
    const only = { unit, ...people, offset: 1n };
    expect(await retryAll({ units: [unit], only })).toMatchObject([{ offset: 1n }]);
    expect([...(await rig.persons()).keys()]).toEqual(['2']);
    await expect(retryAll({ units: [unit], only })).rejects.toMatchObject({
      code: 'RETRY_NO_LETTER',
    });
  });
});
