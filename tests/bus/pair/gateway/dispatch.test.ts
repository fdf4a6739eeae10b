import { describe, expect, test } from 'vitest';
import { checkPredicate } from '../../../../bus/agreement/predicate/predicate.ts';
import { seededRandom } from '../../../../bus/base/random.ts';
import { bindPair, topicColumns } from '../../../../bus/pair/gateway/bound-pair.ts';
import { dispatchOf } from '../../../../bus/pair/gateway/dispatch.ts';
import {
  SALE_COLUMNS,
  salePair,
  saleTools,
  type PairWish,
} from '../../../support/pair/pair-fixture.ts';

const COLUMNS = Object.entries(SALE_COLUMNS).map(([name, type]) => ({ name, type }));

function requirementOf(cel: string) {
  return checkPredicate(cel, COLUMNS).predicate?.requirement;
}

describe('what a predicate requires', () => {
  test.each([
    ['a beginning', "row.district.startsWith('1101')", ['district', 'startsWith', ['1101']]],
    ['a value', "row.status == 'signed'", ['status', 'is', ['signed']]],
    [
      'a value, written the other way round',
      "'signed' == row.status",
      ['status', 'is', ['signed']],
    ],
    ['one of some values', "row.status in ['a', 'b']", ['status', 'is', ['a', 'b']]],
    [
      'the first part that says so',
      "row.price > 1.00 && row.status == 'a' && row.district == 'b'",
      ['status', 'is', ['a']],
    ],
  ])('is %s', (_what, cel, [column, is, texts]) => {
    expect(requirementOf(cel)).toEqual({ column, test: is, texts });
  });

  test.each([
    ['every text begins so', "row.district.startsWith('')"],
    ['either part may hold', "row.status == 'a' || row.district == 'b'"],
    ['all others are wanted', "row.status != 'a'"],
    ['the opposite is wanted', "!(row.status == 'a')"],
    ['no text is compared', 'row.price == 1.00'],
    ['NULL is wanted', 'row.status == null'],
    ['another end is looked at', "row.district.endsWith('02')"],
  ])('is nothing where %s', (_why, cel) => {
    expect(requirementOf(cel)).toBeUndefined();
  });
});

const CELS = [
  "row.status == 'signed'",
  "row.status in ['signed', 'cancelled']",
  "row.district.startsWith('1101')",
  "row.district.startsWith('110102')",
  "row.district.startsWith('99')",
  "row.district == '110102' && row.price > 10.00",
  "row.price > 10.00 && row.status == 'cancelled'",
  "row.status == 'signed' || row.district == '110102'",
  "row.buyer == 'nobody'",
];

describe('a change goes', () => {
  test('to every pair that it brings a record or a fault, whatever the images are', () => {
    const wishes: PairWish[] = [
      { id: 'all' },
      ...CELS.map((rows, at): PairWish => ({ id: `p${at}`, rows, fields: ['price', 'district'] })),
    ];
    const pairs = wishes.map(salePair);
    const columns = topicColumns(pairs);
    const bound = pairs.map((pair) => bindPair(pair, columns, saleTools));
    const dispatch = dispatchOf(
      bound.map((pair) => {
        const { rows } = pair.pair;
        return { pair, requirement: rows ? requirementOf(rows.cel) : undefined };
      }),
      (name) => columns.findIndex((column) => column.name === name),
    );
    const random = seededRandom(5);
    const values = {
      district: ['110102', '110105', '1101', '310101', '', null],
      status: ['signed', 'cancelled', 'other', null],
      price: ['9.00', '11.00', null],
      __there: [1, 1, 0],
      __at: [1, null],
    };
    const image = () =>
      columns.map(({ name }) =>
        name in values
          ? random.pick<string | number | null>(values[name as keyof typeof values])
          : 's1',
      );
    let brought = 0;
    let spared = 0;
    for (let count = 0; count < 2_000; count++) {
      const before = random.chance(0.2) ? null : image();
      const after = random.chance(0.2) ? null : image();
      const found = [...dispatch.for(before, after)];
      expect(new Set(found).size).toBe(found.length);
      const concerned = bound.filter((pair) => {
        const { decision, faulty } = pair.decide(before, after);
        return decision !== undefined || faulty;
      });
      expect(found).toEqual(expect.arrayContaining(concerned));
      brought += concerned.length;
      spared += bound.length - found.length;
    }
    expect(brought).toBeGreaterThan(1_000);
    // Else everything went to everybody.
    expect(spared).toBeGreaterThan(1_000);
  });
});
