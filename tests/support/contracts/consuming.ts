/** Short hands for tests that consume: a consumer that is closed at the end of the test. */
import { onTestFinished } from 'vitest';
import { waitFor } from '../../../bus/base/retry.ts';
import type { BusConsumer, ConsumerOptions } from '../../../bus/kafka/kafka.ts';
import type { Subject } from './kafka-contract.ts';
import { type RecordingHandler, recordingHandler } from './recording-handler.ts';

export const ARRIVAL_MS = 150_000;
/** The shortest session that a broker allows by default. */
export const SESSION_MS = 6_000;

export type Consuming = { readonly consumer: BusConsumer; readonly handler: RecordingHandler };

/** Opens, and by default starts, a consumer with a recording handler. */
export async function consuming(
  subject: Subject,
  options: Partial<ConsumerOptions> & {
    readonly topics: readonly string[];
    readonly started?: boolean;
    readonly prepare?: (handler: RecordingHandler) => void;
  },
): Promise<Consuming> {
  const { bus, name } = subject();
  const handler = recordingHandler();
  options.prepare?.(handler);
  const group = options.group ?? name('group');
  const consumer = bus.consumer({ sessionTimeoutMs: SESSION_MS, ...options, group, handler });
  onTestFinished(() => consumer.close());
  if (options.started !== false) await consumer.start();
  return { consumer, handler };
}

/** Waits until `probe` holds. */
export function until(what: string, probe: () => boolean): Promise<boolean> {
  return waitFor(probe, { what, timeoutMs: ARRIVAL_MS, intervalMs: 5 });
}

/** Sends one record per value to one partition. */
export async function send(
  subject: Subject,
  { topic, partition = 0 }: { readonly topic: string; readonly partition?: number },
  values: readonly (string | null)[],
): Promise<void> {
  const producer = await subject().bus.producer();
  try {
    const records = values.map((value) => ({ key: `key of ${value}`, value, partition }));
    await producer.send(topic, records);
  } finally {
    await producer.close();
  }
}
