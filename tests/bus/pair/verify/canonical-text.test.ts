import { describe, expect, test } from 'vitest';
import { isProblem, parseColumnType } from '../../../../bus/change/column-type.ts';
import type { SqlValue } from '../../../../bus/sql/sql.ts';
import { canonicalText } from '../../../../bus/pair/verify/canonical-text.ts';

function text(type: string, value: SqlValue): string | null {
  const parsed = parseColumnType(type);
  if (isProblem(parsed)) throw new Error(parsed.message);
  return canonicalText(parsed, value);
}

describe('one value read from different servers', () => {
  test.each<[type: string, one: SqlValue, other: SqlValue, reason: string]>([
    ['char(4)', 'ab', 'ab  ', 'MariaDB takes the blanks of a char away'],
    ['boolean', true, 1, 'MariaDB has numbers'],
    ['boolean', false, 0, 'MariaDB has numbers'],
    ['decimal(12,2)', '12.30', '12.3', 'a scale of its own'],
    ['decimal(12,2)', '100.00', '100', 'no point at all'],
    ['decimal(12,2)', '0.00', '-0.00', 'zero has no sign'],
    ['bigint', 7, '7', 'numbers while they are exact'],
    ['float', 0.1, 0.10000000149011612, 'single precision'],
    ['double', 0, -0, 'zero has no sign'],
    ['datetime(6)', '2024-01-02 03:04:05.120000', '2024-01-02 03:04:05.12', 'zeros of a fraction'],
    ['timestamp', '2024-01-02 03:04:05', '2024-01-02 03:04:05+00', 'the zone is UTC everywhere'],
    ['time(3)', '03:04:05.100', '03:04:05.1', 'zeros of a fraction'],
    ['binary(3)', Buffer.from([1]), Buffer.from([1, 0, 0]), 'a fixed length fills up'],
    ['blob', Buffer.from([1, 2]), Buffer.from([1, 2]), 'bytes'],
    ['varchar(9)', null, null, 'nothing is nothing'],
  ])('%s %o and %o are one: %s', (type, one, other) => {
    expect(text(type, one)).toBe(text(type, other));
  });
});

describe('different values', () => {
  test.each<[type: string, one: SqlValue, other: SqlValue, reason: string]>([
    ['varchar(9)', 'ab', 'ab ', 'a blank counts'],
    ['varchar(9)', 'a', 'A', 'case counts'],
    ['varchar(9)', '', null, 'an empty text is a value'],
    ['decimal(12,2)', '100.00', '10.00', 'zeros before the point count'],
    ['decimal(12,0)', '100', '10', 'zeros without a point count'],
    ['datetime', '2024-01-02 03:04:00', '2024-01-02 03:04:10', 'seconds count'],
    ['varbinary(3)', Buffer.from([1]), Buffer.from([1, 0]), 'its length is its own'],
    ['double', 0.1, 0.10000000149011612, 'double precision'],
  ])('%s %o and %o stay apart: %s', (type, one, other) => {
    expect(text(type, one)).not.toBe(text(type, other));
  });
});
