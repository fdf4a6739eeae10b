import { describe, expect, test } from 'vitest';
import { BusError, type ErrorCode } from '../../../../bus/base/errors.ts';
import type { SqlDatabase } from '../../../../bus/sql/sql.ts';
import { DEAD_LETTERS_IN_A_ROW_MAX } from '../../../../bus/view/apply/decode.ts';
import { clearHalt } from '../../../../bus/view/store/offset-store.ts';
import { testStack } from '../../../support/env.ts';
import { at, engineRig } from '../../../support/view/engine-rig.ts';
import {
  batchOf,
  broken,
  changed,
  marriage,
  message,
  person,
  scriptedReader,
  truncate,
} from '../../../support/view/records.ts';
import { MARRIAGES, PEOPLE } from '../../../support/view/simulated-source.ts';

const stack = await testStack('deadletters');
const rig = await engineRig(stack, 'v');
const people = at(PEOPLE);
const marriages = at(MARRIAGES);

const letters = () =>
  rig.database.query<{ offset: number; code: string; detail: string; unit: string }>(
    'SELECT `offset`, code, detail, unit FROM civicbus_dead_letter ORDER BY `offset`',
  );

describe('nothing is skipped silently (I5)', () => {
  test('each record that cannot be applied is noted where it stands, and the others are applied', async () => {
    const { engine, claim, applied } = rig.start('me');
    await claim(1);
    await engine.apply(
      batchOf(people, [
        person(0n, '1', 'a'),
        broken(1n, 'AVRO_SCHEMA_UNKNOWN'),
        changed(2n, ['2'], ['x'.repeat(61), 1]),
        changed(3n, [null], ['a', 1]),
        { ...person(4n, '3', 'c'), key: null },
        message(5n),
        person(6n, '4', 'd'),
      ]),
    );

    expect(await letters()).toMatchObject([
      { offset: 1, code: 'AVRO_SCHEMA_UNKNOWN', unit: `${rig.view.name}/identity` },
      { offset: 2, code: 'VIEW_VALUE_REFUSED' },
      { offset: 3, code: 'VIEW_KEY_OF_NULL' },
      { offset: 4, code: 'VIEW_KEY_MISSING' },
    ]);
    expect([...(await rig.persons()).keys()].sort()).toEqual(['1', '4']);
    expect((await rig.progress(people)).next).toBe(7n);
    expect(applied).toMatchObject([{ records: 7, rows: 2, deadLetters: 4, nextOffset: 7n }]);
  });

  test('a letter names the column and never the value', async () => {
    const { engine, claim } = rig.start('me');
    await claim(1);
    const secret = '440106199001011234';
    await engine.apply(batchOf(people, [changed(0n, ['1'], [secret.repeat(4), 1])]));
    await engine.apply(batchOf(people, [changed(1n, ['1'], ['a', secret.repeat(4)])]));

    const found = await letters();
    expect(found.map(({ detail }) => /Column "(\w+)"/.exec(detail)?.[1])).toEqual([
      'name',
      'points',
    ]);
    expect(JSON.stringify(found)).not.toContain(secret);
  });

  test('a batch that is replayed does not double its letters', async () => {
    const { engine, claim } = rig.start('me');
    const batch = batchOf(people, [broken(0n), person(1n, '1', 'a')]);
    await claim(1);
    await engine.apply(batch);
    await rig.root.execute('UPDATE civicbus_offset SET next_offset = 0');
    await claim(2);

    expect(await engine.apply(batch)).toEqual({ kind: 'done' });
    expect(await letters()).toHaveLength(1);
  });

  test('so many in a row halt the unit after the last of them; the letters are kept', async () => {
    const { engine, claim } = rig.start('me');
    await claim(1);
    const max = DEAD_LETTERS_IN_A_ROW_MAX;
    const early = Array.from({ length: max - 1 }, (_, i) => broken(BigInt(i)));
    expect(await engine.apply(batchOf(people, early))).toEqual({ kind: 'done' });
    const late = [broken(BigInt(max - 1)), person(BigInt(max), '1', 'not yet')];

    expect(await engine.apply(batchOf(people, late))).toEqual({
      kind: 'pause',
      reason: 'VIEW_DEAD_LETTERS_IN_A_ROW',
    });
    expect(await letters()).toHaveLength(max);
    expect(await rig.progress(people)).toMatchObject({
      next: BigInt(max),
      haltCode: 'VIEW_DEAD_LETTERS_IN_A_ROW',
    });
    expect(await rig.count('person__rows')).toBe(0);
  });

  test('a good record between bad ones begins the count anew', async () => {
    const { engine, claim } = rig.start('me');
    await claim(1);
    const max = DEAD_LETTERS_IN_A_ROW_MAX;
    const records = Array.from({ length: 2 * max - 1 }, (_, i) =>
      i === max - 1 ? person(BigInt(i), '1', 'good') : broken(BigInt(i)),
    );

    expect(await engine.apply(batchOf(people, records))).toEqual({ kind: 'done' });
  });

  test('letters in a row still count when the answer to their COMMIT was lost', async () => {
    const { engine, claim } = rig.start('me', { database: commitAnswersLost() });
    await claim(1);
    const max = DEAD_LETTERS_IN_A_ROW_MAX;
    const early = Array.from({ length: max - 1 }, (_, i) => broken(BigInt(i)));
    await engine.apply(batchOf(people, early));

    expect(await engine.apply(batchOf(people, [broken(BigInt(max - 1))]))).toMatchObject({
      kind: 'pause',
    });
  });
});

describe('what would damage the view halts its unit', () => {
  test('a truncate: everything before it is applied, nothing from it on, a sweep is wanted', async () => {
    const { engine, claim } = rig.start('me');
    await claim(1);
    const handled = await engine.apply(
      batchOf(people, [person(0n, '1', 'a'), truncate(1n), person(2n, '2', 'b')]),
    );

    expect(handled).toEqual({ kind: 'pause', reason: 'VIEW_TRUNCATED' });
    expect([...(await rig.persons()).keys()]).toEqual(['1']);
    expect(await rig.progress(people)).toMatchObject({ next: 1n, haltCode: 'VIEW_TRUNCATED' });
    expect(await rig.database.query('SELECT * FROM civicbus_sweep')).toMatchObject([
      { unit: `${rig.view.name}/identity`, partition: 0, offset: 1, state: 'wanted' },
    ]);
  });

  test.each<[ErrorCode, string]>([
    ['AVRO_COLUMN_MISSING', 'a column was dropped'],
    ['AVRO_COLUMN_TYPE', 'a column changed its type'],
    ['AVRO_REGISTRY_FORBIDDEN', 'no record can be read at all'],
  ])('%s cuts the batch before the record (%s)', async (code) => {
    const { engine, claim } = rig.start('me');
    await claim(1);

    expect(
      await engine.apply(batchOf(people, [person(0n, '1', 'a'), broken(1n, code)])),
    ).toMatchObject({ kind: 'pause', reason: code });
    expect(await rig.progress(people)).toMatchObject({ next: 1n, haltCode: code });
    expect(await letters()).toEqual([]);
  });

  test('its other partitions stop, another unit goes on', async () => {
    const { engine, claim } = rig.start('me');
    await claim(1);
    await engine.apply(batchOf(people, [truncate(0n)]));
    const other = at(PEOPLE, 1);

    expect(await engine.apply(batchOf(other, [person(0n, '2', 'b')]))).toEqual({
      kind: 'pause',
      reason: 'VIEW_TRUNCATED',
    });
    expect(
      await engine.apply(batchOf(marriages, [marriage(0n, 'm', { a: '1', b: null })])),
    ).toEqual({ kind: 'done' });
    expect(await rig.progress(other)).toMatchObject({ next: 0n, haltCode: 'VIEW_TRUNCATED' });
    expect((await rig.progress(marriages)).haltCode).toBeNull();
  });

  test('the halt outlives the process, and the first cause stays', async () => {
    const before = rig.start('before');
    await before.claim(1);
    await before.engine.apply(batchOf(people, [truncate(0n)]));
    rig.broker.start = 5n;
    const after = rig.start('after');
    const claims = await after.claim(2);

    expect(claims.get(`${PEOPLE}/1`)).toEqual({ kind: 'pause', reason: 'VIEW_TRUNCATED' });
    expect((await rig.progress(people)).haltCode).toBe('VIEW_TRUNCATED');
  });

  test('lifted by an operator, the unit is claimed again and goes on where it stopped', async () => {
    const { engine, claim, reclaims } = rig.start('me');
    await claim(1);
    const bad = Array.from({ length: DEAD_LETTERS_IN_A_ROW_MAX }, (_, i) => broken(BigInt(i)));
    await engine.apply(batchOf(people, bad));
    await engine.reviveHalted();
    expect(reclaims).toEqual([]);
    expect(await clearHalt(rig.root, `${rig.view.name}/identity`)).toBe(3);
    await engine.reviveHalted();
    await engine.reviveHalted();

    expect(reclaims).toEqual([people]);
    const start = BigInt(bad.length);
    expect((await claim(1, [people])).get(`${PEOPLE}/0`)).toEqual({ kind: 'start', offset: start });
    expect(await engine.apply(batchOf(people, [person(start, '1', 'a')]))).toEqual({
      kind: 'done',
    });
  });

  test('a value that fits its declaration, but not the table, halts until the table is mended', async () => {
    await rig.root.execute('ALTER TABLE person__rows MODIFY name VARCHAR(3)');
    const { engine, claim } = rig.start('me');
    await claim(1);
    const batch = batchOf(people, [person(0n, '1', 'abc'), person(1n, '2', 'abcd')]);

    expect(await engine.apply(batch)).toEqual({ kind: 'pause', reason: 'SQL_BAD_VALUE' });
    expect(await rig.progress(people)).toMatchObject({ next: 0n, haltCode: 'SQL_BAD_VALUE' });
    expect(await rig.count('person__rows')).toBe(0);
    await rig.root.execute('ALTER TABLE person__rows MODIFY name VARCHAR(60)');
    await clearHalt(rig.root, `${rig.view.name}/identity`);
    await claim(1);
    expect(await engine.apply(batch)).toEqual({ kind: 'done' });
  });

  test('a registry that does not answer halts nothing: the batch waits and is applied', async () => {
    let outages = 3;
    const { engine, claim } = rig.start('me', {
      reader: {
        ...scriptedReader,
        async prepare() {
          if (outages-- > 0) throw new BusError('AVRO_REGISTRY_UNREACHABLE', { why: 'a test' });
        },
      },
    });
    await claim(1);

    expect(await engine.apply(batchOf(people, [person(0n, '1', 'a')]))).toEqual({ kind: 'done' });
  });

  test('a schema that fell out of the cache halts nothing: the batch is read again', async () => {
    let evictions = 2;
    const { engine, claim } = rig.start('me', {
      reader: {
        ...scriptedReader,
        change(value) {
          if (evictions-- > 0) throw new BusError('AVRO_SCHEMA_NOT_LOADED', { schemaId: 7 });
          return scriptedReader.change(value);
        },
      },
    });
    await claim(1);

    expect(await engine.apply(batchOf(people, [person(0n, '1', 'a')]))).toEqual({ kind: 'done' });
    expect((await rig.progress(people)).haltCode).toBeNull();
  });
});

/** Every transaction is committed and answers nothing. */
function commitAnswersLost(): SqlDatabase {
  return {
    query: (sql, values) => rig.database.query(sql, values),
    execute: (sql, values) => rig.database.execute(sql, values),
    close: () => Promise.resolve(),
    async transaction(work) {
      await rig.database.transaction(work);
      throw new BusError('SQL_COMMIT_UNKNOWN', { address: 'test', what: 'test' });
    },
  };
}
