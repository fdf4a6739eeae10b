import { expect, test } from 'vitest';
import { isProblem, parseColumnType, type ColumnType } from '../../../bus/change/column-type.ts';
import type { ColumnValue } from '../../../bus/change/column-value.ts';
import { checkValue } from '../../../bus/change/value-check.ts';

function typed(declared: string): ColumnType {
  const type = parseColumnType(declared);
  if (isProblem(type)) throw new Error(type.message);
  return type;
}

test.each<[string, ColumnValue, string]>([
  ['varchar(3)', null, 'NULL is no matter of the type'],
  ['varchar(3)', '張三丰', 'characters, not bytes'],
  ['varchar(3)', '😀😀😀', 'characters, not code units'],
  ['varchar(3)', '', 'the empty text'],
  ['tinytext', 'é'.repeat(127), '254 bytes'],
  ['tinyint', -128, 'the lower end'],
  ['tinyint unsigned', 255, 'the upper end'],
  ['bigint', '9223372036854775807', 'the largest'],
  ['bigint', '-9223372036854775808', 'the smallest'],
  ['bigint unsigned', '18446744073709551615', 'the largest unsigned'],
  ['decimal(5,2)', '-999.99', 'the smallest'],
  ['decimal(5,2)', '000999.9900', 'zeros at both ends'],
  ['decimal(2,2)', '0.99', 'no digit before the point'],
  ['date', '2024-02-29', 'a leap day'],
  ['date', '9999-12-31', 'the last day'],
  ['date', '1000-01-01', 'the first day'],
  ['datetime(6)', '2024-02-29 23:59:59.999999', 'all six digits'],
  ['datetime', '2024-02-29 23:59:59', 'no digits'],
  ['datetime(3)', '2024-02-29 23:59:59.120000', 'zeros beyond the declared digits'],
  ['timestamp(6)', '2038-01-19 03:14:07.999999', 'the last microsecond'],
  ['time(6)', '-838:59:59.000000', 'the lower end'],
  ['year', 0, 'the zero year'],
  ['year', 2155, 'the last year'],
  ['boolean', true, 'a boolean'],
  ['boolean', 0, 'a number for a boolean'],
  ['varbinary(2)', Buffer.from([0, 255]), 'bytes'],
  ["enum('a','b')", 'b', 'a declared value'],
  ['json', '{"a":[1]}', 'an object'],
  ['double', 1e300, 'a large number'],
])('%s holds %j: %s', (declared, value) => {
  expect(checkValue(typed(declared), value)).toBeUndefined();
});

test.each<[string, ColumnValue, string]>([
  ['float', 1e300, 'is beyond the range of float'],
  ['varchar(3)', 'four', 'is longer than 3 characters (4)'],
  ['varchar(3)', '😀😀😀😀', 'is longer than 3 characters (4)'],
  ['varchar(3)', '\ud800', 'is not well-formed Unicode'],
  ['varchar(3)', 5, 'is not text'],
  ['tinytext', 'é'.repeat(128), 'is longer than 255 bytes (256)'],
  ['tinyint', 128, 'is outside -128 … 127'],
  ['int unsigned', -1, 'is outside 0 … 4294967295'],
  ['bigint', '9223372036854775808', 'is outside'],
  ['bigint unsigned', '18446744073709551616', 'is outside'],
  ['int', 1.5, 'is not a whole number'],
  ['int', '1e3', 'is not a whole number'],
  ['int', true, 'is not a whole number'],
  ['decimal(5,2)', '1000', 'has more than 3 digits before the point (4)'],
  ['decimal(5,2)', '1.001', 'has more than 2 digits after the point (3)'],
  ['decimal(5,2)', '1e3', 'is not a decimal number'],
  ['decimal(5,2)', 1.5, 'is not text'],
  ['date', '2023-02-29', 'is not a date'],
  ['date', '2023-13-01', 'is not a date'],
  ['date', '0000-00-00', 'is not a date'],
  ['date', '0999-12-31', 'is not a date'],
  ['datetime(6)', '2023-02-29 00:00:00', 'is not a date'],
  ['datetime(6)', '2023-01-01 24:00:00', 'has an hour out of range'],
  ['datetime(6)', '2023-01-01 00:60:00', 'has a minute or second out of range'],
  ['datetime(6)', '2023-01-01T00:00:00', 'is not a date and time'],
  ['datetime', '2023-01-01 00:00:00.500000', 'has more than 0 digits of a second'],
  ['timestamp(6)', '2038-01-19 03:14:08', 'is outside the range of timestamp'],
  ['timestamp(6)', '1969-12-31 23:59:59', 'is outside the range of timestamp'],
  ['time(6)', '839:00:00', 'has an hour out of range'],
  ['year', 1900, 'is not a year'],
  ['boolean', 2, 'is neither true nor false'],
  ['varbinary(2)', Buffer.alloc(3), 'is longer than 2 bytes (3)'],
  ['varbinary(2)', 'ab', 'is not binary'],
  ["enum('a','b')", 'c', 'is not one of the declared values'],
  ['json', '{', 'is not JSON'],
  ['double', Number.NaN, 'is not a finite number'],
])('%s refuses %j because it %s, without quoting it', (declared, value, why) => {
  const said = checkValue(typed(declared), value);
  expect(said).toContain(why);
});
