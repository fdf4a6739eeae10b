/**
 * Columns as a department may declare them beside the type that the view declares, with values to
 * put into both. A pair of sides must give each value one text and different values different ones.
 */
import { parseColumnType, isProblem, type ColumnType } from '../../../bus/change/column-type.ts';
import type { SqlDatabase, SqlValue } from '../../../bus/sql/sql.ts';
import type { Dialect, Side } from '../../../bus/verify/side.ts';

export type CanonicalCase = {
  /** As the view declares it. */
  readonly type: string;
  /** As the department's server declares it. */
  readonly source: string;
  readonly values: readonly SqlValue[];
};

export function columnType(declared: string): ColumnType {
  const parsed = parseColumnType(declared);
  if (isProblem(parsed)) throw new Error(parsed.message);
  return parsed;
}

/** One table `t` with a number as key, and a column `c` of `declared`. */
export function columnSide({
  session,
  dialect,
  type,
  own,
  isSingle,
  table = 't',
}: {
  readonly session: SqlDatabase;
  readonly dialect: Dialect;
  readonly type: string;
  readonly own?: string;
  readonly isSingle: boolean;
  readonly table?: string;
}): Side {
  return {
    session,
    dialect,
    key: [{ label: 'id', column: 'id', type: columnType('int') }],
    columns: [
      {
        label: 'c',
        column: 'c',
        type: columnType(type),
        isSingle,
        ...(own === undefined ? {} : { own }),
      },
    ],
    rows: (condition) => `FROM ${table} WHERE (${condition(['id'])})`,
  };
}

/** Values on both sides under the keys 1, 2, …, and NULL under the last. */
export async function fillColumn(
  session: SqlDatabase,
  { table = 't', type, values }: { table?: string; type: string; values: readonly SqlValue[] },
): Promise<void> {
  await session.execute(`DROP TABLE IF EXISTS ${table}`);
  await session.execute(`CREATE TABLE ${table} (id INT PRIMARY KEY, c ${type} NULL)`);
  for (const [i, value] of [...values, null].entries()) {
    await session.execute(`INSERT INTO ${table} (id, c) VALUES (?, ?)`, [i + 1, value]);
  }
}

const LONG = '𠮷é\n'.repeat(4_000);
export const DOUBLES: readonly number[] = [
  0,
  1,
  -1,
  0.1 + 0.2,
  1 / 3,
  1e14,
  123456789012345,
  1e15,
  1.5e15,
  1e16,
  1e-4,
  1.25e-5,
  1e-14,
  1e-15,
  1e-16,
  2.2250738585072014e-308,
  1.7976931348623157e308,
  -9_007_199_254_740_992,
  1e100,
  12345.678901234567,
];
const SINGLES: readonly number[] = [
  0, 0.5, 333.33334, 1e15, 3.4028234e38, 1.17549435e-38, -0.001, 16_777_216,
];

export const MARIADB_CASES: readonly CanonicalCase[] = [
  { type: 'tinyint', source: 'tinyint', values: [-128, 127, 0] },
  { type: 'int', source: 'int(8) zerofill', values: [0, 42, 99_999_999] },
  { type: 'bigint', source: 'int', values: [-2_147_483_648, 7] },
  { type: 'bigint', source: 'bigint', values: ['-9223372036854775808', '9223372036854775807'] },
  { type: 'bigint unsigned', source: 'bigint unsigned', values: ['18446744073709551615', 0] },
  { type: 'boolean', source: 'bit(1)', values: [0, 1] },
  { type: 'boolean', source: 'boolean', values: [0, 1] },
  { type: 'int', source: 'bit(20)', values: [0, 1, 1_048_575] },
  { type: 'year', source: 'year', values: [1901, 2155, 2026] },
  {
    type: 'decimal(12,2)',
    source: 'decimal(12,2)',
    values: ['-0.01', '10.00', '9999999999.99', '0'],
  },
  { type: 'decimal(14,4)', source: 'decimal(12,2)', values: ['10.50', '-3', '100'] },
  { type: 'decimal(10,0)', source: 'decimal(10,0)', values: ['100', '-10', '0'] },
  {
    type: 'decimal(65,38)',
    source: 'decimal(65,38)',
    values: [`${'9'.repeat(27)}.${'9'.repeat(38)}`, '0.1'],
  },
  { type: 'double', source: 'double', values: DOUBLES },
  { type: 'float', source: 'float', values: SINGLES },
  { type: 'double', source: 'float', values: SINGLES },
  { type: 'date', source: 'date', values: ['1000-01-01', '9999-12-31', '2024-02-29'] },
  {
    type: 'datetime(6)',
    source: 'datetime(6)',
    values: ['2026-11-22 07:55:00.000001', '1000-01-01 00:00:00'],
  },
  {
    type: 'datetime(6)',
    source: 'datetime',
    values: ['2026-11-22 07:55:00', '9999-12-31 23:59:59'],
  },
  {
    type: 'datetime(3)',
    source: 'timestamp(3)',
    values: ['2020-03-29 02:30:00.999', '1970-01-01 00:00:01'],
  },
  {
    type: 'timestamp',
    source: 'timestamp',
    values: ['2038-01-19 03:14:07', '2020-10-25 01:30:00'],
  },
  {
    type: 'time(6)',
    source: 'time(6)',
    values: ['-838:59:58.999999', '23:59:59.000001', '00:00:00'],
  },
  { type: 'time(3)', source: 'time', values: ['838:59:59', '-00:00:01'] },
  {
    type: 'varchar(200)',
    source: 'varchar(100) COLLATE utf8mb4_general_ci',
    values: ['', 'a', 'A', 'a ', ' a', 'ä', '𠮷\\\'"\n', 'N', ','],
  },
  { type: 'varchar(20)', source: 'char(10)', values: ['', 'ab', '东'] },
  { type: 'char(10)', source: 'varchar(10)', values: ['', 'ab', 'b a'] },
  { type: 'varchar(40)', source: 'varchar(40) CHARACTER SET gbk', values: ['中文', 'x', '市區'] },
  { type: 'varchar(40)', source: 'varchar(40) CHARACTER SET latin1', values: ['é', 'e', ''] },
  { type: 'text', source: 'mediumtext', values: [LONG, `${LONG} `, '', 'x'] },
  {
    type: "enum('a','B c','it''s')",
    source: "enum('it''s','a','B c')",
    values: ['a', 'B c', "it's"],
  },
  { type: 'varchar(20)', source: "enum('b','a')", values: ['a', 'b'] },
  { type: 'json', source: 'json', values: ['{"a": [1, "𠮷"]}', '{"a":[1,"𠮷"]}', '"x"'] },
  {
    type: 'binary(4)',
    source: 'binary(4)',
    values: [Buffer.from([0, 255, 1, 0]), Buffer.from([0, 255, 1, 2])],
  },
  {
    type: 'binary(4)',
    source: 'varbinary(4)',
    values: [Buffer.from([7]), Buffer.from([0, 1, 2, 3])],
  },
  {
    type: 'varbinary(9)',
    source: 'varbinary(9)',
    values: [Buffer.alloc(0), Buffer.from([0]), Buffer.from([0, 0]), Buffer.from([0xc3, 0x28])],
  },
  {
    type: 'blob',
    source: 'blob',
    values: [Buffer.alloc(0), Buffer.alloc(60_000, 1), Buffer.from('x')],
  },
];

export const POSTGRES_CASES: readonly CanonicalCase[] = [
  { type: 'int', source: 'integer', values: [0, -5, 2_147_483_647] },
  { type: 'bigint', source: 'bigint', values: ['-9223372036854775808', '9223372036854775807'] },
  { type: 'bigint unsigned', source: 'numeric(20,0)', values: ['18446744073709551615', '0'] },
  { type: 'boolean', source: 'boolean', values: [true, false] },
  {
    type: 'decimal(12,2)',
    source: 'numeric(12,2)',
    values: ['-0.01', '10.00', '9999999999.99', '0'],
  },
  { type: 'decimal(14,4)', source: 'numeric', values: ['10.5', '-3', '100', '0.0001'] },
  { type: 'double', source: 'double precision', values: DOUBLES },
  { type: 'float', source: 'real', values: SINGLES },
  { type: 'double', source: 'real', values: SINGLES },
  { type: 'date', source: 'date', values: ['1000-01-01', '9999-12-31', '2024-02-29'] },
  {
    type: 'datetime(6)',
    source: 'timestamp(6)',
    values: ['2026-11-22 07:55:00.000001', '1000-01-01 00:00:00'],
  },
  {
    type: 'datetime(3)',
    source: 'timestamp(3) with time zone',
    values: ['2020-03-29 02:30:00.999', '1970-01-01 00:00:01'],
  },
  { type: 'time(6)', source: 'time(6)', values: ['23:59:59.000001', '00:00:00'] },
  {
    type: 'varchar(200)',
    source: 'varchar(100)',
    values: ['', 'a', 'A', 'a ', ' a', 'ä', '𠮷\\\'"\n', 'N', ','],
  },
  { type: 'char(10)', source: 'varchar(10)', values: ['', 'ab', 'b a'] },
  { type: 'varchar(40)', source: 'uuid', values: ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'] },
  { type: 'text', source: 'text', values: [LONG, `${LONG} `, '', 'x'] },
  { type: 'json', source: 'json', values: ['{"a": [1, "𠮷"]}', '{"a":[1,"𠮷"]}', '"x"'] },
  { type: 'binary(4)', source: 'bytea', values: [Buffer.from([7]), Buffer.from([0, 1, 2, 3])] },
  {
    type: 'varbinary(9)',
    source: 'bytea',
    values: [Buffer.alloc(0), Buffer.from([0]), Buffer.from([0, 0]), Buffer.from([0xc3, 0x28])],
  },
  {
    type: 'blob',
    source: 'bytea',
    values: [Buffer.alloc(0), Buffer.alloc(60_000, 1), Buffer.from('x')],
  },
];
