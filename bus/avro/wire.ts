/**
 * Confluent framing: one zero byte, the writer schema's id as a big-endian 32-bit integer, the
 * Avro body. Knows nothing of schemas; a body may still be broken.
 */
import { BusError } from '../base/errors.ts';

const MAGIC = 0;

/** Where the Avro body begins in a framed record. */
export const BODY_START = 5;

export type Frame = {
  readonly schemaId: number;
  /** A view on the record's bytes, not a copy. */
  readonly body: Buffer;
};

/** Takes a record apart. Throws AVRO_FRAME_BROKEN; a null record (tombstone) is the caller's case. */
export function parseFrame(record: Buffer): Frame {
  return { schemaId: schemaIdOf(record), body: record.subarray(BODY_START) };
}

/** The writer schema's id of a record. Throws AVRO_FRAME_BROKEN. */
export function schemaIdOf(record: Buffer): number {
  const why = frameFault(record);
  if (why !== undefined) throw new BusError('AVRO_FRAME_BROKEN', { why });
  return record.readUInt32BE(1);
}

/** Why `record` is no frame; undefined when it is one. */
export function frameFault(record: Buffer): string | undefined {
  if (record.length === 0) return 'it is empty';
  if (record[0] !== MAGIC) return `the first byte is ${record[0]}, expected 0`;
  if (record.length < BODY_START) return `it has ${record.length} bytes, fewer than a header's 5`;
  return undefined;
}

export function frame(schemaId: number, body: Buffer): Buffer {
  const header = Buffer.alloc(BODY_START);
  header.writeUInt32BE(schemaId, 1);
  return Buffer.concat([header, body]);
}
