/** From kafkajs' batch to the port's: bigint offsets, null for absent keys and values. */
import type { Batch, KafkaMessage } from 'kafkajs';
import type { RawRecord, RecordBatch } from '../kafka.ts';

export function toRecordBatch(
  batch: Batch,
  { fetchOffset, isStale, heartbeat }: Pick<RecordBatch, 'fetchOffset' | 'isStale' | 'heartbeat'>,
): RecordBatch {
  return {
    topic: batch.topic,
    partition: batch.partition,
    records: batch.messages.map(toRecord),
    fetchOffset,
    nextOffset: BigInt(batch.lastOffset()) + 1n,
    highWatermark: BigInt(batch.highWatermark),
    isStale,
    heartbeat,
  };
}

function toRecord({ offset, key, value, timestamp }: KafkaMessage): RawRecord {
  return { offset: BigInt(offset), key, value, timestampMs: Number(timestamp) };
}
