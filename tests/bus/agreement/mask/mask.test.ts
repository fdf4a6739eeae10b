import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Mask } from '../../../../bus/agreement/agreement.ts';
import { compileMask, keyScopeName, maskedType } from '../../../../bus/agreement/mask/mask.ts';
import {
  isProblem,
  parseColumnType,
  sqlTypeOf,
  type ColumnType,
} from '../../../../bus/change/column-type.ts';
import type { ColumnValue } from '../../../../bus/change/column-value.ts';
import { checkValue } from '../../../../bus/change/value-check.ts';

const KEY = Buffer.alloc(32, 7);
const OTHER_KEY = Buffer.alloc(32, 8);
const HMAC: Mask = { method: 'hmac-sha256', keyScope: 'pair' };

function typeOf(declared: string): ColumnType {
  const type = parseColumnType(declared);
  if (isProblem(type)) throw new Error(type.message);
  return type;
}

function partial(keep: 'first' | 'last' | 'ends', count: number): Mask {
  return { method: 'partial', keep, count };
}

describe('A mask gives', () => {
  const first = partial('first', 1);
  const month: Mask = { method: 'generalise', to: 'month' };
  const year: Mask = { method: 'generalise', to: 'year' };
  const prefix: Mask = { method: 'generalise', to: 'prefix', length: 4 };

  test.each<{ mask: Mask; type: string; value: ColumnValue; given: ColumnValue; reason: string }>([
    { mask: { method: 'null' }, type: 'int', value: 5, given: null, reason: 'nothing at all' },
    {
      mask: first,
      type: 'varchar(40)',
      value: '欧阳小明',
      given: '欧***',
      reason: 'the first character',
    },
    {
      mask: first,
      type: 'varchar(40)',
      value: '𠮷野家',
      given: '𠮷**',
      reason: 'a rare character is one',
    },
    { mask: first, type: 'varchar(40)', value: '王', given: '*', reason: 'never the whole value' },
    { mask: first, type: 'varchar(40)', value: '', given: '', reason: 'nothing of nothing' },
    {
      mask: first,
      type: 'varchar(40)',
      value: 'e\u0301a',
      given: 'e**',
      reason: 'a combining mark is a character',
    },
    {
      mask: partial('last', 4),
      type: 'char(18)',
      value: '110102199003071234',
      given: '**************1234',
      reason: 'the end',
    },
    {
      mask: partial('ends', 2),
      type: 'varchar(18)',
      value: '123456',
      given: '12**56',
      reason: 'both ends',
    },
    {
      mask: partial('ends', 2),
      type: 'varchar(18)',
      value: '1234',
      given: '****',
      reason: 'ends that meet hide all',
    },
    {
      mask: partial('ends', 3),
      type: 'varchar(18)',
      value: '1234',
      given: '****',
      reason: 'ends that overlap too',
    },
    {
      mask: first,
      type: "enum('male','female')",
      value: 'male',
      given: 'm***',
      reason: 'codes are text',
    },
    { mask: year, type: 'date', value: '1990-03-07', given: 1990, reason: 'a year is a number' },
    {
      mask: month,
      type: 'datetime(6)',
      value: '1990-03-07 10:00:00.000000',
      given: '1990-03',
      reason: 'a month is text',
    },
    {
      mask: prefix,
      type: 'char(6)',
      value: '110102',
      given: '1101',
      reason: 'a code of a wider area',
    },
    { mask: prefix, type: 'varchar(6)', value: '11', given: '11', reason: 'already that wide' },
    {
      mask: { method: 'truncate', length: 2 },
      type: 'text',
      value: '𠮷野家',
      given: '𠮷野',
      reason: 'characters, not halves',
    },
  ])('$given for $value: $reason', ({ mask, type, value, given }) => {
    expect(compileMask(mask, typeOf(type))(value)).toStrictEqual(given);
  });

  test('NULL for NULL, whatever the mask', () => {
    for (const mask of [first, month, year, prefix, HMAC]) {
      expect(compileMask(mask, typeOf('varchar(20)'), KEY)(null)).toBeNull();
    }
  });
});

describe('A token', () => {
  const token = (type: string, value: ColumnValue, key = KEY): ColumnValue =>
    compileMask(HMAC, typeOf(type), key)(value);

  test('is the HMAC over kind and value, so that it can be made again elsewhere', () => {
    // printf 'text\0%s' 110102199003071234 | openssl dgst -sha256 -mac HMAC -macopt hexkey:07…07
    expect(token('char(18)', '110102199003071234')).toBe(
      '6d65db227197a056728d65af8d37970feaccb680451ef7f28e41867c4449d9df',
    );
  });

  test.each<{
    one: readonly [string, ColumnValue];
    other: readonly [string, ColumnValue];
    same: boolean;
    reason: string;
  }>([
    {
      one: ['char(18)', 'x'],
      other: ['varchar(40)', 'x'],
      same: true,
      reason: 'width is no part of a value',
    },
    { one: ["enum('x')", 'x'], other: ['text', 'x'], same: true, reason: 'a code is text' },
    { one: ['varchar(4)', '1'], other: ['int', 1], same: false, reason: 'text is no number' },
    {
      one: ['int', 5],
      other: ['bigint', '5'],
      same: true,
      reason: 'a large column may hold small numbers',
    },
    {
      one: ['decimal(10,2)', '5.10'],
      other: ['decimal(12,4)', '5.1000'],
      same: true,
      reason: 'zeros behind count for nothing',
    },
    {
      one: ['decimal(10,2)', '-0.00'],
      other: ['decimal(10,2)', '0.00'],
      same: true,
      reason: 'there is one zero',
    },
    {
      one: ['datetime(3)', '2024-01-31 10:00:00.120'],
      other: ['datetime(6)', '2024-01-31 10:00:00.120000'],
      same: true,
      reason: 'nor in a fraction',
    },
    {
      one: ['varchar(4)', 'a'],
      other: ['varchar(4)', 'a '],
      same: false,
      reason: 'a blank is a character',
    },
    {
      one: ['varchar(4)', 'ä'],
      other: ['varchar(4)', 'a\u0308'],
      same: false,
      reason: 'no normalisation, as in comparisons',
    },
    { one: ['boolean', true], other: ['boolean', 1], same: true, reason: 'servers say both' },
  ])('of $one and $other is the same: $same, $reason', ({ one, other, same }) => {
    expect(token(...one) === token(...other)).toBe(same);
  });

  test('is the same for one value and differs for two, and under another key', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 });
    fc.assert(
      fc.property(text, text, (one, other) => {
        expect(token('varchar(200)', one)).toBe(token('varchar(200)', one));
        expect(token('varchar(200)', one) === token('varchar(200)', other)).toBe(one === other);
        expect(token('varchar(200)', one)).not.toBe(token('varchar(200)', one, OTHER_KEY));
      }),
    );
  });

  test('is refused for ill-formed text, which would make different values one', () => {
    expect(() => token('varchar(9)', '\ud842')).toThrow(/not well-formed/);
  });

  test('needs a key of full length', () => {
    expect(() => compileMask(HMAC, typeOf('int'))).toThrow(/needs a key/);
    expect(() => compileMask(HMAC, typeOf('int'), Buffer.alloc(16))).toThrow(/needs a key/);
  });
});

describe('What a mask hides', () => {
  test('stays hidden: other hidden characters change nothing but their number', () => {
    const chars = fc.array(fc.constantFrom('a', 'b', '𠮷', '王', '😀', 'é'), { maxLength: 12 });
    const keeps = fc.constantFrom('first' as const, 'last' as const, 'ends' as const);
    fc.assert(
      fc.property(chars, keeps, fc.integer({ min: 1, max: 5 }), (value, keep, count) => {
        const given = compileMask(partial(keep, count), typeOf('varchar(40)'))(value.join(''));
        const kept = value.map((char, at) => {
          const head = keep !== 'last' && at < count;
          const tail = keep !== 'first' && at >= value.length - count;
          return head || tail ? char : '*';
        });
        expect(given).toBe((kept.includes('*') ? kept : value.map(() => '*')).join(''));
      }),
    );
  });

  test('is never quoted by a fault', () => {
    const values: readonly ColumnValue[] = ['1990/03/07 secret', 4711, true];
    for (const value of values) {
      const mask = compileMask({ method: 'generalise', to: 'year' }, typeOf('date'));
      expect(() => mask(value)).toThrow(/A value cannot be masked: it is not/);
      expect(() => mask(value)).not.toThrow(/secret|4711|true/);
    }
  });
});

describe('The delivered type', () => {
  const year: Mask = { method: 'generalise', to: 'year' };

  test.each<{ mask: Mask; type: string; delivered: string }>([
    { mask: { method: 'null' }, type: 'blob', delivered: 'blob' },
    { mask: partial('first', 1), type: 'char(18)', delivered: 'char(18)' },
    { mask: partial('first', 1), type: 'text', delivered: 'text' },
    { mask: partial('first', 1), type: "enum('male','female')", delivered: 'varchar(6)' },
    { mask: { method: 'truncate', length: 2 }, type: 'text', delivered: 'varchar(2)' },
    {
      mask: { method: 'generalise', to: 'prefix', length: 4 },
      type: 'char(6)',
      delivered: 'varchar(4)',
    },
    { mask: year, type: 'timestamp', delivered: 'smallint' },
    { mask: { method: 'generalise', to: 'month' }, type: 'date', delivered: 'varchar(7)' },
    { mask: HMAC, type: 'bigint', delivered: 'varchar(64)' },
  ])('of $mask on $type is $delivered', ({ mask, type, delivered }) => {
    expect(maskedType(mask, typeOf(type))).toStrictEqual(typeOf(delivered));
  });

  test.each<{ mask: Mask; type: string; problem: RegExp }>([
    { mask: partial('first', 1), type: 'int', problem: /needs a column of text, not int/ },
    { mask: partial('first', 0), type: 'text', problem: /at least 1/ },
    {
      mask: { method: 'truncate', length: 6 },
      type: 'char(6)',
      problem: /6 characters of char\(6\) hide nothing/,
    },
    { mask: { method: 'truncate', length: 1.5 }, type: 'char(6)', problem: /at least 1/ },
    { mask: year, type: 'varchar(10)', problem: /needs a date/ },
    { mask: year, type: 'time', problem: /needs a date/ },
    { mask: HMAC, type: 'json', problem: /one written form/ },
    { mask: HMAC, type: 'double', problem: /one written form/ },
  ])('$mask does not fit $type', ({ mask, type, problem }) => {
    expect(maskedType(mask, typeOf(type))).toMatch(problem);
  });

  test('holds whatever the mask gives', () => {
    const texts = ['char(8)', 'varchar(8)', 'tinytext', "enum('ab','cde😀','')"].map(typeOf);
    const length = fc.integer({ min: 1, max: 9 });
    const masks = fc.oneof(
      fc
        .tuple(fc.constantFrom('first' as const, 'last' as const, 'ends' as const), length)
        .map(([keep, count]) => partial(keep, count)),
      length.map((count): Mask => ({ method: 'truncate', length: count })),
      length.map((count): Mask => ({ method: 'generalise', to: 'prefix', length: count })),
      fc.constant(HMAC),
    );
    const chars = fc.string({ unit: 'binary', maxLength: 8 });
    let given = 0;
    fc.assert(
      fc.property(masks, fc.constantFrom(...texts), chars, fc.nat(2), (mask, type, text, at) => {
        const delivered = maskedType(mask, type);
        if (typeof delivered === 'string') return;
        const value = type.kind === 'enum' ? (type.values[at] ?? '') : text;
        expect(checkValue(type, value)).toBeUndefined();
        expect(
          checkValue(delivered, compileMask(mask, type, KEY)(value)),
          sqlTypeOf(delivered),
        ).toBeUndefined();
        given++;
      }),
      { numRuns: 1_000 },
    );
    expect(given).toBeGreaterThan(300);
  });
});

test('Each version of a pair has a key of its own; a theme has one', () => {
  const owner = { agreementId: 'b1', theme: 'property-tax', version: '2.0.0' };
  const theme: Mask = { method: 'hmac-sha256', keyScope: 'theme' };
  expect(keyScopeName(HMAC, owner)).toBe('pair.b1.2.0.0');
  expect(keyScopeName(HMAC, { ...owner, version: '2.0.1' })).not.toBe(keyScopeName(HMAC, owner));
  expect(keyScopeName(theme, owner)).toBe('theme.property-tax');
  expect(keyScopeName(theme, { ...owner, agreementId: 'b2', version: '9.0.0' })).toBe(
    keyScopeName(theme, owner),
  );
  expect(keyScopeName({ method: 'null' }, owner)).toBeUndefined();
});
