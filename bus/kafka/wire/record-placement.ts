/** Which partition each record of a transaction goes to, and in what portions they are sent. */
import { murmur2 } from '@platformatic/kafka';
import { type OutgoingRecord, partitionKey, type Sends, type TopicPartition } from '../kafka.ts';
import { describedTopics } from './partition-leaders.ts';
import type { Wire } from './wire.ts';

export type PlacedRecord = { readonly key: Buffer | null; readonly value: Buffer | null };

/** Records of one partition, in order. */
export type PlacedBatch = TopicPartition & { readonly records: readonly PlacedRecord[] };

export type RecordPlacement = {
  /** One batch for each partition. A topic that is absent is found to be so by whoever looks for its leader. */
  place(sends: Sends): Promise<readonly PlacedBatch[]>;
  /** Topics may have more partitions now. */
  forget(): void;
};

const POSITIVE = 0x7f_ff_ff_ff;
/** Half of what a broker takes by default. */
const BATCH_BYTES_MAX = 524_288;
/** Lengths, offset and time of a record beside its key and value, at most. */
const RECORD_BYTES_MORE = 32;

export function createRecordPlacement(wire: Wire): RecordPlacement {
  const partitions = new Map<string, number>();

  /** Asks only where a record leaves the choice. */
  async function count(sends: Sends): Promise<void> {
    const open = sends.filter(
      ({ topic, records }) =>
        !partitions.has(topic) && records.some(({ partition }) => partition === undefined),
    );
    if (open.length === 0) return;
    const names = open.map(({ topic }) => topic);
    for (const topic of (await describedTopics(wire, names)).topics) {
      if (topic.partitions.length > 0) partitions.set(topic.name ?? '', topic.partitions.length);
    }
  }

  return {
    async place(sends) {
      await count(sends);
      const batches = new Map<string, Filling>();
      for (const send of sends) placeAll(batches, send, partitions.get(send.topic) ?? 1);
      return [...batches.values()];
    },
    forget: () => partitions.clear(),
  };
}

type Filling = TopicPartition & { readonly records: PlacedRecord[] };

function placeAll(
  batches: Map<string, Filling>,
  { topic, records }: Sends[number],
  partitions: number,
): void {
  const own: Filling[] = [];
  for (const record of records) {
    const key = bytes(record.key);
    const partition = record.partition ?? (partitions === 1 ? 0 : hashOf(key) % partitions);
    const batch = (own[partition] ??= batchOf(batches, { topic, partition }));
    batch.records.push({ key, value: bytes(record.value) });
  }
}

function batchOf(batches: Map<string, Filling>, at: TopicPartition): Filling {
  const key = partitionKey(at);
  const batch = batches.get(key) ?? { ...at, records: [] };
  batches.set(key, batch);
  return batch;
}

/** As every other client computes it, so that a key stays where it is. */
function hashOf(key: Buffer | null): number {
  return key === null ? 0 : murmur2(key) & POSITIVE;
}

/**
 * In the order given, cut so that no partition has more in one portion than a broker takes as one
 * batch; a record that is larger than that stands alone, and the broker decides.
 */
export function portionsOf(batches: readonly PlacedBatch[]): readonly (readonly PlacedBatch[])[] {
  const portions: PlacedBatch[][] = [];
  for (const { topic, partition, records } of batches) {
    for (const [at, part] of partsOf(records).entries())
      (portions[at] ??= []).push({ topic, partition, records: part });
  }
  return portions;
}

function partsOf(records: readonly PlacedRecord[]): readonly (readonly PlacedRecord[])[] {
  const parts: PlacedRecord[][] = [];
  let filled = Infinity;
  for (const record of records) {
    const size = (record.key?.length ?? 0) + (record.value?.length ?? 0) + RECORD_BYTES_MORE;
    if (filled + size > BATCH_BYTES_MAX) {
      parts.push([]);
      filled = 0;
    }
    filled += size;
    parts.at(-1)?.push(record);
  }
  return parts;
}

function bytes(value: OutgoingRecord['key']): Buffer | null {
  return typeof value === 'string' ? Buffer.from(value) : value;
}
