import { expect, test } from 'vitest';
import { holds } from '../../../bus/change/holds.ts';
import { must } from '../../../bus/base/assert.ts';
import { serverType } from '../../../bus/change/server-type.ts';

const type = (text: string) => must(serverType(text), text);

test.each([
  ['varchar(50)', 'varchar(50)', 'the same'],
  ['varchar(100)', 'char(3)', 'a longer one, of another name'],
  ['bigint', 'int', 'more bits'],
  ['bigint', 'int unsigned', 'a bit more for the sign'],
  ['int unsigned', 'smallint unsigned', 'both without a sign'],
  ['decimal(12,2)', 'decimal(10,2)', 'more digits before the point'],
  ['decimal(14,4)', 'decimal(12,2)', 'more digits after it too'],
  ['double', 'float', 'more precision'],
  ['datetime(6)', 'datetime', 'more digits of a second'],
  ["enum('a','b','c')", "enum('c','a')", 'more values, in another order'],
  ['varchar(4)', "enum('in','out')", 'as text, long enough'],
  ['longtext', 'text', 'a larger size'],
  ['varchar(10)', 'text', 'judged value by value'],
  ['date', 'date', 'without size'],
])('%s holds %s (%s)', (declared, found) => {
  expect(holds(type(declared), type(found))).toBe(true);
});

test.each([
  ['varchar(50)', 'varchar(51)', 'one character more'],
  ['int', 'bigint', 'fewer bits'],
  ['int', 'int unsigned', 'the upper half'],
  ['bigint unsigned', 'tinyint', 'negative numbers'],
  ['decimal(12,4)', 'decimal(12,2)', 'fewer digits before the point'],
  ['decimal(12,2)', 'decimal(12,3)', 'fewer digits after it'],
  ['float', 'double', 'less precision'],
  ['datetime(3)', 'datetime(6)', 'fewer digits of a second'],
  ["enum('a')", "enum('a','b')", 'a value that came later'],
  ['varchar(2)', "enum('in','out')", 'as text, too short'],
  ['varbinary(3)', 'binary(4)', 'one byte more'],
  ['text', 'mediumtext', 'a smaller size'],
])('%s does not hold %s (%s)', (declared, found) => {
  expect(holds(type(declared), type(found))).toBe(false);
});
