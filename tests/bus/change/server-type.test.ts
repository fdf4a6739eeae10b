import { describe, expect, test } from 'vitest';
import { sqlTypeOf } from '../../../bus/change/column-type.ts';
import { canonicalType, serverType } from '../../../bus/change/server-type.ts';

describe('serverType', () => {
  test.each([
    ['INT UNSIGNED', 'int unsigned', 'a capture writes in capitals'],
    ['int(11)', 'int', 'a display width'],
    ['smallint(5) unsigned zerofill', 'smallint unsigned', 'an attribute of looks'],
    ['year(4)', 'year', 'the only width'],
    ['TINYINT(1)', 'boolean', 'the server’s word for it'],
    ['character varying(18)', 'varchar(18)', 'PostgreSQL'],
    ['int8', 'bigint', 'PostgreSQL’s short name'],
    ['float8', 'double', 'PostgreSQL’s short name'],
    ["ENUM('Int8','b')", "enum('Int8','b')", 'values stay as they are'],
  ])('reads %j as %s (%s)', (reported, ours) => {
    const type = serverType(reported);
    expect(type && sqlTypeOf(type)).toBe(ours);
  });

  test.each(['point', 'int range', 'inet', ''])('answers nothing for %j', (reported) => {
    expect(serverType(reported)).toBeUndefined();
  });
});

test.each([
  ['json', 'longtext'],
  ['POINT', 'point'],
  ['boolean', 'tinyint(1)'],
  ['DECIMAL(5, 2)', 'decimal(5,2)'],
])('%s and %s are one type to a server', (one, other) => {
  expect(canonicalType(one)).toBe(canonicalType(other));
});
