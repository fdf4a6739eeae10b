import { describe, expect, test } from 'vitest';
import { parseColumnType, type ColumnType } from '../../bus/change/column-type.ts';
import type { KeyScope } from '../../bus/view/sweep/key-scope.ts';
import { keyFilter } from '../../connectors/key-filter.ts';

const column = (name: string, type: string) => ({
  name,
  type: parseColumnType(type) as ColumnType,
});

describe('keyFilter', () => {
  test.each<{ type: string; scope: KeyScope; filter: string | undefined; reason: string }>([
    { type: 'varchar(9)', scope: {}, filter: undefined, reason: 'everything' },
    {
      type: 'varchar(9)',
      scope: { keys: [["a' OR 1=1 --"]] },
      filter: "((`k` = _utf8mb4 x'6127204f5220313d31202d2d'))",
      reason: 'nothing in a text ends the literal',
    },
    {
      type: 'varchar(9)',
      scope: { range: { from: ['a?'], to: ['𠮷'] } },
      filter:
        "CAST(CONVERT(`k` USING utf8mb4) AS BINARY) >= x'613f' AND CAST(CONVERT(`k` USING utf8mb4) AS BINARY) <= x'f0a0aeb7'",
      reason: 'texts are compared by their bytes, as in the view',
    },
    {
      type: 'bigint unsigned',
      scope: { keys: [['18446744073709551615'], [7]] },
      filter: '((`k` = 18446744073709551615) OR (`k` = 7))',
      reason: 'numbers keep every digit',
    },
    {
      type: 'int',
      scope: { keys: [['1; DROP TABLE x']] },
      filter: undefined,
      reason: 'no number: the whole table is read',
    },
    {
      type: 'datetime(6)',
      scope: { range: { from: ['2020-01-01 00:00:00'] } },
      filter: undefined,
      reason: 'two servers may have two time zones',
    },
    {
      type: 'date',
      scope: { range: { to: ['2020-01-31'] } },
      filter: "`k` <= DATE'2020-01-31'",
      reason: 'a day is a day',
    },
    {
      type: 'binary(2)',
      scope: { keys: [[Buffer.from([0, 255])]] },
      filter: "((`k` = x'00ff'))",
      reason: 'bytes',
    },
    {
      type: 'int',
      scope: { keys: Array.from({ length: 201 }, (_, n) => [n]) },
      filter: undefined,
      reason: 'more keys than a stored position should carry',
    },
  ])('of $type: $reason', ({ type, scope, filter }) => {
    expect(keyFilter([column('k', type)], scope, 'mariadb')).toBe(filter);
  });

  test('bounds only the first of several key columns, which lets more rows through, never fewer', () => {
    const key = [column('a', 'int'), column('b', 'varchar(9)')];
    const range = { from: [1, 'x'], to: [2, 'y'] };
    expect(keyFilter(key, { range }, 'mariadb')).toBe('`a` >= 1 AND `a` <= 2');
    expect(keyFilter(key, { keys: [[1, 'x']] }, 'mariadb')).toBe(
      "((`a` = 1 AND `b` = _utf8mb4 x'78'))",
    );
  });

  test('speaks to PostgreSQL in its own words', () => {
    const scope = { range: { from: ['a'] }, keys: [['𠮷']] };
    expect(keyFilter([column('k', 'varchar(9)')], scope, 'postgresql')).toBe(
      `convert_to("k"::text, 'UTF8') >= decode('61', 'hex') AND (("k" = convert_from(decode('f0a0aeb7', 'hex'), 'UTF8')))`,
    );
  });
});
