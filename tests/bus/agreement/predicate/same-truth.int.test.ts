/** A predicate picks the same rows in memory and on a server, whatever stands in the rows. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  checkPredicate,
  PredicateFault,
  type Dialect,
  type Predicate,
} from '../../../../bus/agreement/predicate/predicate.ts';
import type { ColumnValue } from '../../../../bus/change/column-value.ts';
import type { SqlDatabase } from '../../../../bus/sql/sql.ts';
import { testStack } from '../../../support/env.ts';
import { predicateOf, randomColumns, rowOf } from './random-predicates.ts';

const ROWS = 250;
const PREDICATES = 300;

const stack = await testStack('truth');
const names = randomColumns.map(({ name }) => name);

type Image = readonly ColumnValue[];

/** The column types that a server needs for the declared ones. */
const MARIADB: Readonly<Record<string, string>> = {
  t: 'varchar(40)',
  e: "enum('a','b','B','9')",
  i: 'int',
  b: 'bigint unsigned',
  n: 'decimal(30,4)',
  d: 'double',
  y: 'date',
  m: 'datetime(3)',
  f: 'boolean',
};
const POSTGRESQL: Readonly<Record<string, string>> = {
  ...MARIADB,
  t: 'varchar(40) COLLATE "en-x-icu"',
  e: 'varchar(4) COLLATE "und-x-icu"',
  b: 'numeric(20)',
  d: 'double precision',
  m: 'timestamp(3)',
};

type Side = {
  readonly title: string;
  readonly dialect: Dialect;
  readonly role: 'hub' | 'registers';
  readonly types: Readonly<Record<string, string>>;
  readonly options: string;
};

describe.each<Side>([
  {
    title: "the hub's tables",
    dialect: 'mariadb',
    role: 'hub',
    types: MARIADB,
    options: 'COLLATE utf8mb4_nopad_bin',
  },
  {
    title: 'MariaDB tables under a collation that confuses case, accents and blanks',
    dialect: 'mariadb',
    role: 'hub',
    // An enum could not hold both 'b' and 'B' there.
    types: { ...MARIADB, e: "enum('a','b','B','9') COLLATE utf8mb4_nopad_bin" },
    options: 'COLLATE utf8mb4_general_ci',
  },
  {
    title: 'PostgreSQL tables under the collation of a language',
    dialect: 'postgresql',
    role: 'registers',
    types: POSTGRESQL,
    options: '',
  },
])('In $title', ({ dialect, role, types, options }) => {
  const quote = (name: string): string => (dialect === 'mariadb' ? `\`${name}\`` : `"${name}"`);
  let sql: SqlDatabase;
  let images: readonly Image[];

  beforeAll(async () => {
    ({ sql } = await stack.newDatabase(role, options === '' ? 'p' : `m${options.slice(-3)}`));
    const columns = names.map((name) => `${quote(name)} ${types[name.slice(0, 1)]} NULL`);
    await sql.execute(
      `CREATE TABLE sample (id INT PRIMARY KEY, ${columns.join(', ')}) ${
        dialect === 'mariadb' ? `CHARACTER SET utf8mb4 ${options}` : ''
      }`,
    );
    images = fc.sample(rowOf(), ROWS).map((row) => names.map((name) => row[name] ?? null));
    await sql.execute('INSERT INTO sample VALUES ?', [images.map((image, id) => [id, ...image])]);
  });

  function inMemory(predicate: Predicate, of: readonly Image[] = images): number[] {
    const judge = predicate.bind((column) => names.indexOf(column));
    return of.flatMap((image, id) => (isIn(judge, image) ? [id] : []));
  }

  async function onServer(predicate: Predicate): Promise<number[]> {
    const rows = await sql.query<{ readonly id: number }>(
      `SELECT id FROM sample WHERE ${predicate.sql(dialect, quote)} ORDER BY id`,
    );
    return rows.map(({ id }) => id);
  }

  test('random predicates pick the same rows', async () => {
    let selective = 0;
    await fc.assert(
      fc.asyncProperty(predicateOf(), async (cel) => {
        const predicate = checked(cel);
        const picked = inMemory(predicate);
        expect(await onServer(predicate)).toEqual(picked);
        if (picked.length > 0 && picked.length < ROWS) selective++;
      }),
      { numRuns: PREDICATES },
    );
    expect(selective).toBeGreaterThan(PREDICATES / 4);
  });

  // Rows of a backfill are read from the hub, which is a MariaDB, and not from its changes.
  if (dialect === 'mariadb') {
    test('rows as the driver reads them are judged alike', async () => {
      const rows = await sql.query('SELECT * FROM sample ORDER BY id');
      const read = rows.map((row) => names.map((name) => row[name] ?? null));
      expect(read).toHaveLength(ROWS);
      fc.assert(
        fc.property(predicateOf(), (cel) => {
          const predicate = checked(cel);
          expect(inMemory(predicate, read)).toEqual(inMemory(predicate));
        }),
        { numRuns: PREDICATES },
      );
    });
  }

  test.each<{ shape: string; cel: string }>([
    { shape: 'negations', cel: `${'!'.repeat(1_150)}row.f1` },
    { shape: 'a long chain', cel: `${'row.f1 && '.repeat(390)}row.f1` },
    {
      shape: 'choices inside of choices',
      cel: `${'(row.f1 ? '.repeat(45)}row.f1${' : row.f2)'.repeat(45)}`,
    },
    { shape: 'choices of choices', cel: `${'row.f1 ? row.f2 : '.repeat(80)}row.f1` },
    { shape: 'a long list', cel: `row.t1 in ['a'${", '1101'".repeat(480)}]` },
  ])('$shape up to what is allowed are no trouble for the server', async ({ cel }) => {
    const predicate = checked(cel);
    expect(await onServer(predicate)).toEqual(inMemory(predicate));
  });

  test('the condition is never NULL, so that NOT turns it round', async () => {
    const predicate = checked("row.t1 < 'a' && row.f1");
    const [counts] = await sql.query<{ readonly within: number; readonly outside: number }>(
      `SELECT COUNT(CASE WHEN c THEN 1 END) AS within, COUNT(CASE WHEN NOT c THEN 1 END) AS outside
         FROM (SELECT ${predicate.sql(dialect, quote)} AS c FROM sample) AS judged`,
    );
    const within = inMemory(predicate).length;
    expect(counts).toEqual({ within, outside: ROWS - within });
  });
});

function checked(cel: string): Predicate {
  const { predicate, problems } = checkPredicate(cel, randomColumns);
  if (!predicate) throw new Error(`${cel}\n${problems.join('\n')}`);
  return predicate;
}

function isIn(judge: (image: Image) => boolean, image: Image): boolean {
  try {
    return judge(image);
  } catch (error) {
    if (error instanceof PredicateFault) return false;
    throw error;
  }
}
