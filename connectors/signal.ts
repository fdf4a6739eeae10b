/**
 * Signals to a running capture, as records of its own signal topic. The key must be the topic
 * prefix: with any other, Debezium passes over the record without a word.
 */
import { randomUUID } from 'node:crypto';
import { must } from '../bus/base/assert.ts';
import type { BusProducer, OutgoingRecord } from '../bus/kafka/kafka.ts';
import { sourceNames } from './names.ts';
import type { Source } from './source.ts';

export type Signal = {
  readonly id: string;
  readonly topic: string;
  readonly record: OutgoingRecord;
};

/**
 * Reads `tables` (all declared ones when absent) again while capture goes on: the
 * incremental snapshot of Debezium. Rows come as op "r"; rows that are gone come as nothing.
 */
export function snapshotSignal(source: Source, tables?: readonly string[]): Signal {
  const { database } = source.connection;
  const declared = source.tables.map((table) => table.name);
  const collections = (tables ?? declared).map((table) => {
    must(declared.includes(table) || undefined, `table ${table} is declared by ${source.name}`);
    return `${database}.${table}`;
  });
  return signal(source, {
    type: 'execute-snapshot',
    data: { type: 'INCREMENTAL', 'data-collections': collections },
  });
}

function signal(
  { name }: Source,
  { type, data }: { readonly type: string; readonly data: Readonly<Record<string, unknown>> },
): Signal {
  const id = randomUUID();
  const { topicPrefix, signalTopic } = sourceNames(name);
  const record = { key: topicPrefix, value: JSON.stringify({ id, type, data }) };
  return { id, topic: signalTopic, record };
}

/** Sends a signal; capture looks for it every five seconds. */
export async function sendSignal(producer: BusProducer, { topic, record }: Signal): Promise<void> {
  await producer.send(topic, [record]);
}
