/**
 * Signals to a running capture, as records of its own signal topic. The key must be the topic
 * prefix: with any other, Debezium passes over the record without a word.
 */
import { randomUUID } from 'node:crypto';
import { must } from '../bus/base/assert.ts';
import type { BusProducer, OutgoingRecord } from '../bus/kafka/kafka.ts';
import { sourceNames } from './names.ts';
import { type Source, tableSpaceOf } from './source.ts';

export type Signal = {
  readonly id: string;
  readonly topic: string;
  readonly record: OutgoingRecord;
};

export type SnapshotAsked = {
  /** All declared tables when absent. */
  readonly tables?: readonly string[];
  /** The same one again is a repetition: capture may then read twice, which is harmless. */
  readonly id?: string;
};

/**
 * Asks for whole tables to be read again. Rows come as op "r"; rows that are gone come as nothing.
 * Capture holds its stream meanwhile: incremental snapshots, which would not, are not exact under
 * steady changes (docs/adr/0005).
 */
export function snapshotSignal(
  source: Source,
  { tables, id = randomUUID() }: SnapshotAsked = {},
): Signal {
  const space = tableSpaceOf(source);
  const declared = source.tables.map((table) => table.name);
  const collections = (tables ?? declared).map((table) => {
    must(declared.includes(table) || undefined, `table ${table} is declared by ${source.name}`);
    return `${space}.${table}`;
  });
  return signal(source, id, {
    type: 'execute-snapshot',
    data: { type: 'BLOCKING', 'data-collections': collections },
  });
}

function signal(
  { name }: Source,
  id: string,
  { type, data }: { readonly type: string; readonly data: Readonly<Record<string, unknown>> },
): Signal {
  const { topicPrefix, signalTopic } = sourceNames(name);
  const record = { key: topicPrefix, value: JSON.stringify({ id, type, data }) };
  return { id, topic: signalTopic, record };
}

/** Sends a signal; capture looks for it every five seconds. */
export async function sendSignal(producer: BusProducer, { topic, record }: Signal): Promise<void> {
  await producer.send(topic, [record]);
}
