import { describe, expect, test } from 'vitest';
import type { SqlEngine } from '../../../../bus/sql/sql.ts';
import { testStack } from '../../../support/env.ts';
import { contentHash, copyRig, field, FIELDS, TABLE } from '../../../support/pair/copy-rig.ts';
import type { PairFeed } from '../../../support/pair/pair-feed.ts';

const stack = await testStack('pairfaults');
const ENGINES: readonly SqlEngine[] = ['mariadb', 'postgresql'];

function truthOf(
  rows: ReadonlyMap<string, readonly unknown[]>,
  names: readonly string[] = ['id', 'name', 'points'],
): Map<string, object> {
  return new Map(
    [...rows].map(([key, row]) => [key, Object.fromEntries(names.map((n, at) => [n, row[at]]))]),
  );
}

function people(feed: PairFeed, count: number): void {
  for (let n = 0; n < count; n++) feed.truth.set(`k${n}`, [`k${n}`, 'x', n]);
}

describe('records that were lost before they were read', () => {
  test('leave the old data, are said, and the next whole copy heals', async () => {
    const rig = await copyRig(stack, 'mariadb');
    people(rig.feed, 20);
    rig.feed.backfill();
    const { drain } = rig.start('me');
    await drain();
    const before = await rig.rows();
    for (let n = 0; n < 20; n++) rig.feed.change(`k${n}`, null);
    // Of partition 0 one change can still be read: it may not be applied alone.
    rig.broker.starts.set(0, rig.feed.end(0) - 1n);
    rig.broker.starts.set(1, rig.feed.end(1));
    await drain();

    expect(await rig.rows()).toEqual(before);
    expect((await rig.progress()).map(({ mode }) => mode)).toEqual(['discarding', 'discarding']);
    expect(await rig.subscription()).toMatchObject({ faultCode: 'SUBSCRIBER_RECORDS_LOST' });
    rig.feed.backfill();
    await drain();
    expect(await rig.rows()).toEqual(truthOf(rig.feed.truth));
    expect(await rig.subscription()).toMatchObject({ faultCode: null });
  });

  test('a subscriber that comes late takes the first whole copy that is complete', async () => {
    const rig = await copyRig(stack, 'mariadb', { partitions: 1 });
    people(rig.feed, 5);
    rig.feed.backfill();
    rig.broker.starts.set(0, 3n);
    rig.feed.truth.delete('k1');
    rig.feed.backfill();
    rig.feed.change('late', ['late', 'x', 1]);
    const { drain, settled } = rig.start('me');
    await drain();

    expect(settled).toEqual([{ kind: 'copied', generation: 2, rows: 4 }]);
    expect(await rig.rows()).toEqual(truthOf(rig.feed.truth));
  });

  test('a topic that was recreated counts as lost as a whole', async () => {
    const rig = await copyRig(stack, 'mariadb');
    people(rig.feed, 8);
    rig.feed.backfill();
    const { drain, claim } = rig.start('me');
    await drain();
    rig.broker.topicId = 'life-2';
    await claim(1);

    expect(await rig.progress()).toMatchObject([
      { mode: 'discarding', next: 0n, generation: 0 },
      { mode: 'discarding', next: 0n, generation: 0 },
    ]);
    expect((await rig.rows()).size).toBe(8);
    await drain();
    expect(await rig.rows()).toEqual(truthOf(rig.feed.truth));
  });

  test('a log that ends before the progress is believed only after repeated looks', async () => {
    const rig = await copyRig(stack, 'mariadb', { partitions: 1 });
    people(rig.feed, 8);
    rig.feed.backfill();
    await rig.start('me').drain();
    await rig.database.execute('UPDATE civicbus_pair_progress SET next_offset = 50');
    const claims = await rig.start('heir').claim(2);

    expect([...claims.values()]).toEqual([{ kind: 'start', offset: 0n }]);
    expect((await rig.progress())[0]).toMatchObject({ mode: 'discarding' });
  });
});

describe('a record that the gateway cannot have sent', () => {
  const row = { key: 'a', row: ['a', 'x', 1], generation: 1 } as const;
  test.each([
    ['has no value', (feed: PairFeed) => ({ ...feed.encode('UPSERT', row), value: null })],
    [
      'is no Avro',
      (feed: PairFeed) => ({ ...feed.encode('UPSERT', row), value: Buffer.from('{}') }),
    ],
    ['names a schema of something else', (feed: PairFeed) => renamed(feed.encode('UPSERT', row))],
    ['has bytes left over', (feed: PairFeed) => extended(feed.encode('UPSERT', row))],
    [
      'is of another agreement',
      (feed: PairFeed) => feed.encode('UPSERT', { ...row, agreement: Buffer.alloc(32, 1) }),
    ],
    ['is a row without a key', (feed: PairFeed) => ({ ...feed.encode('UPSERT', row), key: null })],
    [
      'is an upsert without a row',
      (feed: PairFeed) => feed.encode('UPSERT', { ...row, row: null }),
    ],
    ['is a delete with a row', (feed: PairFeed) => feed.encode('DELETE', row)],
    [
      'is a control record with a key',
      (feed: PairFeed) =>
        feed.encode('BACKFILL_START', { key: 'a', generation: 9, control: '{"generation":9}' }),
    ],
  ])(
    'that %s: what stands before it is applied, nothing after it, and the cause is noted',
    async (_why, bad) => {
      const rig = await copyRig(stack, 'mariadb', { partitions: 1 });
      rig.feed.backfill();
      rig.feed.change('before', ['before', 'x', 1]);
      rig.feed.raw(0, bad(rig.feed));
      rig.feed.change('after', ['after', 'x', 1]);
      await rig.start('me').drain();

      expect([...(await rig.rows()).keys()]).toEqual(['before']);
      const [progress] = await rig.progress();
      expect(progress).toMatchObject({ next: 3n, mode: 'live' });
      expect(progress!.faultCode).toMatch(/^(SUBSCRIBER_FOREIGN_RECORD|PAIR_RECORD_BROKEN|AVRO_)/);
    },
  );

  test('one partition stands still, the other goes on', async () => {
    const rig = await copyRig(stack, 'mariadb');
    rig.feed.backfill();
    rig.feed.raw(1, { key: null, value: null });
    for (let n = 0; n < 20; n++) rig.feed.change(`k${n}`, [`k${n}`, 'x', n]);
    await rig.start('me').drain();

    const there = [...(await rig.rows()).keys()];
    expect(there.length).toBeGreaterThan(0);
    expect(there.every((key) => rig.feed.partOf(key) === 0)).toBe(true);
    expect((await rig.progress()).map(({ faultCode }) => faultCode)).toEqual([
      null,
      'SUBSCRIBER_FOREIGN_RECORD',
    ]);
  });
});

test('content that is not the pinned one is not taken', async () => {
  const rig = await copyRig(stack, 'mariadb', { partitions: 1 });
  people(rig.feed, 3);
  rig.feed.backfill();
  await rig.start('me', { contentHash: contentHash('another version') }).drain();
  expect((await rig.progress())[0]).toMatchObject({ next: 0n, faultCode: 'SUBSCRIBER_NOT_PINNED' });

  await rig.start('me', { contentHash: rig.feed.contentHash }).drain();
  expect(await rig.rows()).toEqual(truthOf(rig.feed.truth));
  expect((await rig.progress())[0]).toMatchObject({ faultCode: null });
});

describe.each(ENGINES)('the table on %s', (engine) => {
  const ddl = {
    mariadb: `CREATE TABLE ${TABLE} (id varchar(40) PRIMARY KEY, name varchar(50) NOT NULL UNIQUE, extra int)`,
    postgresql: `CREATE TABLE ${TABLE} (id varchar(40) PRIMARY KEY, name varchar(50) NOT NULL UNIQUE, extra int)`,
  }[engine];

  test('of somebody else is refused with every difference, and left alone', async () => {
    const rig = await copyRig(stack, engine, { partitions: 1 });
    await rig.database.execute(ddl);
    await rig.database.execute(`INSERT INTO ${TABLE} (id, name) VALUES ('mine', 'x')`);
    people(rig.feed, 3);
    rig.feed.backfill();
    await rig.start('me').drain();

    const [progress] = await rig.progress();
    expect(progress).toMatchObject({ next: 0n, faultCode: 'SUBSCRIBER_TABLE_DIFFERS' });
    for (const part of [
      'column name is',
      'column name must allow NULL',
      'column points',
      'column extra is not delivered',
      'unique index',
    ])
      expect(progress!.faultDetail).toContain(part);
    expect([...(await rig.rows()).keys()]).toEqual(['mine']);
    await rig.database.execute(`DROP TABLE ${TABLE}`);
    await rig.start('me').drain();
    expect(await rig.rows()).toEqual(truthOf(rig.feed.truth));
  });

  test('that was there with exactly the delivered columns is taken', async () => {
    const rig = await copyRig(stack, engine);
    people(rig.feed, 3);
    rig.feed.backfill();
    await rig.start('me').drain();
    // Begun anew beside the same table.
    await rig.database.execute('DELETE FROM civicbus_pair_progress');
    await rig.database.execute(
      "UPDATE civicbus_subscription SET layout = NULL, topic_id = '', newest_generation = 0, generation = 0",
    );
    await rig.database.execute(`INSERT INTO ${TABLE} (id) VALUES ('nobody sent this')`);
    await rig.start('again').drain();

    expect(await rig.rows()).toEqual(truthOf(rig.feed.truth));
  });

  test('follows a new version of the agreement: columns come with its copy, and go with it', async () => {
    const rig = await copyRig(stack, engine);
    people(rig.feed, 6);
    rig.feed.backfill();
    const { drain } = rig.start('me');
    await drain();
    rig.feed.newVersion([FIELDS[0]!, FIELDS[2]!, field('signed_on', 'date')]);
    for (const key of rig.feed.truth.keys()) rig.feed.truth.set(key, [key, 7, '2026-11-22']);
    rig.feed.backfill();
    rig.feed.change('new', ['new', 1, null]);
    await drain({ perBatch: 2 });

    const wanted = truthOf(rig.feed.truth, ['id', 'points', 'signed_on']);
    expect(await rig.rows()).toEqual(wanted);
    expect(await rig.subscription()).toMatchObject({ droppedColumns: null, generation: 2 });
  });

  test.each([
    ['type', [FIELDS[0]!, field('name', 'varchar(10)'), FIELDS[2]!], 'column name was varchar(60)'],
    ['key', [field('other', 'int'), ...FIELDS.slice(1)], 'its key was (id) and is (other) now'],
  ])('does not follow one with another %s: the old data stays', async (_what, fields, said) => {
    const rig = await copyRig(stack, engine, { partitions: 1 });
    people(rig.feed, 6);
    rig.feed.backfill();
    await rig.start('me').drain();
    const before = await rig.rows();
    rig.feed.newVersion(fields);
    rig.feed.truth.clear();
    rig.feed.backfill();
    await rig.start('heir').drain();

    expect(await rig.rows()).toEqual(before);
    const [progress] = await rig.progress();
    expect(progress).toMatchObject({ faultCode: 'SUBSCRIBER_TABLE_DIFFERS' });
    expect(progress!.faultDetail).toContain(said);
  });
});

/** The value under the schema of a key. */
function renamed({ key, value }: { readonly key: Buffer | null; readonly value: Buffer }) {
  return { key, value: Buffer.concat([key!.subarray(0, 5), value.subarray(5)]) };
}

function extended({ key, value }: { readonly key: Buffer | null; readonly value: Buffer }) {
  return { key, value: Buffer.concat([value, Buffer.from([1])]) };
}
