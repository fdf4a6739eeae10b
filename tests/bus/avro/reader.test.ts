import { describe, expect, test } from 'vitest';
import { createReaderCache } from '../../../bus/avro/reader.ts';
import { frame } from '../../../bus/avro/wire.ts';
import * as debezium from './debezium-schema.ts';
import type { EnvelopeValue, FieldSchema } from './debezium-schema.ts';
import { column, reading, VALUE_ID } from './reading.ts';

const { nullable } = debezium;

describe('an envelope', () => {
  const fields: FieldSchema[] = [
    { name: 'id', type: 'long' },
    { name: '__proto__', type: nullable('string') },
    { name: 'constructor', type: nullable('string') },
    { name: 'length', type: nullable('string') },
    { name: 'name', type: 'string' },
    { name: 'secret', type: nullable('string') },
  ];
  const row = (id: number, name: string) =>
    Object.assign(Object.create(null) as object, { id, name, secret: 'not asked for' }, OTHERS);
  const OTHERS = { constructor: 'c', length: 'l' };
  const schema = debezium.envelopeSchema(fields.filter(({ name }) => name !== '__proto__'));

  test('gives exactly the declared columns, in declared order', async () => {
    const read = await reading(schema, {
      value: [column('name', 'text'), column('constructor', 'text'), column('id', 'bigint')],
      before: true,
    });
    expect(read({ op: 'u', before: row(1, 'old'), after: row(2, 'new') })).toEqual({
      op: 'u',
      before: ['old', 'c', 1],
      after: ['new', 'c', 2],
      sourceTsMs: 1_790_000_000_000,
      captureTsMs: 1_790_000_000_456,
      snapshot: 'no',
      position: {
        kind: 'binlog',
        server: 'civil',
        serverId: 5001,
        file: 'bin.000003',
        pos: 4711,
        row: 0,
        gtid: '0-5001-42',
      },
      transactionId: null,
    });
  });

  test('a column called __proto__ is a column like any other', async () => {
    const hostile = debezium.envelopeSchema([{ name: '__proto__', type: 'string' }]);
    // avsc cannot write such a record, so the same bytes are written under another name.
    const write = debezium.envelopeWriter(debezium.envelopeSchema([{ name: 'x', type: 'string' }]));
    const cache = createReaderCache({
      fetchSchema: () => Promise.resolve(hostile),
      projection: { key: [], value: [column('__proto__', 'text')], before: false },
    });
    await cache.prepare([VALUE_ID]);
    const event = cache.valueReader.decode(frame(VALUE_ID, write({ op: 'c', after: { x: 'v' } })));
    expect(event.after).toEqual(['v']);
    expect(Object.getPrototypeOf(event)).toBe(Object.prototype);
  });

  test('leaves the position out where it is not asked for', async () => {
    const read = await reading(schema, { value: [column('id', 'bigint')], position: false });
    expect(read({ op: 'c', after: row(1, 'new') })).toMatchObject({
      position: { kind: 'unknown' },
      sourceTsMs: 1_790_000_000_000,
      snapshot: 'no',
    });
  });

  test('leaves the image before out where it is not asked for', async () => {
    const read = await reading(schema, { value: [column('id', 'bigint')] });
    expect(read({ op: 'd', before: row(1, 'gone') })).toMatchObject({ before: null, after: null });
  });

  test.each([
    { kind: 'false', snapshot: 'no' },
    { kind: null, snapshot: 'no' },
    { kind: 'true', snapshot: 'initial' },
    { kind: 'first_in_data_collection', snapshot: 'initial' },
    { kind: 'last', snapshot: 'initial' },
    { kind: 'incremental', snapshot: 'incremental' },
  ])('source.snapshot $kind is $snapshot', async ({ kind, snapshot }) => {
    const read = await reading(schema, {});
    const source = { ...debezium.MARIADB_ORIGIN, snapshot: kind, gtid: null, server_id: 0 };
    expect(read({ op: 'r', after: row(1, 'a'), source })).toMatchObject({ snapshot });
  });

  test('names the transaction where the capture adds it', async () => {
    const read = await reading(schema, {});
    const transaction = { id: '0-1-5', total_order: 1, data_collection_order: 1 };
    expect(read({ op: 'c', after: row(1, 'a'), transaction }).transactionId).toBe('0-1-5');
  });

  test('of PostgreSQL has its log position', async () => {
    const postgres = debezium.envelopeSchema(
      [{ name: 'id', type: 'int' }],
      debezium.POSTGRES_SOURCE,
    );
    const read = await reading(postgres, { value: [column('id', 'int')] });
    const event = read({ op: 'c', after: { id: 1 }, source: debezium.POSTGRES_ORIGIN });
    expect(event.position).toEqual({
      kind: 'wal',
      server: 'tax',
      lsn: '30929744',
      sequence: '["30929000","30929744"]',
    });
  });

  test('of PostgreSQL with a value left out of the log stops instead of storing the placeholder', async () => {
    const postgres = debezium.envelopeSchema(
      [{ name: 'note', type: 'string' }],
      debezium.POSTGRES_SOURCE,
    );
    const read = await reading(postgres, { value: [column('note', 'text')] });
    const after = { note: '__debezium_unavailable_value' };
    const failing = () => read({ op: 'u', after, source: debezium.POSTGRES_ORIGIN });
    expect(failing).toThrow(
      expect.objectContaining({ code: 'AVRO_VALUE_ABSENT', reaction: 'stop' }),
    );
  });

  test.each<EnvelopeValue & { readonly reason: string }>([
    { op: 'c', reason: 'a create without a row' },
    { op: 'u', before: row(1, 'a'), reason: 'an update without a row' },
    { op: 'r', reason: 'a snapshot row without a row' },
    { op: 'd', before: row(1, 'a'), after: row(1, 'a'), reason: 'a delete with a row after it' },
    { op: 'd', reason: 'a delete without a row before it' },
    { op: 't', after: row(1, 'a'), reason: 'a truncate with a row' },
    { op: 'x', after: row(1, 'a'), reason: 'an op that does not exist' },
  ])('with $reason contradicts itself', async (value) => {
    const read = await reading(schema, { before: true });
    expect(() => read(value)).toThrow(expect.objectContaining({ code: 'CHANGE_CONTRADICTORY' }));
  });
});

describe('a key', () => {
  const schema = debezium.keySchema([
    { name: 'a', type: 'long' },
    { name: 'b', type: 'string' },
  ]);

  test('gives its columns in declared order', async () => {
    const cache = createReaderCache({
      fetchSchema: () => Promise.resolve(schema),
      projection: { key: [column('b', 'text'), column('a', 'bigint')], value: [], before: false },
    });
    await cache.prepare([3]);
    const key = debezium.record(3, debezium.writerType(schema), { a: 5, b: 'x' });
    expect(cache.keyReader.decode(key)).toEqual(['x', 5]);
  });
});
