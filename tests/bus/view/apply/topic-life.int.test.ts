import { describe, expect, test } from 'vitest';
import { BusError } from '../../../../bus/base/errors.ts';
import { clearHalt } from '../../../../bus/view/store/offset-store.ts';
import { testStack } from '../../../support/env.ts';
import { at, engineRig, noWaiting, type BrokerState } from '../../../support/view/engine-rig.ts';
import { batchOf, person } from '../../../support/view/records.ts';
import { MARRIAGES, PEOPLE } from '../../../support/view/simulated-source.ts';

const stack = await testStack('topiclife');
const rig = await engineRig(stack, 'v');
const people = at(PEOPLE);
const start = { kind: 'start', offset: 10n };

/** A member has applied up to offset 10 of partition 0. */
async function tenApplied(): Promise<void> {
  const { engine, claim } = rig.start('before');
  await claim(1);
  await engine.apply(batchOf(people, [person(9n, '1', 'a')], { from: 0n }));
}

describe('a gap below the log start is data loss, gaps above it are normal (I6)', () => {
  test('a log that begins above the progress halts the unit before anything more is applied', async () => {
    await tenApplied();
    rig.broker.start = 11n;
    const { engine, claim } = rig.start('me');

    expect((await claim(2)).get(`${PEOPLE}/0`)).toEqual({
      kind: 'pause',
      reason: 'VIEW_DATA_LOST',
    });
    expect(await engine.apply(batchOf(people, [person(11n, '1', 'b')]))).toEqual({ kind: 'drop' });
    expect(await rig.progress(people)).toMatchObject({ next: 10n, haltCode: 'VIEW_DATA_LOST' });
  });

  test('a first sight of a log that lost its beginning is data loss too', async () => {
    rig.broker.start = 1n;

    expect((await rig.start('me').claim(1)).get(`${MARRIAGES}/2`)).toMatchObject({
      reason: 'VIEW_DATA_LOST',
    });
  });

  test.each([
    [10n, 'all that was applied was removed, nothing more'],
    [9n, 'some of what was applied is still there'],
    [0n, 'nothing was removed'],
  ])('a log that begins at %s of 10 goes on (%s)', async (logStart) => {
    await rig.start('before').claim(1);
    await rig.root.execute('UPDATE civicbus_offset SET next_offset = 10');
    rig.broker.start = logStart;

    expect((await rig.start('me').claim(2)).get(`${PEOPLE}/0`)).toEqual(start);
  });

  test('offsets missing inside a batch, and after it, are markers and compaction', async () => {
    const { engine, claim } = rig.start('me');
    await claim(1);
    const holes = [person(2n, '1', 'a'), person(7n, '1', 'b')];

    expect(await engine.apply(batchOf(people, holes, { from: 0n, next: 12n }))).toEqual({
      kind: 'done',
    });
    expect((await rig.progress(people)).next).toBe(12n);
  });

  test('a fetch of nothing but markers moves the progress', async () => {
    const { engine, claim } = rig.start('me');
    await claim(1);

    expect(await engine.skip({ ...people, fetchOffset: 0n, nextOffset: 4n })).toEqual({
      kind: 'done',
    });
    expect((await rig.progress(people)).next).toBe(4n);
    expect(await engine.skip({ ...people, fetchOffset: 6n, nextOffset: 9n })).toEqual({
      kind: 'seek',
      offset: 4n,
    });
  });

  test('markers are noted once a second at most, so that a quiet topic costs little', async () => {
    let now = 1_000_000;
    const { engine, claim } = rig.start('me', { clock: { ...noWaiting, now: () => now } });
    await claim(1);
    await engine.skip({ ...people, fetchOffset: 0n, nextOffset: 1n });
    await engine.skip({ ...people, fetchOffset: 1n, nextOffset: 2n });
    expect((await rig.progress(people)).next).toBe(1n);
    now += 1_000;
    await engine.skip({ ...people, fetchOffset: 1n, nextOffset: 3n });
    expect((await rig.progress(people)).next).toBe(3n);
  });
});

describe('a topic that is not the one the view was built from', () => {
  test.each<[string, (broker: BrokerState) => void]>([
    ['recreated', (broker) => (broker.topicIds[PEOPLE] = 'another-life')],
    ['on another cluster', (broker) => (broker.clusterId = 'cluster-2')],
    ['with another partition count', (broker) => (broker.partitions = 4)],
  ])('%s halts at the first look', async (_, change) => {
    await tenApplied();
    change(rig.broker);
    rig.broker.looks = 0;

    expect((await rig.start('me').claim(2)).get(`${PEOPLE}/0`)).toEqual({
      kind: 'pause',
      reason: 'VIEW_TOPIC_REPLACED',
    });
    expect(rig.broker.looks).toBe(1);
    expect((await rig.progress(people)).next).toBe(10n);
  });

  test('a recreated topic halts its own unit only', async () => {
    await tenApplied();
    rig.broker.topicIds[PEOPLE] = 'another-life';
    const claims = await rig.start('me').claim(2);

    expect(claims.get(`${PEOPLE}/2`)).toMatchObject({ reason: 'VIEW_TOPIC_REPLACED' });
    expect(claims.get(`${MARRIAGES}/0`)).toEqual({ kind: 'start', offset: 0n });
  });

  test.each<[string, (broker: BrokerState) => void]>([
    ['ends below what was applied', (broker) => (broker.end = 9n)],
    ['is not known', (broker) => broker.absent.add(PEOPLE)],
  ])('a topic that %s counts as replaced only after repeated looks', async (_, change) => {
    await tenApplied();
    change(rig.broker);
    rig.broker.looks = 0;

    expect((await rig.start('me').claim(2, [people])).get(`${PEOPLE}/0`)).toMatchObject({
      kind: 'pause',
      reason: 'VIEW_TOPIC_REPLACED',
    });
    expect(rig.broker.looks).toBeGreaterThanOrEqual(10);
  });

  test('a broker that catches up between two looks halts nothing', async () => {
    await tenApplied();
    rig.broker.end = 9n;
    const clock = { ...noWaiting, sleep: async () => void (rig.broker.end = 10n) };

    expect((await rig.start('me', { clock }).claim(2)).get(`${PEOPLE}/0`)).toEqual(start);
    expect((await rig.progress(people)).haltCode).toBeNull();
  });

  test('an outage of the broker says nothing about the topic, however long it lasts', async () => {
    await tenApplied();
    rig.broker.failures.push(
      ...Array.from({ length: 50 }, () => new BusError('SQL_CONNECTION_LOST', { address: 'test' })),
    );
    const waits: number[] = [];
    const clock = { ...noWaiting, sleep: async (ms: number) => void waits.push(ms) };

    expect((await rig.start('me', { clock }).claim(2)).get(`${PEOPLE}/0`)).toEqual(start);
    expect(waits).toHaveLength(50);
    // Asked more and more slowly: an outage must not fill the log.
    expect(waits.at(-1)).toBe(2_000);
  });

  test('a halt that is lifted while its cause lasts comes back', async () => {
    await tenApplied();
    rig.broker.topicIds[PEOPLE] = 'another-life';
    const { claim } = rig.start('me');
    await claim(2);
    await clearHalt(rig.root, `${rig.view.name}/identity`);

    expect((await claim(2)).get(`${PEOPLE}/0`)).toMatchObject({ reason: 'VIEW_TOPIC_REPLACED' });
  });
});
