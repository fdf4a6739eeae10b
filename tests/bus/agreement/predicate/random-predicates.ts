/**
 * Random rows and random predicates over them, for the properties that compare two ways of judging.
 * Columns and constants come from small pools, so that equality, prefixes and order really occur.
 */
import fc from 'fast-check';
import type { PredicateColumn } from '../../../../bus/agreement/predicate/predicate.ts';
import { isProblem, parseColumnType } from '../../../../bus/change/column-type.ts';
import type { ColumnValue } from '../../../../bus/change/column-value.ts';

type Kind = 'text' | 'code' | 'integer' | 'big' | 'decimal' | 'double' | 'day' | 'moment' | 'flag';

const KINDS: Readonly<
  Record<Kind, { readonly type: string; readonly values: readonly ColumnValue[] }>
> = {
  // Characters that collations confuse: case, accents, width, padding, and those beyond the BMP.
  text: {
    type: 'varchar(40)',
    values: [
      '',
      ' ',
      'a',
      'A',
      'a ',
      'ab',
      'ä',
      'a\u0308',
      'ﬀ',
      '𠮷',
      '𠮷野',
      '吉野',
      '\uffee',
      '😀',
      "o'b\\n",
      '%_',
      '110102',
      '1101',
      '½',
      '１',
    ],
  },
  code: { type: "enum('a','b','B','9')", values: ['a', 'b', 'B', '9'] },
  integer: { type: 'int', values: [-2_147_483_648, -1, 0, 1, 7, 70, 2_147_483_647] },
  big: {
    type: 'bigint unsigned',
    values: [
      0,
      1,
      9_007_199_254_740_991,
      '9007199254740993',
      '9223372036854775808',
      '18446744073709551615',
    ],
  },
  decimal: {
    type: 'decimal(30,4)',
    values: [
      '0.0000',
      '-0.0001',
      '0.1000',
      '0.3000',
      '12.3400',
      '-12.3400',
      '99999999999999999999999999.9999',
    ],
  },
  double: { type: 'double', values: [0, 0.1, 0.3, -1.5, 1e21, 5e-324, 12.34] },
  day: { type: 'date', values: ['1000-01-01', '2024-02-29', '2024-03-01', '9999-12-31'] },
  moment: {
    type: 'datetime(3)',
    values: ['2024-02-29 00:00:00.000', '2024-02-29 08:30:00.120', '2024-02-29 08:30:00.121'],
  },
  flag: { type: 'boolean', values: [true, false] },
};

const NAMES: Readonly<Record<Kind, readonly string[]>> = {
  text: ['t1', 't2'],
  code: ['e1'],
  integer: ['i1', 'i2'],
  big: ['b1'],
  decimal: ['n1', 'n2'],
  double: ['d1'],
  day: ['y1', 'y2'],
  moment: ['m1'],
  flag: ['f1', 'f2'],
};

const kinds = Object.keys(KINDS).filter((key): key is Kind => key in KINDS);

export const randomColumns: readonly PredicateColumn[] = kinds.flatMap((kind) =>
  NAMES[kind].map((name) => {
    const type = parseColumnType(KINDS[kind].type);
    if (isProblem(type)) throw new Error(type.message);
    return { name, type };
  }),
);

/** Every column of some kinds; a third of the values are NULL. */
export function rowOf(
  only: readonly Kind[] = kinds,
): fc.Arbitrary<Readonly<Record<string, ColumnValue>>> {
  const columns = only.flatMap((kind) =>
    NAMES[kind].map(
      (name) => [name, fc.option(fc.constantFrom(...KINDS[kind].values), { freq: 2 })] as const,
    ),
  );
  return fc.record(Object.fromEntries(columns));
}

export function predicateOf(only: readonly Kind[] = kinds): fc.Arbitrary<string> {
  const leaf = fc.constantFrom(...only).chain(leafOf);
  return fc.letrec<{ condition: string }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      tie('condition').map((of) => `!(${of})`),
      fc
        .tuple(tie('condition'), fc.constantFrom('&&', '||'), tie('condition'))
        .map(([a, op, b]) => `(${a} ${op} ${b})`),
      fc
        .tuple(tie('condition'), tie('condition'), tie('condition'))
        .map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    ),
  })).condition;
}

function leafOf(kind: Kind): fc.Arbitrary<string> {
  const field = fc.constantFrom(...NAMES[kind]).map((name) => `row.${name}`);
  const constant = fc.constantFrom(...KINDS[kind].values).map(constantText);
  const ordered = kind !== 'code' && kind !== 'flag';
  const operator = fc.constantFrom('==', '!=', ...(ordered ? ['<', '<=', '>', '>='] : []));
  const always = [
    fc.tuple(field, operator, fc.oneof(constant, field)).map((parts) => parts.join(' ')),
    fc.tuple(constant, operator, field).map((parts) => parts.join(' ')),
    fc.tuple(field, fc.constantFrom('==', '!=')).map(([name, op]) => `${name} ${op} null`),
    field.map((name) => `has(${name})`),
    fc
      .tuple(field, fc.array(constant, { maxLength: 3 }))
      .map(([name, list]) => `${name} in [${list.join(', ')}]`),
  ];
  const text = [
    fc
      .tuple(field, fc.constantFrom('startsWith', 'endsWith', 'contains'), constant)
      .map(([name, test, value]) => `${name}.${test}(${value})`),
    fc
      .tuple(field, operator, fc.integer({ min: 0, max: 4 }))
      .map(([name, op, size]) => `size(${name}) ${op} ${size}`),
  ];
  if (kind === 'text') return fc.oneof(...always, ...text);
  return kind === 'flag' ? fc.oneof(field, ...always) : fc.oneof(...always);
}

function constantText(value: ColumnValue): string {
  if (typeof value === 'string' && !/^-?\d+\.\d+$/.test(value)) {
    // Whole numbers beyond 2^53 travel as text; codes of digits only stay short.
    return /^\d{16,}$/.test(value) ? value : JSON.stringify(value);
  }
  return typeof value === 'number' && !Number.isInteger(value) ? value.toString() : String(value);
}
