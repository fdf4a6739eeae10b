/** A subscriber's column of the delivered type takes every masked value and gives it back unchanged. */
import { expect, test } from 'vitest';
import type { Mask } from '../../../../bus/agreement/agreement.ts';
import { compileMask, maskedType } from '../../../../bus/agreement/mask/mask.ts';
import { isProblem, parseColumnType, sqlTypeOf } from '../../../../bus/change/column-type.ts';
import type { ColumnValue } from '../../../../bus/change/column-value.ts';
import { testStack } from '../../../support/env.ts';

const stack = await testStack('masked');
const { sql } = await stack.newDatabase('subscribers', 's');
const KEY = Buffer.alloc(32, 7);
const HMAC: Mask = { method: 'hmac-sha256', keyScope: 'pair' };
const first: Mask = { method: 'partial', keep: 'first', count: 1 };
const last: Mask = { method: 'partial', keep: 'last', count: 1 };
const ends: Mask = { method: 'partial', keep: 'ends', count: 1 };
const prefix: Mask = { method: 'generalise', to: 'prefix', length: 2 };

const TEXTS = ['', 'a', ' a ', 'ab ', '𠮷野家族', '😀😀😀', 'e\u0301e\u0301', "o'b\\n", '12345678'];
const TINY = [...TEXTS, '王'.repeat(85), 'x'.repeat(255)];

test.each<{ type: string; masks: readonly Mask[]; values: readonly ColumnValue[] }>([
  { type: 'varchar(8)', masks: [first, last, ends, prefix, HMAC], values: TEXTS },
  // A CHAR column never gives a value that ends with a blank.
  {
    type: 'char(8)',
    masks: [first, last, ends, prefix, HMAC],
    values: TEXTS.filter((text) => !text.endsWith(' ')),
  },
  { type: 'tinytext', masks: [first, last, ends, prefix, HMAC], values: TINY },
  {
    type: "enum('ab','cde😀','')",
    masks: [first, ends, prefix, HMAC],
    values: ['ab', 'cde😀', ''],
  },
  {
    type: 'date',
    masks: [{ method: 'generalise', to: 'year' }, { method: 'generalise', to: 'month' }, HMAC],
    values: ['1000-01-01', '2024-02-29', '9999-12-31'],
  },
  {
    type: 'bigint unsigned',
    masks: [HMAC, { method: 'null' }],
    values: [0, '18446744073709551615'],
  },
  { type: 'decimal(12,2)', masks: [HMAC, { method: 'null' }], values: ['-0.10', '9999999999.99'] },
])('$type', async ({ type: declared, masks, values }) => {
  const type = parseColumnType(declared);
  if (isProblem(type)) throw new Error(type.message);
  for (const mask of masks) {
    const delivered = maskedType(mask, type);
    if (typeof delivered === 'string') throw new Error(delivered);
    const masked = [...values, null].map(compileMask(mask, type, KEY));
    await sql.execute(
      `CREATE OR REPLACE TABLE delivered (id INT PRIMARY KEY, v ${sqlTypeOf(delivered)} NULL)
         CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin`,
    );
    await sql.execute('INSERT INTO delivered VALUES ?', [masked.map((value, id) => [id, value])]);
    const rows = await sql.query<{ readonly v: ColumnValue }>(
      'SELECT v FROM delivered ORDER BY id',
    );
    expect(rows.map(({ v }) => v)).toEqual(masked);
  }
});
