import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createReaderCache } from '../../../bus/avro/reader.ts';
import { frame } from '../../../bus/avro/wire.ts';
import { isBusError, type BusError } from '../../../bus/base/errors.ts';
import * as debezium from './debezium-schema.ts';
import { column, VALUE_ID } from './reading.ts';

const { decimal, nullable, semantic, unscaledBytes } = debezium;

describe('broken bytes', () => {
  const schema = debezium.envelopeSchema([
    { name: 'id', type: 'long' },
    { name: 'name', type: nullable('string') },
    { name: 'amount', type: nullable(decimal(12, 2)) },
    { name: 'at', type: nullable(semantic('long', 'io.debezium.time.MicroTimestamp')) },
    { name: 'zoned', type: nullable(semantic('string', 'io.debezium.time.ZonedTimestamp')) },
  ]);
  const value = [
    column('id', 'bigint'),
    column('name', 'text'),
    column('amount', 'decimal(12,2)'),
    column('at', 'datetime(6)'),
    column('zoned', 'timestamp(6)'),
  ];
  const after = {
    id: 5,
    name: 'Confidential Name',
    amount: unscaledBytes(1234n),
    at: 1,
    zoned: '2026-01-02T03:04:05Z',
  };
  const good = frame(VALUE_ID, debezium.envelopeWriter(schema)({ op: 'c', after }));

  async function reader() {
    const cache = createReaderCache({
      fetchSchema: () => Promise.resolve(schema),
      projection: { key: [], value, before: true },
    });
    await cache.prepare([VALUE_ID]);
    return (record: Buffer) => cache.valueReader.decode(record);
  }

  test('every cut of a record is AVRO_BODY_BROKEN, and quotes nothing of it', async () => {
    const decode = await reader();
    for (let length = 5; length < good.length; length++) {
      const error = thrownBy(() => decode(good.subarray(0, length)));
      expect(error).toMatchObject({ code: 'AVRO_BODY_BROKEN', reaction: 'fix-input' });
      expect(error?.message).not.toContain('Confidential');
      expect(error?.cause).toBeUndefined();
    }
  });

  test('bytes left over are AVRO_BODY_BROKEN', async () => {
    const decode = await reader();
    const error = thrownBy(() => decode(Buffer.concat([good, Buffer.from([0])])));
    expect(error?.message).toContain('bytes are left over');
  });

  test('any bytes are read or fail with a code, never otherwise', async () => {
    const decode = await reader();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(typedFailure(() => decode(frame(VALUE_ID, Buffer.from(bytes))))).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  test('a good record with some bytes changed is read or fails with a code', async () => {
    const decode = await reader();
    const edits = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(edits, (changes) => {
        const record = Buffer.from(good);
        for (const [at, byte] of changes) record[at] = at < 5 ? (good[at] ?? 0) : byte;
        expect(typedFailure(() => decode(record))).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });
});

function thrownBy(run: () => unknown): BusError | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (isBusError(error)) return error;
    throw error;
  }
}

const DATA_FAULTS = new Set(['AVRO_BODY_BROKEN', 'AVRO_VALUE_BROKEN', 'CHANGE_CONTRADICTORY']);

/** True when it worked or failed as broken data must; anything else is thrown on. */
function typedFailure(run: () => unknown): boolean {
  const error = thrownBy(run);
  return error === undefined || DATA_FAULTS.has(error.code);
}
