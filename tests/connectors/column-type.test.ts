import { describe, expect, test } from 'vitest';
import { isDateType, isSameType, isTextType, typeProblem } from '../../connectors/column-type.ts';

describe('isSameType', () => {
  test.each([
    ['BIGINT UNSIGNED', 'bigint(20) unsigned', 'the server adds display widths'],
    ['integer', 'int(11)', 'a synonym'],
    ['boolean', 'tinyint(1)', 'the server’s word for it'],
    ['DECIMAL(5, 2)', 'decimal(5,2)', 'blanks'],
    ['numeric', 'decimal(10,0)', 'default precision'],
    ["ENUM('a', 'b, c')", "enum('a','b, c')", 'blanks between values, not in them'],
    ['datetime(0)', 'datetime', 'default fraction'],
    ['json', 'longtext', 'MariaDB stores JSON as text'],
    ['year', 'year(4)', 'the only width'],
    ['smallint unsigned', 'smallint(5) unsigned zerofill', 'zerofill is about looks'],
    ['POINT', 'point', 'a type that is not captured'],
  ])('calls %j and %j one type (%s)', (declared, reported) => {
    expect(isSameType(declared, reported)).toBe(true);
  });

  test.each([
    ['int', 'int(10) unsigned', 'sign'],
    ['boolean', 'tinyint(1) unsigned', 'no boolean'],
    ['varchar(10)', 'varchar(11)', 'length'],
    ['datetime', 'datetime(6)', 'fraction'],
    ["enum('a')", "enum('A')", 'case of a value'],
    ["enum('unsigned')", "enum('')", 'an attribute’s word as a value'],
    ['decimal(5,2)', 'decimal(5,2) unsigned', 'sign of a decimal'],
    ['point', 'polygon', 'types that are not captured'],
  ])('tells %j from %j (%s)', (declared, reported) => {
    expect(isSameType(declared, reported)).toBe(false);
  });
});

test.each(['', 'point', 'varchar', 'varchar(0)', 'time(7)', 'decimal(a)', 'int not null', 'text;'])(
  'a column of type %j cannot be captured',
  (type) => {
    expect(typeProblem(type)?.remedy).toContain('varchar(n)');
  },
);

test.each([
  ['date', true, false],
  ['timestamp(6)', true, false],
  ['time', false, false],
  ["enum('a')", false, true],
  ['varchar(3)', false, true],
  ['varbinary(3)', false, false],
])('%s: date %s, text %s', (type, date, isText) => {
  expect(isDateType(type)).toBe(date);
  expect(isTextType(type)).toBe(isText);
});
