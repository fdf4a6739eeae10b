/** Short hands for tests that read a log to its end with the port's reader. */
import { onTestFinished } from 'vitest';
import { waitFor } from '../../../bus/base/retry.ts';
import type { LogReader, RawRecord, RecordPosition } from '../../../bus/kafka/kafka.ts';
import type { Subject } from './kafka-contract.ts';
import { PATIENCE_MS } from '../patience.ts';

/** A reader that is closed at the end of the test. */
export async function openReader(subject: Subject): Promise<LogReader> {
  const reader = await subject().bus.reader();
  onTestFinished(() => reader.close());
  return reader;
}

/** Reads from `from` until a fetch brings nothing on. */
export async function readOn(
  reader: LogReader,
  from: RecordPosition,
  limits: { readonly bytesPerPartitionMax?: number } = {},
): Promise<{ readonly records: readonly RawRecord[]; readonly nextOffset: bigint }> {
  const records: RawRecord[] = [];
  let next = from.offset;
  for (;;) {
    const [range] = await reader.fetch([{ ...from, offset: next }], { waitMs: 0, ...limits });
    if (range!.fault !== undefined) throw new Error(`${from.topic}: ${range!.fault}`);
    records.push(...range!.records);
    if (range!.nextOffset === next) return { records, nextOffset: next };
    next = range!.nextOffset;
  }
}

/** All committed records of one partition, as they are now. */
export async function allNow(
  subject: Subject,
  topic: string,
  partition = 0,
): Promise<readonly RawRecord[]> {
  const reader = await subject().bus.reader();
  try {
    return (await readOn(reader, { topic, partition, offset: 0n })).records;
  } finally {
    await reader.close();
  }
}

/** As `allNow`, once no transaction is open: a commit shows some moments after it is decided. */
export async function allOf(
  subject: Subject,
  topic: string,
  partition = 0,
): Promise<readonly RawRecord[]> {
  await settled(subject, topic);
  return allNow(subject, topic, partition);
}

/** The committed values of partition 0, once no transaction is open. */
export async function reading(subject: Subject, topic: string): Promise<(string | null)[]> {
  return (await allOf(subject, topic)).map(({ value }) => value?.toString() ?? null);
}

/** Waits until no transaction is open in the topic. */
export async function settled(subject: Subject, topic: string): Promise<void> {
  const { admin } = subject();
  await waitFor(
    async () => {
      const [stable, written] = [await admin.offsets([topic]), await admin.writtenEnds([topic])];
      return stable.every(({ end }, index) => end === written[index]!.offset);
    },
    { what: `no open transaction in ${topic}`, timeoutMs: PATIENCE_MS, intervalMs: 5 },
  );
}
