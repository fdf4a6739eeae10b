import { describe, expect, test } from 'vitest';
import {
  canonicalPostgresType,
  postgresTypeProblem,
} from '../../../connectors/postgresql/column-type.ts';

describe('canonicalPostgresType', () => {
  test.each([
    ['varchar(40)', 'character varying(40)', 'the short word'],
    ['VARCHAR (40)', 'character varying(40)', 'capitals and blanks'],
    ['char', 'character(1)', 'without a length'],
    ['int', 'integer', 'the short word'],
    ['decimal(12, 2)', 'numeric(12,2)', 'a blank inside'],
    ['numeric(5)', 'numeric(5,0)', 'no scale is scale 0'],
    ['timestamp(3)', 'timestamp(3) without time zone', 'the zone is said'],
    ['timestamp', 'timestamp without time zone', 'as many digits as there are'],
    ['timestamptz', 'timestamp with time zone', 'the short word'],
    ['timestamp (6) with time zone', 'timestamp(6) with time zone', 'as the standard has it'],
    ['double precision', 'double precision', 'two words'],
    ['float8', 'double precision', 'the short word'],
    ['text', 'text', 'itself'],
  ])('%s is %s: %s', (declared, canonical) => {
    expect(canonicalPostgresType(declared)).toBe(canonical);
    expect(postgresTypeProblem(declared)).toBeUndefined();
  });
});

describe('postgresTypeProblem', () => {
  test.each([
    ['varchar', 'no length, so no view could hold every value'],
    ['numeric', 'no precision, so no view could hold every value'],
    ['money', 'depends on the locale'],
    ['interval', 'a month has no length'],
    ['int[]', 'a list'],
    ['tstzrange', 'a range'],
    ['time with time zone', 'a clock without a day has no zone'],
    ['timestamp(9)', 'more digits than there are'],
    ['integer(3)', 'takes nothing in brackets'],
    ['datetime', 'another server’s word'],
    ['', 'nothing'],
  ])('refuses "%s": %s', (declared) => {
    const problem = postgresTypeProblem(declared);
    expect(problem?.message).toContain(`"${declared}"`);
    expect(problem?.remedy).toContain('varchar(n)');
  });
});
