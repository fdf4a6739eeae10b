import { expect, test } from 'vitest';
import { isProblem, parseColumnType, sqlTypeOf } from '../../../bus/change/column-type.ts';

test.each([
  ['varchar(40)', 'varchar(40)'],
  ['VARCHAR ( 40 )', 'varchar(40)'],
  ['char(18)', 'char(18)'],
  ['text', 'text'],
  ['int', 'int'],
  ['integer', 'int'],
  ['int(11)', 'int'],
  ['bigint unsigned', 'bigint unsigned'],
  ['bigint(20) UNSIGNED', 'bigint unsigned'],
  ['tinyint(1)', 'boolean'],
  ['bool', 'boolean'],
  ['tinyint', 'tinyint'],
  ['decimal(12,2)', 'decimal(12,2)'],
  ['decimal(12, 2)', 'decimal(12,2)'],
  ['decimal(5)', 'decimal(5,0)'],
  ['decimal', 'decimal(10,0)'],
  ['numeric(3,1)', 'decimal(3,1)'],
  ['date', 'date'],
  ['datetime', 'datetime'],
  ['datetime(6)', 'datetime(6)'],
  ['timestamp(3)', 'timestamp(3)'],
  ['time(6)', 'time(6)'],
  ['year', 'year'],
  ['varbinary(32)', 'varbinary(32)'],
  ['binary(16)', 'binary(16)'],
  ['longblob', 'longblob'],
  ["enum('a','b')", "enum('a','b')"],
  ["enum( 'it''s' , '(b)' )", "enum('it''s','(b)')"],
  ['json', 'json'],
  ['double precision', 'double'],
  ['float', 'float'],
])('%s is %s, and its own text reads back to it', (declared, canonical) => {
  const type = parseColumnType(declared);
  if (isProblem(type)) throw new Error(type.message);
  expect(sqlTypeOf(type)).toBe(canonical);
  expect(parseColumnType(canonical)).toEqual(type);
});

test.each([
  ['', 'is not a column type'],
  ['strng', 'there is no type strng'],
  ['varchar', 'expected a length'],
  ['varchar(0)', 'expected a length from 1 to 16383'],
  ['varchar(99999)', 'expected a length from 1 to 16383'],
  ['char(256)', 'expected a length from 1 to 255'],
  ['decimal(66,2)', 'expected 1 to 65 digits'],
  ['decimal(5,6)', 'expected a scale up to 5'],
  ['decimal(1,2,3)', 'expected decimal(precision,scale)'],
  ['datetime(7)', 'expected 0 to 6 digits'],
  ['date(3)', 'takes nothing in brackets'],
  ['varchar(10) unsigned', 'only whole numbers can be unsigned'],
  ['enum()', "expected enum('one','two')"],
  ["enum('a','a')", 'named twice'],
  ["enum('a'); DROP TABLE x", 'is not a column type'],
  ['constructor', 'there is no type constructor'],
  ['int; drop table x', 'is not a column type'],
])('"%s" is a problem: %s', (declared, why) => {
  const problem = parseColumnType(declared);
  expect(problem).toMatchObject({ message: expect.stringContaining(why) as string });
  expect(problem).toHaveProperty('remedy');
});
