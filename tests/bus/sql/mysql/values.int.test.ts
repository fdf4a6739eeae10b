import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isBusError } from '../../../../bus/base/errors.ts';
import { literal } from '../../../../bus/sql/mysql/mysql-literal.ts';
import type { SqlValue } from '../../../../bus/sql/sql.ts';
import { testStack } from '../../../support/env.ts';

const stack = await testStack('values');
const { database, sql } = await stack.newDatabase('hub', 'v');

/** Writes and reads one value, bound by placeholder or written out as a compiled statement does. */
async function roundTrip(
  type: string,
  value: SqlValue,
  how: 'bound' | 'literal',
): Promise<unknown> {
  return sql.transaction(async (session) => {
    await session.execute(
      `CREATE TEMPORARY TABLE one (v ${type} NULL) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin`,
    );
    if (how === 'bound') await session.execute('INSERT INTO one VALUES (?)', [value]);
    else await session.execute(`INSERT INTO one VALUES (${literal(value)})`);
    const [row] = await session.query<{ v: SqlValue }>('SELECT v FROM one');
    await session.execute('DROP TEMPORARY TABLE one');
    return row?.v;
  });
}

const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, i) => i));

describe.each(['bound', 'literal'] as const)('a value that is %s comes back as it was', (how) => {
  test.each<[string, SqlValue, unknown, string]>([
    ['bigint', '9223372036854775807', '9223372036854775807', 'the greatest, as text'],
    ['bigint', '-9223372036854775808', '-9223372036854775808', 'the smallest'],
    ['bigint', 9223372036854775807n, '9223372036854775807', 'given as a bigint'],
    ['bigint unsigned', '18446744073709551615', '18446744073709551615', 'unsigned'],
    ['bigint', '9007199254740993', '9007199254740993', 'the first that a number cannot hold'],
    ['bigint', 9007199254740991n, 9007199254740991, 'the last that it can'],
    ['bigint', -1, -1, 'a small one is a number'],
    [
      'decimal(38,10)',
      '-1234567890123456789012345678.0123456789',
      '-1234567890123456789012345678.0123456789',
      'every digit',
    ],
    ['decimal(12,2)', '0.10', '0.10', 'trailing zeros'],
    ['double', 0.1, 0.1, 'no shorter, no longer'],
    ['double', 1.7976931348623157e308, 1.7976931348623157e308, 'the greatest'],
    ['date', '1000-01-01', '1000-01-01', 'long before any time zone'],
    ['date', '9999-12-31', '9999-12-31', 'the last day'],
    [
      'datetime(6)',
      '2020-03-29 02:30:00.000001',
      '2020-03-29 02:30:00.000001',
      'an hour that summer time skips',
    ],
    ['datetime(6)', '1970-01-01 00:00:00.000000', '1970-01-01 00:00:00.000000', 'the epoch'],
    ['timestamp(6)', '2020-03-29 02:30:00.999999', '2020-03-29 02:30:00.999999', 'in UTC'],
    ['time(6)', '-838:59:59.000000', '-838:59:59.000000', 'longer than a day, backwards'],
    ['year', 2155, 2155, 'the last year'],
    ['boolean', true, 1, 'true is 1'],
    ['boolean', false, 0, 'false is 0'],
    ['varchar(20)', null, null, 'NULL'],
    ['varchar(20)', '', '', 'empty is not NULL'],
    ['varchar(20)', ' a ', ' a ', 'spaces on both sides'],
    ['varchar(20)', '𠮷𫚖㐂😀', '𠮷𫚖㐂😀', 'outside the basic plane'],
    ['varchar(20)', '? ?? :a @b %s', '? ?? :a @b %s', 'placeholders'],
    ['varchar(20)', '-- /* */ # ;', '-- /* */ # ;', 'comments'],
    ['varbinary(256)', EVERY_BYTE, EVERY_BYTE, 'every byte'],
    ['blob', Buffer.alloc(0), Buffer.alloc(0), 'no byte'],
  ])('%#: %s', async (type, value, expected) => {
    expect(await roundTrip(type, value, how)).toEqual(expected);
  });

  test.each(['\u0000', '\\', "'", '"', '`', '\n', '\r', '\u001a', '\b', '\t', '%', '_', '\u2028'])(
    '%j at the beginning, in the middle, at the end, doubled, alone',
    async (c) => {
      for (const text of [`${c}ab`, `a${c}b`, `ab${c}`, `${c}${c}`, c, `\\${c}`, `${c}'`])
        expect(await roundTrip('varchar(20)', text, how)).toBe(text);
    },
  );
});

test('any text comes back as it was', async () => {
  await sql.execute(
    'CREATE TABLE texts (id INT PRIMARY KEY, bound TEXT, written TEXT) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin',
  );
  const unit = fc.oneof(
    fc.constantFrom('\\', "'", '"', '\u0000', '\u001a', '?', '𠮷'),
    fc.string({ unit: 'binary', maxLength: 2 }),
  );
  const texts = fc.sample(
    fc.array(unit, { maxLength: 12 }).map((parts) => parts.join('')),
    {
      numRuns: 500,
      seed: 42,
    },
  );
  await sql.execute('INSERT INTO texts (id, bound) VALUES ?', [texts.map((text, i) => [i, text])]);
  const written = texts.map((text, i) => `(${i},${literal(text)})`).join(',');
  await sql.execute(
    `INSERT INTO texts (id, written) VALUES ${written} ON DUPLICATE KEY UPDATE written = VALUES(written)`,
  );

  const rows = await sql.query('SELECT bound, written FROM texts ORDER BY id');
  expect(rows).toEqual(texts.map((text) => ({ bound: text, written: text })));
});

describe('what is no SQL value is a bug, found before anything is sent', () => {
  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['an object, which the driver would spread into assignments', { admin: 1 }],
    ['an object inside a list', [['a', { b: 1 }]]],
    ['a Date, whose zone nobody knows', new Date(0)],
    ['a Uint8Array', new Uint8Array(2)],
  ])('%s', async (_, value) => {
    const refused = await sql.query('SELECT ?', [value]).catch((error: unknown) => error);
    expect(isBusError(refused, 'BUS_BUG')).toBe(true);
  });
});

describe('every connection has the same settings', () => {
  test('strict, in UTC, READ COMMITTED', async () => {
    const many = await Promise.all(
      Array.from({ length: 6 }, () =>
        sql.query(
          'SELECT @@sql_mode AS mode, @@time_zone AS zone, @@tx_isolation AS level, @@character_set_client AS chars, SLEEP(0.05)',
        ),
      ),
    );
    for (const [row] of many)
      expect(row).toMatchObject({
        mode: expect.stringContaining('STRICT_ALL_TABLES'),
        zone: '+00:00',
        level: 'READ-COMMITTED',
        chars: 'utf8mb4',
      });
  });

  test('an isolation asked for holds for that one transaction', async () => {
    await sql.execute('CREATE TABLE seen (id INT PRIMARY KEY)');
    const count = 'SELECT COUNT(*) AS n FROM seen';
    const look = (isolation: 'READ COMMITTED' | 'REPEATABLE READ', id: number) =>
      sql.transaction(async (session) => {
        const [before] = await session.query<{ n: number }>(count);
        await sql.execute('INSERT INTO seen VALUES (?)', [id]);
        const [after] = await session.query<{ n: number }>(count);
        return (after?.n ?? 0) - (before?.n ?? 0);
      }, isolation);

    expect(await look('REPEATABLE READ', 1)).toBe(0);
    expect(await look('READ COMMITTED', 2)).toBe(1);
  });

  test('rows matched are counted, changed or not: a compare-and-set relies on it', async () => {
    await sql.execute('CREATE TABLE cas (id INT PRIMARY KEY, v INT)');
    await sql.execute('INSERT INTO cas VALUES (1, 5)');
    expect(await sql.execute('UPDATE cas SET v = 5 WHERE id = 1')).toEqual({ affectedRows: 1 });
    expect(await sql.execute('UPDATE cas SET v = 5 WHERE id = 2')).toEqual({ affectedRows: 0 });
  });

  test('unqualified names mean the target’s database', async () => {
    expect(await sql.query('SELECT DATABASE() AS d')).toEqual([{ d: database }]);
  });
});
