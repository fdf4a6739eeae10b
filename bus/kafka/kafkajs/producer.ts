/**
 * The idempotent producer. A kafkajs producer is thrown away after any error: after a failed
 * send its sequence numbers may be behind the broker's, and later records would be taken for
 * duplicates, acknowledged and lost. The next send opens another one.
 */
import kafkajs, { type Producer } from 'kafkajs';
import { toKafkaError } from '../client-errors.ts';
import type { BusProducer, OutgoingRecord } from '../kafka.ts';
import type { KafkaSettings } from '../settings.ts';
import { createClient, RETRY } from './client.ts';

const ALL_IN_SYNC = -1;

/** Rejects when no log-in succeeds. */
export async function openProducer(settings: KafkaSettings): Promise<BusProducer> {
  let current: Promise<Producer> | undefined = connect(settings);
  await current;

  async function discard(broken: Promise<Producer> | undefined): Promise<void> {
    if (broken === undefined) return;
    if (current === broken) current = undefined;
    const producer = await broken.catch(() => undefined);
    await producer?.disconnect().catch(() => undefined);
  }

  return {
    async send(topic, records) {
      if (records.length === 0) return;
      const used = (current ??= connect(settings));
      try {
        const producer = await used;
        await producer.send({ topic, messages: records.map(toMessage), acks: ALL_IN_SYNC });
      } catch (error) {
        await discard(used);
        throw toKafkaError(error, `write to topic ${topic}`);
      }
    },
    close: () => discard(current),
  };
}

async function connect(settings: KafkaSettings): Promise<Producer> {
  const producer = createClient(settings).producer({
    idempotent: true,
    allowAutoTopicCreation: false,
    maxInFlightRequests: 1,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    retry: RETRY,
  });
  try {
    await producer.connect();
    return producer;
  } catch (error) {
    await producer.disconnect().catch(() => undefined);
    throw toKafkaError(error, 'connect a producer');
  }
}

function toMessage({ key, value, partition }: OutgoingRecord) {
  return { key, value, ...(partition === undefined ? {} : { partition }) };
}
