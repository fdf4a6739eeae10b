import { describe, expect, test } from 'vitest';
import type { RowImage } from '../../../../bus/change/envelope.ts';
import { bindPair, topicColumns, type PairTools } from '../../../../bus/pair/gateway/bound-pair.ts';
import { salePair, saleTools, type PairWish } from '../../../support/pair/pair-fixture.ts';

type Values = Readonly<Record<string, string | number | null>>;

const SIGNED: Values = { sale: 's1', status: 'signed', price: '10.00', buyer: '王小', secret: 'x' };

function decide(
  wish: Omit<PairWish, 'id'>,
  before: Values | null,
  after: Values | null,
  tools: PairTools = saleTools,
) {
  const pair = salePair({ id: 'p', ...wish });
  const columns = topicColumns([pair]);
  const image = (values: Values | null): RowImage | null =>
    values && columns.map(({ name }) => values[name] ?? (name === '__there' ? 1 : null));
  return bindPair(pair, columns, tools).decide(image(before), image(after));
}

const CANCELLED = { ...SIGNED, status: 'cancelled' };
const DEARER = { ...SIGNED, price: '11.00' };
const OTHER_SECRET = { ...SIGNED, secret: 'y' };
const GONE = { ...SIGNED, __there: 0 };
const ROWS = "row.status == 'signed'";

describe('of a change leaves', () => {
  test.each([
    [
      'nothing, where the row is out before and after',
      CANCELLED,
      { ...CANCELLED, price: '1.00' },
      undefined,
    ],
    ['the row, where it comes in', CANCELLED, SIGNED, 'UPSERT'],
    ['the row, where it is new', null, SIGNED, 'UPSERT'],
    ['the row, where a delivered value changed', SIGNED, DEARER, 'UPSERT'],
    ['nothing, where only other values changed', SIGNED, OTHER_SECRET, undefined],
    ['a delete, where it goes out', SIGNED, CANCELLED, 'DELETE'],
    ['a delete, where it is gone', SIGNED, GONE, 'DELETE'],
    [
      'nothing, where a row that was out is gone',
      CANCELLED,
      { ...CANCELLED, __there: 0 },
      undefined,
    ],
    ['nothing, where a row that was gone stays so', GONE, GONE, undefined],
  ])('%s', (_what, before, after, kind) => {
    expect(decide({ rows: ROWS }, before, after).decision?.kind).toBe(kind);
  });

  test('exactly the agreed fields, masked', () => {
    const { decision } = decide({ rows: ROWS, masked: ['buyer'] }, null, SIGNED);
    expect(decision).toMatchObject({ key: ['s1'], row: ['s1', '10.00', '王*'] });
    expect(JSON.stringify(decision)).not.toContain('小');
  });

  test('nothing, where what changed is hidden by the mask', () => {
    const after = { ...SIGNED, buyer: '王大' };
    expect(decide({ masked: ['buyer'] }, SIGNED, after).decision).toBeUndefined();
  });

  test('nothing of a row that goes out, where it was agreed to freeze it', () => {
    expect(decide({ rows: ROWS, onRowExit: 'freeze' }, SIGNED, CANCELLED).decision).toBeUndefined();
  });
});

describe('what cannot be judged counts as out', () => {
  const undecided = { ...SIGNED, price: null };

  test.each([
    ['its row is deleted, where it was in', SIGNED, undecided, 'DELETE'],
    ['its row comes in, where it can be judged again', undecided, SIGNED, 'UPSERT'],
  ])('by the predicate: %s', (_what, before, after, kind) => {
    const judged = decide({ rows: 'row.price > 5.00' }, before, after);
    expect(judged).toMatchObject({ faulty: true, decision: { kind } });
  });

  const choosy: PairTools = {
    ...saleTools,
    mask: () => (value) => {
      if (value === 'broken') throw new Error('a value that no mask takes');
      return value;
    },
  };
  const broken = { ...SIGNED, buyer: 'broken' };

  test.each([
    ['its row is deleted, where it was in', SIGNED, broken, 'DELETE'],
    ['its row comes in, where it can be masked again', broken, SIGNED, 'UPSERT'],
  ])('by a mask: %s', (_what, before, after, kind) => {
    const judged = decide({ masked: ['buyer'] }, before, after, choosy);
    expect(judged).toMatchObject({ faulty: true, decision: { kind } });
  });
});
