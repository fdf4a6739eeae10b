/** Which partition each record of a transaction goes to, and in what portions they are sent. */
import { murmur2 } from '@platformatic/kafka';
import { type OutgoingRecord, partitionKey, type Sends, type TopicPartition } from '../kafka.ts';
import { describedTopics } from './partition-leaders.ts';
import type { Wire } from './wire.ts';

export type PlacedRecord = TopicPartition & {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
};

export type RecordPlacement = {
  /** In the order given. A topic that is absent is found to be so by whoever looks for its leader. */
  place(sends: Sends): Promise<readonly PlacedRecord[]>;
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
      return sends.flatMap(({ topic, records }) =>
        records.map((record): PlacedRecord => {
          const key = bytes(record.key);
          const partition = record.partition ?? hashOf(key) % (partitions.get(topic) ?? 1);
          return { topic, partition, key, value: bytes(record.value) };
        }),
      );
    },
    forget: () => partitions.clear(),
  };
}

/** As every other client computes it, so that a key stays where it is. */
function hashOf(key: Buffer | null): number {
  return key === null ? 0 : murmur2(key) & POSITIVE;
}

/**
 * In the order given, cut so that no partition has more in one portion than a broker takes as one
 * batch; a record that is larger than that stands alone, and the broker decides.
 */
export function portionsOf(records: readonly PlacedRecord[]): readonly (readonly PlacedRecord[])[] {
  const portions: PlacedRecord[][] = [];
  const filled = new Map<string, { portion: number; bytes: number }>();
  for (const record of records) {
    const key = partitionKey(record);
    const size = (record.key?.length ?? 0) + (record.value?.length ?? 0) + RECORD_BYTES_MORE;
    const at = filled.get(key) ?? { portion: 0, bytes: 0 };
    if (at.bytes > 0 && at.bytes + size > BATCH_BYTES_MAX) {
      at.portion++;
      at.bytes = 0;
    }
    at.bytes += size;
    filled.set(key, at);
    (portions[at.portion] ??= []).push(record);
  }
  return portions;
}

function bytes(value: OutgoingRecord['key']): Buffer | null {
  return typeof value === 'string' ? Buffer.from(value) : value;
}
