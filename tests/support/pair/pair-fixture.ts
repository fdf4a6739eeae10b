/** Compiled pairs over one small resource, and the tools that bind them, for logic tests. */
import { createHash } from 'node:crypto';
import { checkPredicate } from '../../../bus/agreement/predicate/predicate.ts';
import { must } from '../../../bus/base/assert.ts';
import { parseColumnType, type ColumnType } from '../../../bus/change/column-type.ts';
import type { PairTools } from '../../../bus/pair/gateway/bound-pair.ts';
import type { CompiledPair } from '../../../bus/pair/pair.ts';
import { pairSchemas } from '../../../bus/pair/pair-schema.ts';

export const SALE_TOPIC = 'view.property.hub_property.sale__rows';

const type = (text: string): ColumnType => parseColumnType(text) as ColumnType;

export const SALE_COLUMNS = {
  sale: type('varchar(40)'),
  district: type('varchar(6)'),
  status: type('varchar(20)'),
  price: type('decimal(16,2)'),
  buyer: type('varchar(40)'),
  secret: type('varchar(40)'),
} as const;
export type SaleColumn = keyof typeof SALE_COLUMNS;
export type Sale = Readonly<Record<SaleColumn, string | null>> & { readonly sale: string };

export type PairWish = {
  readonly id: string;
  readonly version?: string;
  readonly fields?: readonly SaleColumn[];
  readonly masked?: readonly SaleColumn[];
  readonly rows?: string;
  readonly onRowExit?: 'retract' | 'freeze';
  readonly notAfter?: string;
  readonly daily?: NonNullable<CompiledPair['delivery']['daily']>;
};

/** The hash is made of what was wished, so that another wish is another content. */
export function salePair(wish: PairWish): CompiledPair {
  const names = [...new Set<SaleColumn>(['sale', ...(wish.fields ?? ['price', 'buyer'])])];
  const fields = names.map((name) => ({
    name,
    type: SALE_COLUMNS[name],
    deliveredType: SALE_COLUMNS[name],
    ...(wish.masked?.includes(name)
      ? { mask: { method: 'partial', keep: 'first', count: 1 } as const }
      : {}),
  }));
  const contentHash = `$1$${createHash('sha256').update(JSON.stringify(wish)).digest('base64url')}`;
  const columns = Object.entries(SALE_COLUMNS).map(([name, one]) => ({ name, type: one }));
  return {
    agreement: {
      id: wish.id,
      name: wish.id,
      version: wish.version ?? '1.0.0',
      contentHash,
      theme: 'test',
      provider: 'BJ-ZJW',
      subscriber: 'BJ-DSJ',
      notBefore: '2020-01-01T00:00:00Z',
      notAfter: wish.notAfter ?? '2100-01-01T00:00:00Z',
    },
    resource: {
      id: 'property/sale',
      view: 'property',
      database: 'hub_property',
      table: 'sale__rows',
      topic: SALE_TOPIC,
      there: '__there',
      key: [{ name: 'sale', type: SALE_COLUMNS.sale }],
      atColumns: ['__at'],
    },
    fields,
    keyFields: 1,
    rows: wish.rows === undefined ? null : { cel: wish.rows, columns },
    onRowExit: wish.onRowExit ?? 'retract',
    backfill: 'snapshot',
    delivery: wish.daily
      ? { mode: 'daily', daily: wish.daily, table: 'sale' }
      : { mode: 'realtime', table: 'sale' },
    freshnessTargetS: 60,
    retentionDays: 14,
    topic: { name: `pair.${wish.id}`, partitions: 1, replication: 1 },
    receiptTopic: { name: `receipt.${wish.id}`, partitions: 1, replication: 1 },
    user: `pair-${wish.id}`,
    group: `pair-${wish.id}`,
    acls: [],
    ...pairSchemas({ contentHash, fields, keyFields: 1 }),
  };
}

export const saleTools: PairTools = {
  predicate({ cel, columns }, indexOf) {
    const checked = checkPredicate(cel, columns);
    return must(checked.predicate, 'a predicate without problems').bind(indexOf);
  },
  mask: () => (value) => (typeof value === 'string' ? `${Array.from(value)[0] ?? ''}*` : value),
};

/** What the subscriber of `pair` should have of these sales, by the delivered key. */
export function expectedCopy(
  pair: CompiledPair,
  sales: Iterable<Sale>,
): Map<string, readonly unknown[]> {
  const columns = Object.keys(SALE_COLUMNS);
  const test = pair.rows && saleTools.predicate(pair.rows, (name) => columns.indexOf(name));
  const copy = new Map<string, readonly unknown[]>();
  for (const sale of sales) {
    const image = columns.map((name) => sale[name as SaleColumn]);
    let isIn = true;
    try {
      isIn = test ? test(image) : true;
    } catch {
      isIn = false;
    }
    if (!isIn) continue;
    const row = pair.fields.map((field) => {
      const value = sale[field.name as SaleColumn];
      return field.mask ? saleTools.mask(field, pair)(value) : value;
    });
    copy.set(String(row[0]), row);
  }
  return copy;
}
