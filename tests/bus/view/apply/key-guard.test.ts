import { expect, test } from 'vitest';
import { frame } from '../../../../bus/avro/wire.ts';
import { BusError } from '../../../../bus/base/errors.ts';
import type { SqlSession } from '../../../../bus/sql/sql.ts';
import type { RecordReader } from '../../../../bus/view/apply/decode.ts';
import { guardKeys } from '../../../../bus/view/apply/key-guard.ts';

const keyOf = (schemaId: number) => frame(schemaId, Buffer.from('k'));
const recordOf = (key: Buffer) => ({ key, value: null, offset: 0n, timestampMs: 0 });

const reader: RecordReader = {
  prepare: () => Promise.resolve(),
  key(key) {
    if (key[0] !== 0) throw new BusError('AVRO_FRAME_BROKEN', { why: 'it is none' });
    return ['k'];
  },
  change: () => {
    throw new Error('no value is read here');
  },
};

/** The one column of the one unit there is. */
function memory(first: number | null = null): { session: SqlSession; first: () => number | null } {
  let stored = first;
  const session = {
    query: () => Promise.resolve([{ first: stored }]),
    execute: (_: string, [seen]: readonly number[]) => {
      stored ??= seen ?? null;
      return Promise.resolve({ affectedRows: 1 });
    },
  } as unknown as SqlSession;
  return { session, first: () => stored };
}

test('the first schema of a topic’s keys is the only one', async () => {
  const { session, first } = memory();
  const guarded = guardKeys(reader, { unit: 'v/b', database: session });
  await guarded.prepare([recordOf(Buffer.from('broken')), recordOf(keyOf(5))]);
  expect(first()).toBe(5);
  expect(guarded.key(keyOf(5))).toEqual(['k']);
  expect(() => guarded.key(keyOf(6))).toThrow(
    expect.objectContaining({
      code: 'AVRO_KEY_CHANGED',
      reaction: 'stop',
      details: { schemaId: 6, first: 5 },
    }),
  );
});

test('a restart does not forget it', async () => {
  const guarded = guardKeys(reader, { unit: 'v/b', database: memory(5).session });
  await guarded.prepare([recordOf(keyOf(6))]);
  expect(() => guarded.key(keyOf(6))).toThrow(
    expect.objectContaining({ code: 'AVRO_KEY_CHANGED' }),
  );
});

test('keys that cannot be read keep their own cause, and begin nothing', async () => {
  const { session, first } = memory();
  const guarded = guardKeys(reader, { unit: 'v/b', database: session });
  await guarded.prepare([recordOf(Buffer.from('broken'))]);
  expect(first()).toBeNull();
  expect(() => guarded.key(Buffer.from('broken'))).toThrow(
    expect.objectContaining({ code: 'AVRO_FRAME_BROKEN' }),
  );
});
