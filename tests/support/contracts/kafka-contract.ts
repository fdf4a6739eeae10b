/**
 * What every adapter of the Kafka port must do. Registered for the fake (unit) and for the real
 * broker (integration), so that logic tested on the fake may be believed.
 */
import { afterAll, beforeAll, describe } from 'vitest';
import type { KafkaAdmin, KafkaBus, TopicPartition } from '../../../bus/kafka/kafka.ts';
import { adminContract } from './kafka-admin-contract.ts';
import { consumerContract } from './kafka-consumer-contract.ts';
import { membershipContract } from './kafka-membership-contract.ts';
import { readerContract } from './kafka-reader-contract.ts';
import { transactionContract } from './kafka-transaction-contract.ts';

export type KafkaUnderTest = {
  readonly bus: KafkaBus;
  /** Begins every name that the suite uses. */
  readonly prefix: string;
  /** Writes `values` in one transaction and commits it. */
  readonly commit: (partition: TopicPartition, values: readonly string[]) => Promise<void>;
  /** Writes `values` in one transaction and aborts it. */
  readonly abort: (partition: TopicPartition, values: readonly string[]) => Promise<void>;
  /** Removes everything below `offset` from the log. */
  readonly deleteBelow: (partition: TopicPartition & { readonly offset: bigint }) => Promise<void>;
};

/** The subject, opened before the first test, and an admin of it. */
export type Subject = () => KafkaUnderTest & {
  readonly admin: KafkaAdmin;
  /** A fresh topic with a name of its own. */
  readonly topic: (partitions?: number) => Promise<string>;
  /** A fresh name. */
  readonly name: (kind: string) => string;
};

export function kafkaContract(what: string, open: () => Promise<KafkaUnderTest>): void {
  describe(`the Kafka port over ${what}`, () => {
    let subject: ReturnType<Subject>;
    let count = 0;
    const made: string[] = [];

    beforeAll(async () => {
      const opened = await open();
      const admin = await opened.bus.admin();
      const name = (kind: string) => `${opened.prefix}.${kind}${++count}`;
      const topic = async (partitions = 1) => {
        const fresh = name('topic');
        made.push(fresh);
        await admin.createTopics([{ name: fresh, partitions, replication: 1 }]);
        return fresh;
      };
      subject = { ...opened, admin, topic, name };
    });

    afterAll(async () => {
      await subject.admin.deleteTopics(made);
      await subject.admin.close();
    });

    adminContract(() => subject);
    consumerContract(() => subject);
    membershipContract(() => subject);
    transactionContract(() => subject);
    readerContract(() => subject);
  });
}
