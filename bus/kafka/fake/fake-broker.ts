/** The fake's state: topics, groups, users and rules, and a bell that rings at every change. */
import { createHash, randomUUID } from 'node:crypto';
import { must } from '../../base/assert.ts';
import { BusError } from '../../base/errors.ts';
import type { AclRule, TopicPartition, TopicSpec } from '../kafka.ts';
import { FakeLog } from './fake-log.ts';

export type FakeTopic = {
  readonly name: string;
  readonly topicId: string;
  readonly logs: readonly FakeLog[];
  config: Readonly<Record<string, string>>;
};

/** A consumer as its group sees it. */
export type FakeMember = { readonly memberId: string; readonly topics: readonly string[] };

export type FakeGroup = {
  generation: number;
  members: readonly FakeMember[];
  readonly committed: Map<string, TopicPartition & { readonly offset: bigint }>;
};

export class FakeBroker {
  readonly clusterId = randomUUID();
  readonly topics = new Map<string, FakeTopic>();
  readonly groups = new Map<string, FakeGroup>();
  readonly users = new Set<string>();
  acls: readonly AclRule[] = [];
  #bell = Promise.withResolvers<void>();

  /** Resolves at the next change of anything. */
  changed(): Promise<void> {
    return this.#bell.promise;
  }

  ring(): void {
    const rung = this.#bell;
    this.#bell = Promise.withResolvers<void>();
    rung.resolve();
  }

  create({ name, partitions, config = {} }: TopicSpec): void {
    const logs = Array.from({ length: partitions }, () => new FakeLog());
    this.topics.set(name, { name, topicId: randomUUID(), logs, config });
    for (const [group, { members }] of this.groups) {
      if (members.some((member) => member.topics.includes(name))) this.rebalance(group);
    }
    this.ring();
  }

  delete(name: string): void {
    this.topics.delete(name);
    this.ring();
  }

  topic(name: string): FakeTopic {
    const topic = this.topics.get(name);
    if (topic === undefined) throw new BusError('KAFKA_TOPIC_ABSENT', { what: name });
    return topic;
  }

  log({ topic, partition }: TopicPartition): FakeLog {
    return must(this.topic(topic).logs[partition], `partition ${partition} of ${topic}`);
  }

  /** The partition of a key: the same key always in the same one. */
  partitionOf(topic: string, key: Buffer | string | null | undefined): number {
    const digest = createHash('sha256')
      .update(key ?? '')
      .digest();
    return digest.readUInt32BE(0) % this.topic(topic).logs.length;
  }

  group(name: string): FakeGroup {
    const known = this.groups.get(name);
    if (known) return known;
    const group: FakeGroup = { generation: 0, members: [], committed: new Map() };
    this.groups.set(name, group);
    return group;
  }

  join(name: string, member: FakeMember): void {
    const group = this.group(name);
    group.members = [...group.members, member];
    this.rebalance(name);
  }

  leave(name: string, member: FakeMember): void {
    const group = this.group(name);
    if (!group.members.includes(member)) return;
    group.members = group.members.filter((one) => one !== member);
    this.rebalance(name);
  }

  /** A new generation; every member claims again what falls to it. */
  rebalance(name: string): void {
    this.group(name).generation++;
    this.ring();
  }

  /** Round robin over the members, as kafkajs does it. */
  assignmentOf(name: string, member: FakeMember): readonly TopicPartition[] {
    const { members } = this.group(name);
    const all = member.topics.flatMap((topic) =>
      (this.topics.get(topic)?.logs ?? []).map((_, partition) => ({ topic, partition })),
    );
    const index = members.indexOf(member);
    return all.filter((_, position) => position % members.length === index);
  }
}
