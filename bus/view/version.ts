/**
 * The version of a block: where in Kafka the change stood that it was written from, packed into
 * one signed 64-bit integer as generation (8 bits) · partition (12) · offset (43). All changes of
 * one source key stand in one partition in source order, so a bigger version is a later change,
 * without asking any server or clock. A generation is one life of a topic.
 */
import { assert } from '../base/assert.ts';

const PARTITION_BITS = 12n;
const OFFSET_BITS = 43n;
const GENERATION_MAX = 255;
export const PARTITION_MAX = 2 ** Number(PARTITION_BITS) - 1;
export const OFFSET_MAX = 2n ** OFFSET_BITS - 1n;

export type Coordinate = {
  readonly generation: number;
  readonly partition: number;
  readonly offset: bigint;
};

export function packVersion({ generation, partition, offset }: Coordinate): bigint {
  return versionBase(generation, partition) + checkedOffset(offset);
}

export function unpackVersion(version: bigint): Coordinate {
  return {
    generation: Number(version >> (PARTITION_BITS + OFFSET_BITS)),
    partition: Number((version >> OFFSET_BITS) & BigInt(PARTITION_MAX)),
    offset: version & OFFSET_MAX,
  };
}

/** What all versions of one partition's life share; adding an offset gives a version. */
export function versionBase(generation: number, partition: number): bigint {
  assert(
    Number.isInteger(generation) && generation >= 1 && generation <= GENERATION_MAX,
    `generation ${generation}`,
  );
  assert(
    Number.isInteger(partition) && partition >= 0 && partition <= PARTITION_MAX,
    `partition ${partition}`,
  );
  return (
    (BigInt(generation) << (PARTITION_BITS + OFFSET_BITS)) | (BigInt(partition) << OFFSET_BITS)
  );
}

function checkedOffset(offset: bigint): bigint {
  assert(offset >= 0n && offset <= OFFSET_MAX, `offset ${offset}`);
  return offset;
}
