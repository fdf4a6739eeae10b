import { describe, expect, test } from 'vitest';
import { testStack } from '../../../support/env.ts';
import {
  beforeCommit,
  DEADLOCK,
  failingAt,
  losingCommit,
} from '../../../support/pair/broken-database.ts';
import { at, engineRig } from '../../../support/view/engine-rig.ts';
import { batchOf, broken, gone, marriage, person } from '../../../support/view/records.ts';
import { MARRIAGES, PEOPLE } from '../../../support/view/simulated-source.ts';

const stack = await testStack('exactlyonce');
const rig = await engineRig(stack, 'v');
const people = at(PEOPLE);
const marriages = at(MARRIAGES);

describe('a row never moves back (I2)', () => {
  test('an older version that is replayed does not overwrite a newer one', async () => {
    const { engine, claim } = rig.start('me');
    await claim(1);
    await engine.apply(batchOf(people, [person(0n, '1', 'old'), person(1n, '1', 'new')]));
    // As a retried dead letter, or progress put back by a restored backup, would do.
    await rig.root.execute('UPDATE civicbus_offset SET next_offset = 0 WHERE topic = ?', [PEOPLE]);
    await claim(1);
    await engine.apply(batchOf(people, [person(0n, '1', 'old')]));

    expect(await rig.persons()).toEqual(new Map([['1', shown('new')]]));
    expect((await rig.progress(people)).next).toBe(1n);
  });

  test('a delete is not undone by an older insert, nor an insert by an older delete', async () => {
    const { engine, claim } = rig.start('me');
    await claim(1);
    await engine.apply(batchOf(people, [person(0n, '1', 'a'), gone(1n, '1')]));
    await engine.apply(batchOf(people, [gone(2n, '2'), person(3n, '2', 'b')]));
    await rig.root.execute('UPDATE civicbus_offset SET next_offset = 0 WHERE topic = ?', [PEOPLE]);
    await claim(1);
    await engine.apply(batchOf(people, [person(0n, '1', 'a')]));
    await engine.apply(batchOf(people, [gone(2n, '2')], { from: 1n }));

    expect(await rig.persons()).toEqual(new Map([['2', shown('b')]]));
  });

  test('the same version again changes nothing and is no error', async () => {
    const { engine, claim } = rig.start('me');
    await claim(1);
    await engine.apply(batchOf(people, [person(5n, '1', 'a')], { from: 0n }));
    const before = await rig.root.query('SELECT * FROM person__rows');
    await rig.root.execute('UPDATE civicbus_offset SET next_offset = 0 WHERE topic = ?', [PEOPLE]);
    await claim(1);
    await engine.apply(batchOf(people, [person(5n, '1', 'a')], { from: 0n }));

    expect(await rig.root.query('SELECT * FROM person__rows')).toEqual(before);
  });

  test('a mirrored row is guarded like a direct one', async () => {
    const { engine, claim } = rig.start('me');
    await claim(1);
    await engine.apply(batchOf(people, [person(0n, '1', 'a')]));
    await engine.apply(batchOf(marriages, [marriage(0n, 'm', { a: '1', b: '2' }), gone(1n, 'm')]));
    await rig.root.execute('UPDATE civicbus_offset SET next_offset = 0');
    await claim(1);
    await engine.apply(batchOf(marriages, [marriage(0n, 'm', { a: '1', b: '2' })]));

    expect((await rig.persons()).get('1')).toEqual(shown('a'));
  });

  test('a batch from before the progress does not put the progress back', async () => {
    const { engine, claim } = rig.start('me');
    await claim(1);
    await engine.apply(batchOf(people, [person(0n, '1', 'a'), person(1n, '1', 'b')]));

    expect(await engine.apply(batchOf(people, [person(0n, '1', 'a')]))).toEqual({
      kind: 'seek',
      offset: 2n,
    });
    expect((await rig.progress(people)).next).toBe(2n);
  });

  test('a batch that begins after the progress is not applied: what lies between is read first', async () => {
    const { engine, claim } = rig.start('me');
    await claim(1);

    expect(await engine.apply(batchOf(people, [person(5n, '1', 'a')]))).toEqual({
      kind: 'seek',
      offset: 0n,
    });
    expect(await rig.count('person__rows')).toBe(0);
  });
});

describe('rows and progress commit together (I3)', () => {
  const batch = batchOf(marriages, [
    marriage(0n, 'm', { a: '1', b: '2' }),
    broken(1n),
    marriage(2n, 'n', { a: '3', b: null }),
  ]);
  const written = [
    'civicbus_offset',
    'touched before',
    'marriage__mirror',
    'person__rows',
    'blocks now',
    'person__rows',
    'civicbus_dead_letter',
  ];

  test('one batch is written by one transaction of these statements', async () => {
    const { engine, claim } = rig.start('me');
    const spy = failingAt(rig.database, () => undefined);
    await claim(1);
    const { engine: watched, claim: claimWatched } = rig.start('me', { database: spy.database });
    await claimWatched(1);
    await watched.apply(batch);

    expect(spy.transactions).toEqual([written.length]);
    expect(await engine.apply(batch)).toEqual({ kind: 'drop' });
  });

  test.each(written.map((name, index) => [index + 1, name] as const))(
    'a transaction that fails at statement %i (%s) leaves nothing behind',
    async (statement) => {
      const spy = failingAt(rig.database, () => statement);
      const { engine, claim } = rig.start('me', { database: spy.database });
      await claim(1);
      const handled = await engine.apply(batch);

      expect(handled).toEqual({ kind: 'pause', reason: 'SQL_FAILED' });
      expect((await rig.progress(marriages)).next).toBe(0n);
      for (const table of ['person__rows', 'marriage__mirror', 'civicbus_dead_letter'])
        expect(await rig.count(table), `rows of ${table}`).toBe(0);
    },
  );

  test('a failure that passes is repeated until the batch is written, once', async () => {
    const spy = failingAt(rig.database, (index) => (index < 4 ? 3 : undefined), DEADLOCK);
    const { engine, claim, applied } = rig.start('me', { database: spy.database });
    await claim(1);

    expect(await engine.apply(batch)).toEqual({ kind: 'done' });
    expect(spy.transactions).toEqual([3, 3, 3, 3, written.length]);
    expect((await rig.progress(marriages)).next).toBe(3n);
    expect(await rig.count('marriage__mirror')).toBe(2);
    expect(applied).toHaveLength(1);
  });

  test.each([
    [true, 'it had happened: nothing is written twice'],
    [false, 'it had not: the batch is written again'],
  ])('COMMIT without an answer, committed %s (%s)', async (committed) => {
    const database = losingCommit(rig.database, { commit: 0, committed });
    const { engine, claim } = rig.start('me', { database });
    await claim(1);

    expect(await engine.apply(batch)).toEqual({ kind: 'done' });
    expect((await rig.progress(marriages)).next).toBe(3n);
    expect(await rig.count('civicbus_dead_letter')).toBe(1);
    const more = batchOf(marriages, [gone(3n, 'n')]);
    expect(await engine.apply(more)).toEqual({ kind: 'done' });
    expect((await rig.progress(marriages)).next).toBe(4n);
  });
});

describe('a member that lost its partition cannot commit (I4)', () => {
  test('a batch in hand when another member claims is turned away whole', async () => {
    const zombie = rig.start('zombie');
    const heir = rig.start('heir');
    await zombie.claim(1);
    await zombie.engine.apply(batchOf(people, [person(0n, '1', 'first')]));
    await heir.claim(2);
    const late = await zombie.engine.apply(batchOf(people, [person(1n, '1', 'late'), broken(2n)]));

    expect(late).toEqual({ kind: 'pause', reason: 'held by a newer member' });
    expect(await rig.persons()).toEqual(new Map([['1', shown('first')]]));
    expect(await rig.count('civicbus_dead_letter')).toBe(0);
    expect(await rig.progress(people)).toMatchObject({ next: 1n, owner: 'heir' });
    expect(zombie.applied).toHaveLength(1);
  });

  test('nor can it when the heir stands at the same offset', async () => {
    const zombie = rig.start('zombie');
    const heir = rig.start('heir');
    await zombie.claim(1);
    await heir.claim(2);
    await zombie.engine.apply(batchOf(people, [person(0n, '1', 'late')]));
    await heir.engine.apply(batchOf(people, [person(0n, '1', 'late')]));

    expect(zombie.applied).toHaveLength(0);
    expect(heir.applied).toHaveLength(1);
  });

  test('markers alone do not let it move the progress either', async () => {
    const zombie = rig.start('zombie');
    const heir = rig.start('heir');
    await zombie.claim(1);
    await heir.claim(2);

    expect(await zombie.engine.skip({ ...people, fetchOffset: 0n, nextOffset: 9n })).toEqual({
      kind: 'pause',
      reason: 'held by a newer member',
    });
    expect((await rig.progress(people)).next).toBe(0n);
  });

  test('a claim waits for the transaction of the former owner, and reads what it wrote', async () => {
    const former = rig.start('former');
    await former.claim(1);
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    let begun = (): void => {};
    const inside = new Promise<void>((resolve) => (begun = resolve));
    const slow = rig.start('slow', {
      database: beforeCommit(rig.database, async () => {
        begun();
        await held;
      }),
    });
    await slow.claim(2);
    const writing = slow.engine.apply(batchOf(people, [person(0n, '1', 'a')]));
    await inside;
    const claiming = rig.start('heir').claim(3);
    release();

    expect(await writing).toEqual({ kind: 'done' });
    expect((await claiming).get(`${PEOPLE}/0`)).toEqual({ kind: 'start', offset: 1n });
  });

  test('a claim of an older group generation is refused and asks again', async () => {
    const newer = rig.start('newer');
    const older = rig.start('older');
    await newer.claim(7);
    const claims = await older.claim(6, [people]);

    expect(claims.get(`${PEOPLE}/0`)).toMatchObject({ kind: 'pause' });
    expect(await rig.progress(people)).toMatchObject({ owner: 'newer', epoch: 1n });
    await expect.poll(() => older.reclaims).toEqual([expect.objectContaining(people)]);
  });

  test('a group that begins anew at generation 1 takes its partitions when it asks again', async () => {
    await rig.start('before').claim(40);
    const { engine, claim } = rig.start('after');
    expect((await claim(1, [people])).get(`${PEOPLE}/0`)).toMatchObject({ kind: 'pause' });
    expect((await claim(1, [people])).get(`${PEOPLE}/0`)).toEqual({ kind: 'start', offset: 0n });

    expect(await engine.apply(batchOf(people, [person(0n, '1', 'a')]))).toEqual({ kind: 'done' });
  });

  test('a stale batch is dropped without a word to the database', async () => {
    const spy = failingAt(rig.database, () => undefined);
    const { engine, claim } = rig.start('me', { database: spy.database });
    await claim(1);

    const stale = batchOf(people, [person(0n, '1', 'a')], { isStale: () => true });
    expect(await engine.apply(stale)).toEqual({ kind: 'drop' });
    expect(spy.transactions).toEqual([]);
  });
});

function shown(name: string): object {
  return { name, points: '1', marital_status: null, spouse: null };
}
