import { describe, expect, test } from 'vitest';
import type { SqlEngine } from '../../../../bus/sql/sql.ts';
import { testStack } from '../../../support/env.ts';
import {
  beforeCommit,
  DEADLOCK,
  failingAt,
  losingCommit,
  REFUSED,
} from '../../../support/pair/broken-database.ts';
import { copyRig, TABLE, type CopyRig } from '../../../support/pair/copy-rig.ts';

const stack = await testStack('paironce');
const ENGINES: readonly SqlEngine[] = ['mariadb', 'postgresql'];

function truthOf(rows: ReadonlyMap<string, readonly unknown[]>): Map<string, object> {
  return new Map([...rows].map(([key, [id, name, points]]) => [key, { id, name, points }]));
}

function wantedOf({ feed }: CopyRig, delivery: 'realtime' | 'daily'): Map<string, object> {
  return truthOf(delivery === 'daily' ? feed.atCut : feed.truth);
}

/** A copy, changes, a second copy cut off, a third, more changes: every kind of step. */
function story({ feed }: CopyRig): void {
  for (let n = 0; n < 12; n++) feed.truth.set(`k${n}`, [`k${n}`, 'first', n]);
  feed.backfill();
  for (let n = 0; n < 6; n++) feed.change(`k${n}`, n % 2 ? null : [`k${n}`, 'second', n]);
  feed.backfill({ isCutOff: true });
  feed.truth.set('only third', ['only third', 'x', 3]);
  feed.truth.delete('k8');
  feed.backfill();
  feed.change('k9', null);
  feed.change('k9', ['k9', 'back', 9]);
}

/** Three days, the second of them with a change that a later one takes back. */
function days({ feed }: CopyRig): void {
  for (let n = 0; n < 8; n++) feed.truth.set(`k${n}`, [`k${n}`, 'first', n]);
  feed.backfill();
  feed.remember('k1', null);
  feed.remember('new', ['new', 'day one', 1]);
  feed.cut('2026-11-20');
  feed.remember('new', null);
  feed.remember('k1', ['k1', 'back', 1]);
  feed.cut('2026-11-21');
}

const STORIES = [
  ['realtime', story],
  ['daily', days],
] as const;

describe.each(ENGINES)('on %s', (engine) => {
  describe.each(STORIES)('%s: rows and progress commit together', (delivery, tell) => {
    test('whichever statement of every transaction fails, the copy ends as what was sent', async () => {
      // How many transactions, of how many statements, it takes without a failure.
      const dry = await copyRig(stack, engine);
      tell(dry);
      const counted = failingAt(dry.database, () => undefined);
      await dry.start('dry', { delivery, database: counted.database }).drain({ perBatch: 6 });
      const longest = Math.max(...counted.transactions);
      expect(await dry.rows()).toEqual(wantedOf(dry, delivery));

      for (let statement = 1; statement <= longest; statement++) {
        const reached: number[] = [];
        for (const turn of [0, 1]) {
          const rig = await copyRig(stack, engine, { beside: dry });
          tell(rig);
          // Every other transaction fails there, if it has so many statements, and is taken again.
          const at = (index: number) => (index % 2 === turn ? statement : undefined);
          const spy = failingAt(rig.database, at, statement % 2 ? DEADLOCK : REFUSED);
          await rig.start('me', { delivery, database: spy.database }).drain({ perBatch: 6 });
          await rig.start('heir', { delivery }).drain();
          reached.push(...spy.transactions.filter((_, index) => index % 2 === turn));
          expect(await rig.rows(), `statement ${statement}`).toEqual(wantedOf(rig, delivery));
        }
        expect(reached, 'transactions that failed').toContain(statement);
      }
    });

    test.each([true, false])(
      'a COMMIT without an answer, committed %s, wherever it happens, is neither lost nor doubled',
      async (committed) => {
        const dry = await copyRig(stack, engine);
        tell(dry);
        const counted = failingAt(dry.database, () => undefined);
        await dry.start('dry', { delivery, database: counted.database }).drain({ perBatch: 6 });
        for (let commit = 0; commit < counted.transactions.length; commit += 3) {
          const rig = await copyRig(stack, engine, { beside: dry });
          tell(rig);
          const database = losingCommit(rig.database, { commit, committed });
          await rig.start('me', { delivery, database }).drain({ perBatch: 6 });
          expect(await rig.rows(), `commit ${commit}`).toEqual(wantedOf(rig, delivery));
        }
      },
    );
  });

  test('a batch that comes again, whole or in part, changes nothing', async () => {
    const rig = await copyRig(stack, engine, { partitions: 1 });
    story(rig);
    const { claim, read, drain } = rig.start('me');
    await drain();
    await claim(1);
    const end = rig.feed.end(0);

    expect(await read(0, { from: 0n, count: 10 })).toEqual({ kind: 'seek', offset: end });
    expect(await read(0, { from: 3n })).toEqual({ kind: 'done' });
    expect(await read(0, { from: end + 5n })).toEqual({ kind: 'seek', offset: end });
    expect(await rig.rows()).toEqual(truthOf(rig.feed.truth));
  });

  test('a stale batch is dropped', async () => {
    const rig = await copyRig(stack, engine, { partitions: 1 });
    story(rig);
    const { claim, read } = rig.start('me');
    await claim(1);

    expect(await read(0, { isStale: () => true })).toEqual({ kind: 'drop' });
    expect((await rig.progress())[0]).toMatchObject({ next: 0n });
  });

  test('a member that lost its partition commits nothing, also at the same offset', async () => {
    const rig = await copyRig(stack, engine, { partitions: 1 });
    rig.feed.backfill();
    rig.feed.change('a', ['a', 'x', 1]);
    const zombie = rig.start('zombie');
    const heir = rig.start('heir');
    await zombie.claim(1);
    await zombie.read(0, { count: 2 });
    await heir.claim(2);

    expect(await zombie.read(0, { from: 2n })).toMatchObject({ kind: 'pause' });
    expect(await rig.count(TABLE)).toBe(0);
    expect(await heir.read(0, { from: 2n })).toEqual({ kind: 'done' });
    expect(await rig.rows()).toEqual(truthOf(rig.feed.truth));
  });

  /** A member held within the transaction of its record at offset 4, until `release`. */
  async function heldMember(rig: CopyRig, within: CopyRig['database']) {
    rig.feed.backfill();
    rig.feed.change('a', ['a', 'x', 1]);
    await rig.start('first').drain();
    rig.feed.change('b', ['b', 'x', 1]);
    const inside = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    let isHeld = false;
    const database = beforeCommit(within, async () => {
      if (!isHeld) return;
      inside.resolve();
      await released.promise;
    });
    const member = rig.start('former', { database });
    await member.claim(2);
    // The first read also makes itself acquainted with the schema, in a transaction of its own.
    await member.read(0, { from: 3n });
    rig.feed.change('c', ['c', 'x', 1]);
    isHeld = true;
    const writing = member.read(0, { from: 4n });
    await inside.promise;
    const release = () => {
      isHeld = false;
      released.resolve();
    };
    return { writing, release };
  }

  test('a claim waits for the transaction of the former owner, and reads what it wrote', async () => {
    const rig = await copyRig(stack, engine, { partitions: 1 });
    const { writing, release } = await heldMember(rig, rig.database);
    const claiming = rig.start('heir').claim(3);
    release();

    expect(await writing).toEqual({ kind: 'done' });
    expect([...(await claiming).values()]).toEqual([{ kind: 'start', offset: 5n }]);
  });

  test('a claim goes on although the former owner stands still in the middle of a transaction', async () => {
    const rig = await copyRig(stack, engine, { partitions: 1 });
    const database = await rig.openAgain({ idleTransactionSeconds: 1 });
    const { writing, release } = await heldMember(rig, database);
    const heir = rig.start('heir');
    // Nobody wakes the other: its locks have to go by themselves.
    expect([...(await heir.claim(3)).values()]).toEqual([{ kind: 'start', offset: 4n }]);
    expect(await heir.read(0, { from: 4n })).toEqual({ kind: 'done' });
    release();

    expect(await writing).toMatchObject({ kind: 'pause' });
    expect(await rig.rows()).toEqual(truthOf(rig.feed.truth));
  });

  test('a claim of an older group generation is refused, and taken when asked for again', async () => {
    const rig = await copyRig(stack, engine, { partitions: 1 });
    rig.feed.backfill();
    await rig.start('newer').claim(7);
    const older = rig.start('older');

    expect([...(await older.claim(6)).values()]).toMatchObject([{ kind: 'pause' }]);
    await expect.poll(() => older.reclaims).toHaveLength(1);
    expect([...(await older.claim(6)).values()]).toMatchObject([{ kind: 'start' }]);
  });

  test('readers see a copy whole, the old one or the new one, at any moment of the exchange', async () => {
    const rig = await copyRig(stack, engine, { partitions: 1 });
    for (let n = 0; n < 400; n++) rig.feed.truth.set(`k${n}`, [`k${n}`, 'x', 1]);
    rig.feed.backfill();
    const { drain } = rig.start('me');
    await drain();
    // 400 rows of 1 become 300 others of 2, and back: any mixture has another count or sum.
    const seen = new Set<string>();
    let isOver = false;
    const reading = (async () => {
      while (!isOver) {
        const [row] = await rig.database.query<{ n: number; total: number | string }>(
          `SELECT COUNT(*) AS n, COALESCE(SUM(points), 0) AS total FROM ${TABLE}`,
        );
        seen.add(`${Number(row!.n)} ${Number(row!.total)}`);
      }
    })();
    for (let turn = 0; turn < 4; turn++) {
      rig.feed.truth.clear();
      const [count, points] = turn % 2 ? [400, 1] : [300, 2];
      for (let n = 0; n < count; n++)
        rig.feed.truth.set(`k${n + turn * 50}`, [`k${n + turn * 50}`, 'x', points]);
      rig.feed.backfill();
      await drain();
    }
    isOver = true;
    await reading;

    expect([...seen].toSorted()).toEqual(['300 600', '400 400']);
  });
});
