/**
 * The readers against what a real capture writes: every declared type, its extremes and NULL,
 * copied by the snapshot and followed in the log, compared with what the database itself answers.
 */
import { beforeAll, expect, test } from 'vitest';
import { createReaderCache, type ReaderCache } from '../../../bus/avro/reader.ts';
import { waitFor } from '../../../bus/base/retry.ts';
import type { ColumnValue } from '../../../bus/change/column-value.ts';
import type { ChangeEvent } from '../../../bus/change/envelope.ts';
import { comparable, comparePositions } from '../../../bus/change/position.ts';
import { valueChecker } from '../../../bus/change/value-check.ts';
import {
  type BusConsumer,
  partitionKey,
  type PartitionHandler,
  type RawRecord,
} from '../../../bus/kafka/kafka.ts';
import { createConfluentRegistry } from '../../../bus/registry/confluent/confluent-registry.ts';
import type { SqlValue } from '../../../bus/sql/sql.ts';
import { applySources } from '../../../connectors/apply.ts';
import { realSource, type RealSource } from '../../connectors/real-source.ts';
import { testStack } from '../../support/env.ts';
import { column } from './reading.ts';
import { PATIENCE_MS } from '../../support/patience.ts';

type Case = {
  readonly name: string;
  readonly type: string;
  readonly low: SqlValue;
  readonly high: SqlValue;
};

const COLUMNS: readonly Case[] = [
  { name: 'tiny', type: 'tinyint', low: -128, high: 127 },
  { name: 'tiny_u', type: 'tinyint unsigned', low: 0, high: 255 },
  { name: 'small', type: 'smallint', low: -32_768, high: 32_767 },
  { name: 'medium_u', type: 'mediumint unsigned', low: 0, high: 16_777_215 },
  { name: 'whole', type: 'int', low: -2_147_483_648, high: 2_147_483_647 },
  { name: 'whole_u', type: 'int unsigned', low: 0, high: 4_294_967_295 },
  { name: 'big', type: 'bigint', low: '-9223372036854775808', high: '9223372036854775807' },
  { name: 'big_u', type: 'bigint unsigned', low: 0, high: '18446744073709551615' },
  { name: 'money', type: 'decimal(12,2)', low: '-9999999999.99', high: '0.05' },
  {
    name: 'exact',
    type: 'decimal(40,20)',
    low: '0.00000000000000000001',
    high: '-1.00000000000000000000',
  },
  { name: 'ratio', type: 'double', low: -1e300, high: 0.1 },
  { name: 'born_on', type: 'date', low: '1000-01-01', high: '9999-12-31' },
  {
    name: 'moment',
    type: 'datetime(6)',
    low: '1000-01-01 00:00:00.000001',
    high: '9999-12-31 23:59:59.999999',
  },
  {
    name: 'old',
    type: 'datetime(6)',
    low: '1799-12-31 23:59:59.999999',
    high: '2300-06-15 12:00:00.000001',
  },
  {
    name: 'minute',
    type: 'datetime(3)',
    low: '1969-12-31 23:59:59.999',
    high: '2024-02-29 12:34:56.700',
  },
  { name: 'plain', type: 'datetime', low: '1000-01-01 00:00:00', high: '9999-12-31 23:59:59' },
  {
    name: 'stamp',
    type: 'timestamp(6)',
    low: '1970-01-01 00:00:01.000000',
    high: '2038-01-19 03:14:07.999999',
  },
  { name: 'clock', type: 'time(6)', low: '00:00:00.000001', high: '23:59:59.999999' },
  { name: 'since', type: 'year', low: 1901, high: 2155 },
  { name: 'alive', type: 'boolean', low: 0, high: 1 },
  { name: 'name', type: 'varchar(4)', low: '', high: '𠮷é中\u0000' },
  { name: 'code', type: 'char(3)', low: 'a', high: '中中中' },
  { name: 'note', type: 'text', low: '', high: '\' \\ \n \t "' },
  { name: 'state', type: "enum('in','out of')", low: 'in', high: 'out of' },
  { name: 'doc', type: 'json', low: '[]', high: '{"a": [1, "中"]}' },
  { name: 'hash', type: 'varbinary(3)', low: Buffer.alloc(0), high: Buffer.from([0, 128, 255]) },
  { name: 'raw', type: 'blob', low: Buffer.alloc(0), high: Buffer.from([255, 0]) },
];

const stack = await testStack('avrocap');
const columns = COLUMNS.map(({ name, type }) => column(name, type));
const records: RawRecord[] = [];
let source: RealSource;
let cache: ReaderCache;

beforeAll(async () => {
  source = await realSource(stack);
  const definitions = COLUMNS.map(({ name, type }) => `\`${name}\` ${type} NULL`);
  await source.sql.execute('DROP TABLE person');
  await source.sql.execute(
    `CREATE TABLE person (id_number VARCHAR(18) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL PRIMARY KEY, ${definitions.join(', ')}) CHARACTER SET utf8mb4`,
  );
  await insertAll('copied');
  const { ports, context } = source;
  await applySources([await source.file(withColumns)], context, { ports });
  const consumer = collecting();
  await consumer.start();
  // A connector runs before it has copied: what is done too early would be copied, not followed.
  await arrived(3);
  await insertAll('followed');
  await source.sql.execute("UPDATE person SET name = 'x' WHERE id_number = 'followed-low'");
  await source.sql.execute("DELETE FROM person WHERE id_number = 'copied-none'");
  cache = await readerCache();
  // Six inserts, update, delete, tombstone.
  await arrived(9);
  await consumer.close();
  await cache.prepareFor(records);
});

test('every value reads as the database itself says it, copied and followed', async () => {
  // The server calls JSON a type of its own towards drivers, which then parse it: ask for its text.
  const rows = await source.sql.query<Record<string, SqlValue>>(
    'SELECT person.*, CAST(doc AS CHAR) AS doc FROM person',
  );
  const expected = new Map(
    rows.map((row) => [row['id_number'], columns.map(({ name }) => row[name] ?? null)]),
  );
  const found = new Map<ColumnValue, readonly ColumnValue[]>();
  for (const record of records) {
    if (record.key === null || record.value === null) continue;
    const [id = null] = cache.keyReader.decode(record.key);
    const { after } = cache.valueReader.decode(record.value);
    if (after) found.set(id, after);
    else found.delete(id);
  }
  expect(rows).toHaveLength(5);
  const asRead = [...found].map(([id, row]) => [id, row.map(asColumn)] as const);
  expect(new Map(asRead)).toEqual(expected);
});

test('every value passes the check of its declared type', () => {
  const checks = columns.map(({ type }) => valueChecker(type));
  const faults = changes().flatMap(({ after }) =>
    (after ?? []).flatMap((value, at) => {
      const why = checks[at]?.(value);
      return why === undefined ? [] : [`${columns[at]?.name} ${why}`];
    }),
  );
  expect(faults).toEqual([]);
});

test('kinds, images and positions are those of what was done', () => {
  const all = changes();
  const ops = all.map(({ op, snapshot }) => `${op} ${snapshot}`).toSorted();
  expect(ops).toEqual([
    'c no',
    'c no',
    'c no',
    'd no',
    'r initial',
    'r initial',
    'r initial',
    'u no',
  ]);
  const updated = all.find(({ op }) => op === 'u');
  const nameAt = columns.findIndex(({ name }) => name === 'name');
  expect([updated?.before?.[nameAt], updated?.after?.[nameAt]]).toEqual(['', 'x']);
  const deleted = all.find(({ op }) => op === 'd');
  const copied = all.find(({ op }) => op === 'r');
  if (!updated || !deleted || !copied) throw new Error('a change is missing');
  expect(comparePositions(updated.position, deleted.position)).toBeLessThan(0);
  expect(comparable(copied.position, updated.position)).toBe(true);
  expect(comparePositions(copied.position, updated.position)).toBeLessThan(0);
});

function changes(): ChangeEvent[] {
  return records.flatMap(({ value }) => (value === null ? [] : [cache.valueReader.decode(value)]));
}

/** The forms of the SQL port, which has no booleans to answer. */
function asColumn(value: ColumnValue): ColumnValue {
  return typeof value === 'boolean' ? Number(value) : value;
}

async function insertAll(id: string): Promise<void> {
  const marks = ['?', ...COLUMNS.map(() => '?')].join(', ');
  for (const which of ['low', 'high', 'none'] as const) {
    const values = COLUMNS.map((one) => (which === 'none' ? null : one[which]));
    await source.sql.execute(`INSERT INTO person VALUES (${marks})`, [`${id}-${which}`, ...values]);
  }
}

function withColumns(yaml: string): string {
  const lines = COLUMNS.map(
    ({ name, type }) =>
      `      - { name: ${name}, type: ${JSON.stringify(type)}, classification: internal }`,
  );
  const [head = ''] = yaml.split('      - { name: name,');
  return `${head}${lines.join('\n')}\n`;
}

async function readerCache(): Promise<ReaderCache> {
  const { url, reader } = stack.endpoints.registry;
  const password = await stack.password(reader);
  const registry = createConfluentRegistry({ url, user: reader.user, password });
  return createReaderCache({
    fetchSchema: (schemaId) => registry.schemaById(schemaId),
    projection: { key: [column('id_number', 'varchar(18)')], value: columns, before: true },
  });
}

/** Puts everything in the topic into `records`. */
function collecting(): BusConsumer {
  const topic = `cdc.${source.name}.${source.database}.person`;
  const start = { kind: 'start', offset: 0n } as const;
  const handler: PartitionHandler = {
    claim: ({ partitions }) =>
      Promise.resolve(new Map(partitions.map((one) => [partitionKey(one), start]))),
    apply: (batch) => {
      records.push(...batch.records);
      return Promise.resolve({ kind: 'done' });
    },
    skip: () => Promise.resolve({ kind: 'done' }),
  };
  return source.kafka.consumer({ group: stack.prefix, topics: [topic], handler });
}

async function arrived(count: number): Promise<void> {
  await waitFor(() => records.length >= count, {
    what: `${count} records`,
    timeoutMs: PATIENCE_MS,
  });
}
