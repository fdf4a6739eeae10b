/**
 * Reads a captured topic from its beginning and sums up what is in it: how many records of each
 * kind, when the connector sent the first and the last of them, and one short text for all their
 * keys and rows. Equal texts mean equal records, in whatever order over the partitions.
 */
import { createHash } from 'node:crypto';
import { createReaderCache, type Column } from '../../bus/avro/reader.ts';
import { must } from '../../bus/base/assert.ts';
import { waitFor } from '../../bus/base/retry.ts';
import type { RowImage } from '../../bus/change/envelope.ts';
import {
  type Claim,
  type KafkaBus,
  partitionKey,
  type RecordBatch,
} from '../../bus/kafka/kafka.ts';

export type Part = {
  readonly records: number;
  /** By the records' own timestamps: when the connector handed them to its producer. */
  readonly fromMs: number;
  readonly toMs: number;
  /** 64 bits of each record's SHA-256, added up. */
  readonly sum: string;
};

/** Records by the kind of change: r (snapshot), c, u, d. */
export type Content = ReadonlyMap<string, Part>;

export type ReadOptions = {
  readonly topic: string;
  /** Ends when so many records were read. */
  readonly records: number;
  readonly key: readonly Column[];
  readonly columns: readonly Column[];
  readonly fetchSchema: (id: number) => Promise<unknown>;
  readonly signal: AbortSignal;
};

const READ_TIMEOUT_MS = 10 * 60_000;
let readers = 0;

export async function readContent(kafka: KafkaBus, options: ReadOptions): Promise<Content> {
  const { topic, records: wanted, key, columns, fetchSchema, signal } = options;
  const projection = { key, value: columns, before: false };
  const cache = createReaderCache({ fetchSchema, projection });
  const parts = new Map<string, OpenPart>();
  let read = 0;
  const take = async ({ records }: RecordBatch) => {
    await cache.prepareFor(records);
    for (const record of records) {
      if (record.key === null || record.value === null) continue;
      const { op, after } = cache.valueReader.decode(record.value);
      add(parts, op, record.timestampMs, [...cache.keyReader.decode(record.key), ...(after ?? [])]);
    }
    read += records.length;
  };
  const consumer = kafka.consumer({
    group: `bench-read-${++readers}`,
    topics: [topic],
    handler: {
      async claim({ partitions }) {
        const start: Claim = { kind: 'start', offset: 0n };
        return new Map(partitions.map((partition) => [partitionKey(partition), start]));
      },
      async apply(batch) {
        await take(batch);
        return { kind: 'done' };
      },
      async skip() {
        return { kind: 'done' };
      },
    },
  });
  await consumer.start();
  try {
    const what = `${wanted} records in ${topic}`;
    await waitFor(() => read >= wanted, { what, timeoutMs: READ_TIMEOUT_MS, signal });
  } finally {
    await consumer.close();
  }
  const error = await consumer.ended;
  must(error === undefined, `the reading of ${topic} ended: ${error?.message}`);
  return new Map([...parts].map(([op, part]) => [op, { ...part, sum: part.sum.toString(16) }]));
}

type OpenPart = { records: number; fromMs: number; toMs: number; sum: bigint };

function add(parts: Map<string, OpenPart>, op: string, atMs: number, values: RowImage): void {
  const part = parts.get(op) ?? { records: 0, fromMs: atMs, toMs: atMs, sum: 0n };
  const text = values.map((value) => (value === null ? 'null' : JSON.stringify(String(value))));
  const hash = createHash('sha256').update(text.join(',')).digest();
  part.records++;
  part.fromMs = Math.min(part.fromMs, atMs);
  part.toMs = Math.max(part.toMs, atMs);
  part.sum = BigInt.asUintN(64, part.sum + hash.readBigUInt64BE());
  parts.set(op, part);
}
