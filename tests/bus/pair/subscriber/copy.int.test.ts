import { describe, expect, test } from 'vitest';
import { stageTable } from '../../../../bus/pair/subscriber/tables.ts';
import type { SqlEngine } from '../../../../bus/sql/sql.ts';
import { testStack } from '../../../support/env.ts';
import { copyRig, TABLE } from '../../../support/pair/copy-rig.ts';
import type { PairFeed } from '../../../support/pair/pair-feed.ts';

const stack = await testStack('paircopy');
const ENGINES: readonly SqlEngine[] = ['mariadb', 'postgresql'];

/** What the copy holds, as the feed says it. */
function truthOf(rows: ReadonlyMap<string, readonly unknown[]>): Map<string, object> {
  return new Map([...rows].map(([key, [id, name, points]]) => [key, { id, name, points }]));
}

function people(feed: PairFeed, count: number, from = 0): void {
  for (let n = from; n < from + count; n++) feed.truth.set(`k${n}`, [`k${n}`, `name ${n}`, n]);
}

describe.each(ENGINES)('a realtime copy on %s', (engine) => {
  test('a whole copy, then changes: the table is what was sent', async () => {
    const rig = await copyRig(stack, engine);
    people(rig.feed, 50);
    rig.feed.backfill();
    rig.feed.change('k1', ['k1', '𠮷 changed', null]);
    rig.feed.change('k2', null);
    rig.feed.change('new', ['new', "o'clock \\ ?", -7]);
    rig.feed.change('k2', ['k2', 'back', 2]);
    const { drain, settled } = rig.start('me');
    await drain({ perBatch: 7 });

    expect(await rig.rows()).toEqual(truthOf(rig.feed.truth));
    expect(settled).toEqual([{ kind: 'copied', generation: 1, rows: 50 }]);
    expect(await rig.count(stageTable(TABLE))).toBe(0);
    expect((await rig.progress()).map(({ mode }) => mode)).toEqual(['live', 'live']);
  });

  test('keys that usual collations take for one are two rows', async () => {
    const rig = await copyRig(stack, engine);
    rig.feed.backfill();
    for (const key of ['a', 'A', 'a ', 'ä', '𠀀', '𠀁', '＇']) rig.feed.change(key, [key, key, 1]);
    rig.feed.change('A', null);
    await rig.start('me').drain();

    expect(await rig.rows()).toEqual(truthOf(rig.feed.truth));
    expect((await rig.rows()).size).toBe(6);
  });

  test('while a copy is gathered readers see the old data whole', async () => {
    const rig = await copyRig(stack, engine, { partitions: 1 });
    people(rig.feed, 20);
    rig.feed.backfill();
    const { claim, read, drain } = rig.start('me');
    await drain();
    const before = await rig.rows();
    const at = rig.feed.end(0);
    rig.feed.truth.clear();
    people(rig.feed, 5, 100);
    rig.feed.backfill();
    await claim(1);
    await read(0, { from: at, count: 4 });

    expect(await rig.rows()).toEqual(before);
    expect(await rig.count(stageTable(TABLE))).toBe(3);
    await drain();
    expect(await rig.rows()).toEqual(truthOf(rig.feed.truth));
  });

  test('the old stream that goes on beside a copy does not touch it', async () => {
    const rig = await copyRig(stack, engine, { partitions: 1 });
    people(rig.feed, 3);
    rig.feed.backfill();
    const generation = rig.feed.backfillStart();
    rig.feed.change('k1', ['k1', 'late, of the old generation', 0], 1);
    rig.feed.control('BACKFILL_END', { generation, rows: 0, keySetHash: '0'.repeat(64) });
    rig.feed.truth.clear();
    await rig.start('me').drain();

    expect(await rig.rows()).toEqual(truthOf(rig.feed.truth));
  });

  test('a copy that was cut off is followed by a newer one', async () => {
    const rig = await copyRig(stack, engine);
    people(rig.feed, 30);
    rig.feed.backfill({ isCutOff: true });
    rig.feed.truth.delete('k3');
    rig.feed.backfill();
    const { drain, settled } = rig.start('me');
    await drain({ perBatch: 5 });

    expect(await rig.rows()).toEqual(truthOf(rig.feed.truth));
    expect(settled).toEqual([{ kind: 'copied', generation: 2, rows: 29 }]);
  });

  test('a partition that waits for a copy that never ends elsewhere goes on with the next', async () => {
    const rig = await copyRig(stack, engine);
    people(rig.feed, 30);
    const generation = rig.feed.backfillStart();
    // As a gateway that died between two transactions leaves it.
    rig.feed.control('BACKFILL_END', { generation, rows: 0, keySetHash: '0'.repeat(64) }, 0);
    rig.feed.backfill();
    const { engine: copy, claim, read, drain } = rig.start('me');
    await claim(1);
    expect(await read(0, { count: 2 })).toMatchObject({ kind: 'pause' });
    await read(1, { count: 2 });
    await copy.watch();

    expect((await rig.progress())[0]).toMatchObject({ mode: 'discarding' });
    await drain();
    expect(await rig.rows()).toEqual(truthOf(rig.feed.truth));
  });

  test.each([
    ['rows', { rows: 31 }, 'one more was sent than arrived'],
    ['fingerprint', { keySetHash: 'f'.repeat(64) }, 'other keys were sent'],
  ])('a wrong %s keeps the old data, and the next copy heals', async (_what, wrong, _reason) => {
    const rig = await copyRig(stack, engine);
    people(rig.feed, 10);
    rig.feed.backfill();
    const { drain, settled } = rig.start('me');
    await drain();
    const before = await rig.rows();
    people(rig.feed, 30);
    rig.feed.backfill(wrong);
    rig.feed.change('k9', ['k9', 'of the refused copy', 9]);
    await drain();

    expect(await rig.rows()).toEqual(before);
    expect(settled.at(-1)).toMatchObject({ kind: 'mismatch' });
    expect(await rig.subscription()).toMatchObject({
      faultCode: 'SUBSCRIBER_COPY_MISMATCH',
      generation: 1,
    });
    rig.feed.backfill();
    await drain();
    expect(await rig.rows()).toEqual(truthOf(rig.feed.truth));
    expect(await rig.subscription()).toMatchObject({ faultCode: null, generation: 3 });
  });

  test('the end of the agreement leaves no row, and is said once', async () => {
    const rig = await copyRig(stack, engine);
    people(rig.feed, 12);
    rig.feed.backfill();
    rig.feed.over();
    const { drain, settled } = rig.start('me');
    await drain();
    await drain();

    expect(await rig.count(TABLE)).toBe(0);
    expect(settled.filter(({ kind }) => kind === 'purged')).toEqual([{ kind: 'purged', rows: 12 }]);
    expect(await rig.subscription()).toMatchObject({ rowsPurged: 12 });
  });
});

describe.each(ENGINES)('a daily copy on %s', (engine) => {
  test('holds what was there at the last cut, never less and never more', async () => {
    const rig = await copyRig(stack, engine);
    people(rig.feed, 20);
    rig.feed.backfill();
    const { drain, settled } = rig.start('me', { delivery: 'daily' });
    await drain();
    rig.feed.remember('k1', ['k1', 'changed', 1]);
    rig.feed.remember('k2', null);
    rig.feed.remember('new', ['new', 'x', 1]);
    rig.feed.cut('2026-11-22');
    rig.feed.remember('k4', null);
    await drain({ perBatch: 3 });

    expect(await rig.rows()).toEqual(truthOf(rig.feed.atCut));
    expect(settled.at(-1)).toEqual({ kind: 'day-applied', day: '2026-11-22', rows: 3 });
  });

  test('days that were missed come in order, each with its manifest', async () => {
    const rig = await copyRig(stack, engine);
    people(rig.feed, 20);
    rig.feed.backfill();
    for (const day of ['2026-11-20', '2026-11-21', '2026-11-22']) {
      rig.feed.remember('k1', ['k1', day, 1]);
      rig.feed.remember(day, day.endsWith('1') ? null : [day, day, 1]);
      rig.feed.cut(day);
    }
    await rig.start('me', { delivery: 'daily' }).drain({ perBatch: 4 });

    expect(await rig.rows()).toEqual(truthOf(rig.feed.atCut));
    expect(await rig.count('civicbus_manifest')).toBe(3);
  });

  test('a day of which not all partitions have come to the cut changes nothing', async () => {
    const rig = await copyRig(stack, engine);
    people(rig.feed, 20);
    rig.feed.backfill();
    const { drain, claim, read } = rig.start('me', { delivery: 'daily' });
    await drain();
    const before = await rig.rows();
    const from = rig.feed.end(0);
    for (let n = 0; n < 20; n++) rig.feed.remember(`k${n}`, null);
    rig.feed.cut('2026-11-22');
    await claim(1);

    expect(await read(0, { from })).toMatchObject({ kind: 'pause' });
    expect(await rig.rows()).toEqual(before);
    await drain();
    expect(await rig.rows()).toEqual(new Map());
  });

  test.each([
    ['count', { upserts: 9 }],
    ['fingerprint', { keySetHash: 'a'.repeat(64) }],
    ['predecessor', { previous: 'b'.repeat(64) }],
  ])('a manifest with a wrong %s keeps the old data until a resync', async (_what, wrong) => {
    const rig = await copyRig(stack, engine);
    people(rig.feed, 20);
    rig.feed.backfill();
    rig.feed.remember('k0', ['k0', 'first day', 1]);
    rig.feed.cut('2026-11-21');
    const { drain, settled } = rig.start('me', { delivery: 'daily' });
    await drain();
    const before = await rig.rows();
    rig.feed.remember('k1', null);
    rig.feed.cut('2026-11-22', wrong);
    await drain();

    expect(await rig.rows()).toEqual(before);
    expect(settled.at(-1)).toMatchObject({ kind: 'mismatch' });
    rig.feed.backfill();
    rig.feed.remember('k2', null);
    rig.feed.cut('2026-11-23');
    await drain();
    expect(await rig.rows()).toEqual(truthOf(rig.feed.atCut));
  });
});
