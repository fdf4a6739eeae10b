/** What the port cannot do and tests need: transactions, aborted ones, and removed records. */
import { deleteRecordsV2 } from '@platformatic/kafka';
import kafkajs, { type Kafka } from 'kafkajs';
import type { TopicPartition } from '../../../bus/kafka/kafka.ts';
import { createClient } from '../../../bus/kafka/kafkajs/client.ts';
import type { KafkaSettings } from '../../../bus/kafka/settings.ts';
import { createWire, metadata } from '../../../bus/kafka/wire/wire.ts';

export type BrokerTricks = {
  readonly commit: (at: TopicPartition, values: readonly string[]) => Promise<void>;
  readonly abort: (at: TopicPartition, values: readonly string[]) => Promise<void>;
  readonly deleteBelow: (at: TopicPartition & { readonly offset: bigint }) => Promise<void>;
};

export function brokerTricks(settings: KafkaSettings): BrokerTricks {
  let transactions = 0;
  const transaction = async (at: TopicPartition, values: readonly string[], end: End) => {
    const client = createClient(settings);
    const id = `${settings.clientId}-${process.pid}-${++transactions}`;
    await inTransaction(client, { id, at, values, end });
  };
  return {
    commit: (at, values) => transaction(at, values, 'commit'),
    abort: (at, values) => transaction(at, values, 'abort'),
    async deleteBelow({ topic, partition, offset }) {
      const wire = createWire(settings);
      try {
        const { brokers, topics } = await metadata(wire, [topic]);
        const { leaderId } = topics[0]!.partitions.find((one) => one.partitionIndex === partition)!;
        const leader = brokers.find(({ nodeId }) => nodeId === leaderId)!;
        const partitions = [{ partitionIndex: partition, offset }];
        await wire.at(leader, (one) =>
          deleteRecordsV2.api.async(one, [{ name: topic, partitions }], TIMEOUT_MS),
        );
      } finally {
        await wire.close();
      }
    },
  };
}

const TIMEOUT_MS = 10_000;

type End = 'commit' | 'abort';

async function inTransaction(
  client: Kafka,
  run: {
    readonly id: string;
    readonly at: TopicPartition;
    readonly values: readonly string[];
    readonly end: End;
  },
): Promise<void> {
  const producer = client.producer({
    idempotent: true,
    transactionalId: run.id,
    maxInFlightRequests: 1,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  try {
    const transaction = await producer.transaction();
    const { topic, partition } = run.at;
    const messages = run.values.map((value) => ({ key: value, value, partition }));
    await transaction.send({ topic, messages });
    await (run.end === 'commit' ? transaction.commit() : transaction.abort());
  } finally {
    await producer.disconnect();
  }
}
