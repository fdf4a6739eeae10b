/**
 * The readers against what a real capture of PostgreSQL writes: every type that a source may declare,
 * its extremes and NULL, copied and followed, compared with what the database itself answers.
 */
import { beforeAll, expect, test } from 'vitest';
import { createReaderCache, type ReaderCache } from '../../../bus/avro/reader.ts';
import { waitFor } from '../../../bus/base/retry.ts';
import type { ColumnValue } from '../../../bus/change/column-value.ts';
import type { ChangeEvent } from '../../../bus/change/envelope.ts';
import { comparePositions, positionText } from '../../../bus/change/position.ts';
import { partitionKey, type PartitionHandler, type RawRecord } from '../../../bus/kafka/kafka.ts';
import { createConfluentRegistry } from '../../../bus/registry/confluent/confluent-registry.ts';
import type { SqlValue } from '../../../bus/sql/sql.ts';
import { applySources } from '../../../connectors/apply.ts';
import { realPostgres, type RealPostgres } from '../../connectors/postgresql/real-postgres.ts';
import { testStack } from '../../support/env.ts';
import { column } from './reading.ts';
import { PATIENCE_MS } from '../../support/patience.ts';

type Case = {
  readonly name: string;
  /** As PostgreSQL names it. */
  readonly type: string;
  /** As a view declares it. */
  readonly read: string;
  readonly low: SqlValue;
  readonly high: SqlValue;
};

const COLUMNS: readonly Case[] = [
  { name: 'small', type: 'smallint', read: 'smallint', low: -32_768, high: 32_767 },
  { name: 'whole', type: 'integer', read: 'int', low: -2_147_483_648, high: 2_147_483_647 },
  {
    name: 'big',
    type: 'bigint',
    read: 'bigint',
    low: '-9223372036854775808',
    high: '9223372036854775807',
  },
  {
    name: 'money_of',
    type: 'numeric(12,2)',
    read: 'decimal(12,2)',
    low: '-9999999999.99',
    high: '0.05',
  },
  {
    name: 'exact',
    type: 'numeric(38,18)',
    read: 'decimal(38,18)',
    low: '0.000000000000000001',
    high: '-1.000000000000000000',
  },
  { name: 'ratio', type: 'double precision', read: 'double', low: -1e300, high: 0.1 },
  { name: 'share', type: 'real', read: 'float', low: -0.5, high: 1.25 },
  { name: 'alive', type: 'boolean', read: 'boolean', low: false, high: true },
  { name: 'born_on', type: 'date', read: 'date', low: '1000-01-01', high: '9999-12-31' },
  {
    name: 'moment',
    type: 'timestamp(6)',
    read: 'datetime(6)',
    // The first copy shifts older ones by the days of the calendar's reform; the preflight says so.
    low: '1582-10-15 00:00:00.000001',
    high: '9999-12-31 23:59:59.999999',
  },
  {
    name: 'minute',
    type: 'timestamp(3)',
    read: 'datetime(3)',
    low: '1969-12-31 23:59:59.999',
    high: '2024-02-29 12:34:56.789',
  },
  {
    name: 'stamp',
    type: 'timestamp(6) with time zone',
    read: 'timestamp(6)',
    low: '1970-01-01 00:00:01.000001+00',
    high: '2038-01-19 03:14:07.999999+00',
  },
  {
    name: 'clock',
    type: 'time(6)',
    read: 'time(6)',
    low: '00:00:00.000001',
    high: '23:59:59.999999',
  },
  { name: 'name', type: 'varchar(4)', read: 'varchar(4)', low: '', high: '𠮷é中z' },
  { name: 'code', type: 'char(3)', read: 'char(3)', low: 'abc', high: '中中中' },
  { name: 'note', type: 'text', read: 'text', low: '', high: '\' \\ \n \t "' },
  { name: 'doc', type: 'jsonb', read: 'json', low: '[]', high: '{"a": [1, "中"]}' },
  { name: 'raw', type: 'bytea', read: 'blob', low: Buffer.alloc(0), high: Buffer.from([255, 0]) },
  {
    name: 'ticket',
    type: 'uuid',
    read: 'char(36)',
    low: '00000000-0000-0000-0000-000000000000',
    high: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
  },
  // Too long for the row itself: kept apart by the server, and absent from its log by default.
  { name: 'letter', type: 'text', read: 'text', low: longText('a'), high: longText('中') },
];

const stack = await testStack('pgcap');
const columns = COLUMNS.map(({ name, read }) => column(name, read));
const records: RawRecord[] = [];
let source: RealPostgres;
let cache: ReaderCache;

beforeAll(async () => {
  const definitions = COLUMNS.map(({ name, type }) => `${name} ${type} NULL`).join(', ');
  const create = `CREATE TABLE person (id_number varchar(18) PRIMARY KEY, ${definitions})`;
  source = await realPostgres(stack, { create });
  const { sql, ports, context } = source;
  await insertAll('copied');
  await applySources([await source.file(withColumns)], context, { ports });
  const consumer = collecting();
  await consumer.start();
  await arrived(3);
  await insertAll('followed');
  await sql.execute("UPDATE person SET name = 'x' WHERE id_number = 'followed-low'");
  await sql.execute("UPDATE person SET id_number = 'moved' WHERE id_number = 'followed-high'");
  await sql.execute("DELETE FROM person WHERE id_number = 'copied-none'");
  // Six inserts, an update, a key's change (delete, tombstone, insert), a delete with its tombstone.
  await arrived(12);
  const rest = await sql.query<Record<string, SqlValue>>('SELECT * FROM person');
  for (const row of rest) expectedRows.set(String(row['id_number']), row);
  await sql.execute('TRUNCATE person');
  await arrived(13);
  await consumer.close();
  cache = await readerCache();
  await cache.prepareFor(records);
});

const expectedRows = new Map<string, Readonly<Record<string, SqlValue>>>();

test('every value reads as the database itself says it, copied and followed', () => {
  const found = new Map<ColumnValue, readonly ColumnValue[]>();
  // The truncate, which has no key and is on any partition, comes last here.
  for (const record of records) {
    if (record.key === null || record.value === null) continue;
    const [id = null] = cache.keyReader.decode(record.key);
    const { after } = cache.valueReader.decode(record.value);
    if (after) found.set(id, after);
    else found.delete(id);
  }
  const expected = [...expectedRows].map(
    ([id, row]) => [id, COLUMNS.map(({ name }) => comparable(row[name] ?? null))] as const,
  );
  expect(expected).toHaveLength(5);
  expect(found).toEqual(new Map(expected));
});

test('kinds, images and positions are those of what was done', () => {
  const all = changes();
  expect(all.map(({ op, snapshot }) => `${op} ${snapshot}`).toSorted()).toEqual([
    'c no',
    'c no',
    'c no',
    'c no',
    'd no',
    'd no',
    'r initial',
    'r initial',
    'r initial',
    't no',
    'u no',
  ]);
  const at = (name: string) => columns.findIndex((one) => one.name === name);
  const updated = all.find(({ op }) => op === 'u')!;
  expect([updated.before?.[at('name')], updated.after?.[at('name')]]).toEqual(['', 'x']);
  // Not touched by the update, and there all the same: the log holds whole rows.
  expect(updated.after?.[at('letter')]).toBe(longText('a'));
  const copied = all.find(({ op }) => op === 'r')!;
  const truncated = all.find(({ op }) => op === 't')!;
  expect(comparePositions(copied.position, updated.position)).toBeLessThan(0);
  expect(comparePositions(updated.position, truncated.position)).toBeLessThan(0);
  expect(positionText(updated.position)).toMatch(/^cdc\.t-.* [0-9A-F]+\/[0-9A-F]+$/);
  expect(updated.sourceTsMs).toBeGreaterThan(1_600_000_000_000);
});

test('the server keeps only the log that was not read yet, also when just its neighbours write', async () => {
  const lsn = async (): Promise<string> => {
    const [row] = await source.sql.query<{ lsn: string }>(
      'SELECT confirmed_flush_lsn::text AS lsn FROM pg_replication_slots WHERE slot_name = ?',
      [source.slot],
    );
    return row!.lsn;
  };
  const before = await lsn();
  const neighbour = await stack.newDatabase('registers', 'neighbour');
  await neighbour.sql.execute('CREATE TABLE busy AS SELECT generate_series(1, 1000) AS n');
  const [written] = await neighbour.sql.query<{ lsn: string }>(
    'SELECT pg_current_wal_lsn()::text AS lsn',
  );
  await waitFor(
    async () => {
      const [row] = await source.sql.query<{ done: boolean }>(
        'SELECT ?::pg_lsn >= ?::pg_lsn AS done',
        [await lsn(), written!.lsn],
      );
      return row!.done;
    },
    { what: 'the slot to follow', timeoutMs: PATIENCE_MS, intervalMs: 250 },
  );
  expect(await lsn()).not.toBe(before);
  const topics = await source.ports.admin.listTopics();
  expect(topics.filter((topic) => topic.startsWith(`cdc.${source.name}.message`))).toEqual([]);
});

function changes(): ChangeEvent[] {
  return records.flatMap(({ value }) => (value === null ? [] : [cache.valueReader.decode(value)]));
}

/** PostgreSQL's own text and the bus's differ in these. */
function comparable(value: SqlValue): SqlValue {
  if (typeof value !== 'string') return value;
  return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d.*\+00$/.test(value) ? value.slice(0, -3) : value;
}

function longText(character: string): string {
  // Every part differs, so that it cannot be compressed into the row.
  return Array.from({ length: 3_000 }, (_, i) => `${character}${(i * 7_919) % 10_007}`).join('');
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
function collecting() {
  const topic = `cdc.${source.name}.public.person`;
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
