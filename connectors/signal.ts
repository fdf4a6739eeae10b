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

/** One table to read again; with a `filter` (a condition in the department's SQL) only some rows. */
export type Rescan = { readonly table: string; readonly filter?: string };

/**
 * Reads `tables` (all declared ones when absent) again while capture goes on: the
 * incremental snapshot of Debezium. Rows come as op "r"; rows that are gone come as nothing.
 * The same `id` again is a repetition: capture may then read twice, which is harmless.
 */
export function snapshotSignal(
  source: Source,
  tables: readonly (string | Rescan)[] = source.tables.map((table) => table.name),
  id: string = randomUUID(),
): Signal {
  const database = tableSpaceOf(source);
  const declared = source.tables.map((table) => table.name);
  const scans = tables.map((one): Rescan => {
    const scan = typeof one === 'string' ? { table: one } : one;
    must(
      declared.includes(scan.table) || undefined,
      `table ${scan.table} is declared by ${source.name}`,
    );
    return scan;
  });
  const conditions = scans.flatMap(({ table, filter }) =>
    filter === undefined ? [] : [{ 'data-collection': `${database}.${table}`, filter }],
  );
  return signal(source, id, {
    type: 'execute-snapshot',
    data: {
      type: 'INCREMENTAL',
      'data-collections': scans.map(({ table }) => `${database}.${table}`),
      ...(conditions.length > 0 ? { 'additional-conditions': conditions } : {}),
    },
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
