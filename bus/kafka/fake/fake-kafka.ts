/**
 * An in-memory Kafka for logic tests: the whole port, and calls that do to it what brokers,
 * producers and rebalances do. It passes the same contract suite as the real adapter. Rights
 * are stored and not enforced: denials are tested on the real broker.
 */
import { type Clock, systemClock } from '../../base/clock.ts';
import type { KafkaBus, TopicPartition } from '../kafka.ts';
import { fakeAdmin } from './fake-admin.ts';
import { FakeBroker } from './fake-broker.ts';
import { FakeConsumer } from './fake-consumer.ts';
import type { NewRecord } from './fake-log.ts';
import { fakeReader } from './fake-reader.ts';
import { FakeTransactions, type LostCommit } from './fake-transactions.ts';

export type { NewRecord } from './fake-log.ts';

export type FakeKafka = {
  readonly bus: KafkaBus;
  /** Creates the topic where it is absent. */
  createTopic(name: string, partitions?: number): void;
  deleteTopic(name: string): void;
  /** Appends to `partition`, or where each key falls. Creates the topic with one partition. */
  append(topic: string, records: readonly NewRecord[], partition?: number): void;
  /** As `append` to one partition, followed by the marker that commits the transaction. */
  appendTransaction(partition: TopicPartition, records: readonly NewRecord[]): void;
  /** `count` records that no reader sees, and the marker that aborts them. */
  appendAborted(partition: TopicPartition, count: number): void;
  /** Retention: everything below `offset` is gone. */
  deleteBelow(partition: TopicPartition & { readonly offset: bigint }): void;
  /** Starts a new generation of the group: every member claims again. */
  rebalance(group: string): void;
  /** From now on writing to `topic` in a transaction is denied, or no longer. */
  refuseWrites(topic: string, refused: boolean): void;
  /** The next commit of this transactional id ends so, and its answer gets lost. */
  loseCommit(transactionalId: string, outcome: LostCommit): void;
};

export function createFakeKafka({
  clock = systemClock,
  recordsPerBatchMax = 100,
}: { readonly clock?: Clock; readonly recordsPerBatchMax?: number } = {}): FakeKafka {
  const broker = new FakeBroker();
  const transactions = new FakeTransactions(broker, clock);

  function createTopic(name: string, partitions = 1): void {
    if (!broker.topics.has(name)) broker.create({ name, partitions, replication: 1 });
  }

  function append(topic: string, records: readonly NewRecord[], partition?: number): void {
    createTopic(topic);
    for (const record of records) {
      const target = partition ?? broker.partitionOf(topic, record.key);
      broker.log({ topic, partition: target }).append([record], clock.now());
    }
    broker.ring();
  }

  function appendGap(at: TopicPartition, count: number): void {
    broker.log(at).appendGap(count);
    broker.ring();
  }

  return {
    bus: {
      admin: () => Promise.resolve(fakeAdmin(broker)),
      consumer: (options) => new FakeConsumer(broker, { ...options, recordsPerBatchMax }),
      producer: () =>
        Promise.resolve({
          async send(topic, records) {
            broker.topic(topic);
            for (const record of records) append(topic, [record], record.partition);
          },
          close: () => Promise.resolve(),
        }),
      transactional: (id) => Promise.resolve(transactions.producer(id)),
      reader: () => Promise.resolve(fakeReader(broker, { recordsPerFetchMax: recordsPerBatchMax })),
    },
    createTopic,
    deleteTopic: (name) => broker.delete(name),
    append,
    appendTransaction(at, records) {
      broker.log(at).append(records, clock.now());
      appendGap(at, 1);
    },
    appendAborted: (at, count) => appendGap(at, count + 1),
    deleteBelow({ offset, ...at }) {
      broker.log(at).deleteBelow(offset);
      broker.ring();
    },
    rebalance: (group) => broker.rebalance(group),
    refuseWrites: (topic, refused) => transactions.refuse(topic, refused),
    loseCommit: (transactionalId, outcome) => transactions.loseCommit(transactionalId, outcome),
  };
}
