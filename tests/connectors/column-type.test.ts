import { describe, expect, test } from 'vitest';
import { canonicalType } from '../../connectors/column-type.ts';

describe('canonicalType', () => {
  test.each([
    ['BIGINT UNSIGNED', 'bigint(20) unsigned', 'the server adds display widths'],
    ['integer', 'int(11)', 'an alias'],
    ['boolean', 'tinyint(1)', 'an alias with a width'],
    ['DECIMAL(5, 2)', 'decimal(5,2)', 'blanks'],
    ['numeric', 'decimal(10,0)', 'default precision'],
    ['char', 'char(1)', 'default length'],
    ["ENUM('a', 'b, c')", "enum('a','b, c')", 'blanks between values, not in them'],
    ['datetime(0)', 'datetime', 'default fraction'],
    ['json', 'longtext', 'MariaDB stores JSON as text'],
    ['year(4)', 'year', 'the only width'],
    ['smallint(5) unsigned zerofill', 'smallint unsigned', 'zerofill is unsigned'],
  ])('calls %j and %j one type (%s)', (declared, reported) => {
    expect(canonicalType(declared)).toBeDefined();
    expect(canonicalType(declared)).toBe(canonicalType(reported));
  });

  test.each([
    ['int', 'int unsigned', 'sign'],
    ['tinyint(1)', 'tinyint(1) unsigned', 'no boolean'],
    ['varchar(10)', 'varchar(11)', 'length'],
    ['datetime', 'datetime(6)', 'fraction'],
    ["enum('a')", "enum('A')", 'case of a value'],
    ["enum('unsigned')", "enum('')", 'an attribute’s word as a value'],
    ['decimal(5,2)', 'decimal(5,2) unsigned', 'sign of a decimal'],
  ])('tells %j from %j (%s)', (one, other) => {
    expect(canonicalType(one)).not.toBe(canonicalType(other));
  });

  test.each([
    '',
    'point',
    'varchar',
    'varchar(0)',
    'time(7)',
    'decimal(a)',
    'int not null',
    'text;',
  ])('knows no type %j', (type) => {
    expect(canonicalType(type)).toBeUndefined();
  });
});
