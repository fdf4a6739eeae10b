import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Mask } from '../../../bus/agreement/agreement.ts';
import { bindPair, topicColumns } from '../../../bus/pair/gateway/bound-pair.ts';
import { openKeyStore } from '../../../bus/pair/key-store.ts';
import { keyScopesOf, pairTools } from '../../../bus/pair/pair-tools.ts';
import type { CompiledPair } from '../../../bus/pair/pair.ts';
import type { ColumnValue } from '../../../bus/change/column-value.ts';
import { scratchFolder } from '../../support/scratch.ts';
import { salePair } from '../../support/pair/pair-fixture.ts';

const scratch = scratchFolder();
const HMAC: Mask = { method: 'hmac-sha256', keyScope: 'theme' };
const TOKEN = /^[0-9a-f]{64}$/;

function masked(pair: CompiledPair, mask: Mask): CompiledPair {
  const fields = pair.fields.map((field) => (field.mask ? { ...field, mask } : field));
  return { ...pair, fields };
}

function decide(pair: CompiledPair, folder: string, row: Readonly<Record<string, ColumnValue>>) {
  const columns = topicColumns([pair]);
  const bound = bindPair(pair, columns, pairTools(openKeyStore(folder)));
  return bound.decide(
    null,
    columns.map(({ name }) => row[name] ?? null),
  );
}

const ROW = { sale: 's1', district: '110102', price: '12.30', buyer: 'a-number', __there: 1 };

test('a pair delivers tokens under the key of its theme, and rows of its predicate only', async () => {
  const pair = masked(
    salePair({ id: 'p1', masked: ['buyer'], rows: "row.district.startsWith('1101')" }),
    HMAC,
  );
  const folder = join(scratch, 'keys');
  expect(keyScopesOf(pair)).toEqual(['theme.test']);
  for (const scope of keyScopesOf(pair)) await openKeyStore(folder).ensureKey(scope);

  const { decision } = decide(pair, folder, ROW);
  if (decision?.kind !== 'UPSERT') throw new Error('a row of the predicate leaves');
  expect(decision.row).toEqual(['s1', '12.30', expect.stringMatching(TOKEN)]);
  expect(decide(pair, folder, { ...ROW, district: '120000' }).decision).toBeUndefined();
  expect(decide(pair, folder, { ...ROW, district: null })).toEqual({
    decision: undefined,
    faulty: true,
  });

  const sibling = masked(salePair({ id: 'p2', masked: ['buyer'] }), HMAC);
  expect(decide(sibling, folder, ROW).decision).toMatchObject({ row: decision.row });
});

test('a pair without its key is not bound', () => {
  const pair = masked(salePair({ id: 'p1', masked: ['buyer'] }), HMAC);
  expect(() => decide(pair, join(scratch, 'none'), ROW)).toThrow(
    expect.objectContaining({ code: 'MASK_KEY_ABSENT' }),
  );
});

test('a pair whose predicate does not fit its columns is not bound', () => {
  const pair = salePair({ id: 'p1', rows: 'row.nowhere == 1' });
  expect(() => decide(pair, scratch, ROW)).toThrow(
    expect.objectContaining({ problems: [expect.objectContaining({ path: 'scope.rows' })] }),
  );
});

test('masks without keys need none', () => {
  const pair = salePair({ id: 'p1', masked: ['buyer'] });
  expect(keyScopesOf(pair)).toEqual([]);
  expect(decide(pair, scratch, ROW).decision).toMatchObject({ row: ['s1', '12.30', 'a*******'] });
});
