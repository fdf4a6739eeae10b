import { expect, test } from 'vitest';
import { createReaderCache } from '../../../bus/avro/reader.ts';
import { frame } from '../../../bus/avro/wire.ts';
import { FakeRegistry } from '../../../bus/registry/fake/fake-registry.ts';
import { envelopeSchema, envelopeWriter } from './debezium-schema.ts';

const schema = envelopeSchema([{ name: 'id', type: 'int' }]);
const body = envelopeWriter(schema)({ op: 'c', after: { id: 1 } });
const value = (schemaId: number) => ({ key: null, value: frame(schemaId, body) });

const documented = (doc: string) => Object.assign({}, schema, { doc });

async function world({ schemas = 1, schemasMax = 10 } = {}) {
  const registry = new FakeRegistry();
  for (let at = 0; at < schemas; at++) {
    await registry.register(`s${at}`, documented(String(at)));
  }
  const cache = createReaderCache({
    fetchSchema: (schemaId) => registry.schemaById(schemaId),
    projection: { key: [], value: [], before: false },
    schemasMax,
  });
  return { registry, cache };
}

test('one request per id, also when many ask at once', async () => {
  const { registry, cache } = await world();
  const records = [value(1), value(1)];
  await Promise.all([cache.prepareFor(records), cache.prepareFor(records), cache.prepare([1])]);
  await cache.prepare([1]);
  expect(registry.asked.get(1)).toBe(1);
});

test('an unknown id spoils its own records only', async () => {
  const { cache } = await world();
  await cache.prepareFor([value(1), value(99)]);
  expect(cache.valueReader.decode(value(1).value).op).toBe('c');
  expect(() => cache.valueReader.decode(value(99).value)).toThrow(
    expect.objectContaining({ code: 'AVRO_SCHEMA_UNKNOWN', reaction: 'fix-input' }),
  );
});

test('an id that became known later is asked for again', async () => {
  const { registry, cache } = await world();
  await cache.prepare([2]);
  await registry.register('later', documented('later'));
  await cache.prepare([2]);
  expect(cache.valueReader.decode(value(2).value).op).toBe('c');
});

test('a registry that is down fails the batch, and known schemas still work', async () => {
  const { registry, cache } = await world({ schemas: 2 });
  await cache.prepare([1]);
  registry.failWith('unreachable');
  await expect(cache.prepare([1, 2])).rejects.toMatchObject({
    code: 'AVRO_REGISTRY_UNREACHABLE',
    reaction: 'retry',
  });
  await cache.prepare([1]);
  expect(cache.valueReader.decode(value(1).value).op).toBe('c');
  registry.failWith(undefined);
  await cache.prepare([2]);
  expect(cache.valueReader.decode(value(2).value).op).toBe('c');
});

test('a refused user stops', async () => {
  const { registry, cache } = await world();
  registry.failWith('forbidden');
  await expect(cache.prepare([1])).rejects.toMatchObject({
    code: 'AVRO_REGISTRY_FORBIDDEN',
    reaction: 'stop',
  });
});

test('the schema longest out of use is forgotten, never one of the batch in hand', async () => {
  const { registry, cache } = await world({ schemas: 4, schemasMax: 2 });
  await cache.prepare([1, 2]);
  await cache.prepare([1]);
  await cache.prepare([3]);
  expect(() => cache.valueReader.decode(value(2).value)).toThrow(
    expect.objectContaining({ code: 'AVRO_SCHEMA_NOT_LOADED', reaction: 'retry' }),
  );
  expect(cache.valueReader.decode(value(1).value).op).toBe('c');
  await cache.prepare([1, 2, 3, 4]);
  for (const id of [1, 2, 3, 4]) expect(cache.valueReader.decode(value(id).value).op).toBe('c');
  expect(registry.asked.get(1)).toBe(1);
});

test('records with broken frames do not disturb the others', async () => {
  const { cache } = await world();
  await cache.prepareFor([{ key: Buffer.from('{}'), value: Buffer.alloc(0) }, value(1)]);
  expect(cache.valueReader.decode(value(1).value).op).toBe('c');
});
