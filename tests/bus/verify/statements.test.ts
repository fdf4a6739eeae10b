import { describe, expect, test } from 'vitest';
import { columnType } from './canonical-cases.ts';
import { mariadbDialect } from '../../../bus/verify/mariadb.ts';
import { postgresDialect } from '../../../bus/verify/postgres.ts';
import { among, inRange } from '../../../bus/verify/statements.ts';
import { rowDigest, type Dialect, type Side, type SideColumn } from '../../../bus/verify/side.ts';

function column(name: string, type: string): SideColumn {
  return { label: name, column: name, type: columnType(type) };
}

function sideOf(dialect: Dialect, key: readonly SideColumn[]): Side {
  return {
    dialect,
    key,
    columns: [column('born_on', 'date')],
    rows: (condition) => condition(key.map((one) => dialect.keyName(one))),
    session: { query: () => Promise.resolve([]), execute: () => Promise.reject(new Error()) },
  };
}

const maker = column('maker', 'varchar(10)');
const serial = column('serial', 'int');

describe('a range of keys', () => {
  const side = sideOf(mariadbDialect, [maker, serial]);
  test.each([
    { range: {}, sql: '1 = 1', reason: 'both ends open: rows that only the view has are met' },
    {
      range: { after: ["o'a", '7'] },
      sql: "((`maker` > 'o\\'a') OR (`maker` = 'o\\'a' AND `serial` > 7))",
      reason: 'written out, so that an index is used',
    },
    {
      range: { after: ['a', '1'], upTo: ['b', '2'] },
      sql: "((`maker` > 'a') OR (`maker` = 'a' AND `serial` > 1)) AND ((`maker` < 'b') OR (`maker` = 'b' AND `serial` <= 2))",
      reason: 'the lower end is outside, the upper inside',
    },
  ])('$sql: $reason', ({ range, sql }) => {
    expect(side.rows(inRange(side, range))).toBe(sql);
  });

  test('keys are named one by one', () => {
    expect(side.rows(among(side, [['a', '1']]))).toBe("((`maker` = 'a' AND `serial` = 1))");
    const single = sideOf(postgresDialect, [maker]);
    expect(single.rows(among(single, [["a'b"], ['\\']]))).toBe(`"maker" IN ('a''b', '\\')`);
  });

  test('a number that is none cannot end its literal', () => {
    const one = sideOf(mariadbDialect, [serial]);
    expect(one.rows(among(one, [['1) OR (1=1']]))).toBe("`serial` IN ('1) OR (1=1')");
    const other = sideOf(postgresDialect, [column('hash', 'binary(4)')]);
    expect(other.rows(among(other, [['00FF'], ["'; --"]]))).toBe(
      `"hash" IN ('\\x00FF'::bytea, '''; --')`,
    );
  });
});

test.each([
  {
    dialect: mariadbDialect,
    sql: "MD5(CONCAT(COALESCE(CONCAT(OCTET_LENGTH(CONVERT(`maker` USING utf8mb4)), ':', CONVERT(`maker` USING utf8mb4)), 'N'), COALESCE(CONCAT(CAST(CAST(`born_on` AS DATE) AS CHAR), ','), 'N')))",
    reason: 'text with its length in front, plain values with a comma behind, NULL as N',
  },
  {
    dialect: postgresDialect,
    sql: `md5(convert_to((COALESCE((octet_length(convert_to("maker"::text, 'UTF8'))::text || ':' || "maker"::text), 'N') || COALESCE((to_char("born_on", 'YYYY-MM-DD') || ','), 'N')), 'UTF8'))`,
    reason: 'the same text on PostgreSQL',
  },
])('the digest of a row: $reason', ({ dialect, sql }) => {
  expect(rowDigest(sideOf(dialect, [maker]))).toBe(sql);
});
