/** A department on PostgreSQL: every value has the text that the hub's MariaDB gives it. */
import { describe, expect, test } from 'vitest';
import { mariadbDialect } from '../../../bus/verify/mariadb.ts';
import { isPostgresByteOrdered, postgresDialect } from '../../../bus/verify/postgres.ts';
import { digestOf, rowsIn } from '../../../bus/verify/statements.ts';
import { testStack } from '../../support/env.ts';
import { columnSide, columnType, fillColumn, POSTGRES_CASES } from './canonical-cases.ts';

const stack = await testStack('canonpg');
const { sql: source } = await stack.newDatabase('registers', 's');
const { sql: hub } = await stack.newDatabase('hub', 'h');

describe('canonical text', () => {
  test.each(POSTGRES_CASES)('$source at the source, $type in the view', async (one) => {
    await fillColumn(source, { type: one.source, values: one.values });
    await fillColumn(hub, { type: one.type, values: one.values });
    const declared = columnType(one.type);
    const isSingle =
      postgresDialect.isSingle(one.source) ||
      (declared.kind === 'float' && declared.name === 'float');
    const common = { type: one.type, isSingle };
    const atSource = columnSide({
      ...common,
      session: source,
      dialect: postgresDialect,
      own: one.source,
    });
    const inView = columnSide({ ...common, session: hub, dialect: mariadbDialect });
    const a = await rowsIn(atSource, {});
    expect([...(await rowsIn(inView, {}))]).toEqual([...a]);
    expect(await digestOf(inView, {})).toEqual(await digestOf(atSource, {}));
    expect(new Set([...a.values()].map(({ digest }) => digest)).size).toBe(one.values.length + 1);
  });
});

test('only a key that is kept in byte order is walked in ranges', async () => {
  await source.execute('CREATE TABLE plain (k VARCHAR(9) COLLATE "C" PRIMARY KEY)');
  await source.execute('CREATE TABLE words (k VARCHAR(9) COLLATE "en-x-icu" PRIMARY KEY)');
  await source.execute('CREATE TABLE numbers (k BIGINT, part INT, PRIMARY KEY (k, part))');
  const ordered = (table: string) => isPostgresByteOrdered(source, { database: 'public', table });
  expect(await ordered('plain')).toBe(true);
  expect(await ordered('words')).toBe(false);
  expect(await ordered('numbers')).toBe(true);
});
