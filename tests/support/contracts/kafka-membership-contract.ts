/** Groups, their generations, and how consumers end; a part of the Kafka contract. */
import { expect, test } from 'vitest';
import { type Consuming, consuming, send, until } from './consuming.ts';
import type { Subject } from './kafka-contract.ts';

export function membershipContract(subject: Subject): void {
  test('members share the partitions, and the generation grows with every rebalance', async () => {
    const { topic, name } = subject();
    const topicName = await topic(4);
    const group = name('group');
    const first = await consuming(subject, { topics: [topicName], group });
    await until('all four', () => first.handler.claims.at(-1)?.partitions.length === 4);
    const second = await consuming(subject, { topics: [topicName], group });
    const shares = () =>
      [first, second].map(({ handler }) => handler.claims.at(-1)?.partitions.length ?? 0);
    await until('two each', () => shares().every((share) => share === 2));
    const generations = first.handler.claims.map(({ groupGeneration }) => groupGeneration);
    expect(generations).toEqual([...new Set(generations)].sort((a, b) => a - b));
    expect(second.handler.claims.at(-1)!.groupGeneration).toBe(generations.at(-1));
    await second.consumer.close();
    await until('all four again', () => shares()[0] === 4);
    expect(first.handler.claims.at(-1)!.groupGeneration).toBeGreaterThan(generations.at(-1)!);
  });

  test('no record is lost or doubled when members come and go', async () => {
    const { topic, name } = subject();
    const topicName = await topic(3);
    const group = name('group');
    const reached = new Map<number, bigint>();
    const seen: string[] = [];
    const share = () =>
      consuming(subject, {
        topics: [topicName],
        group,
        prepare(handler) {
          handler.onClaim = ({ partition }) => ({
            kind: 'start',
            offset: reached.get(partition) ?? 0n,
          });
          handler.onApply = (batch) => {
            const at = reached.get(batch.partition) ?? 0n;
            if (batch.fetchOffset !== at) return { kind: 'seek', offset: at };
            seen.push(...batch.records.map(({ value }) => value!.toString()));
            reached.set(batch.partition, batch.nextOffset);
            return { kind: 'done' };
          };
        },
      });
    const sent: string[] = [];
    const load = async (round: string) => {
      for (const partition of [0, 1, 2]) {
        const values = Array.from({ length: 50 }, (_, i) => `${round}/${partition}/${i}`);
        await send(subject, { topic: topicName, partition }, values);
        sent.push(...values);
      }
    };
    const first = await share();
    await load('one member');
    const second = await share();
    await load('two members');
    await first.consumer.close();
    await load('the second alone');
    const third = await share();
    await load('with the third');
    await until('everything', () => seen.length >= sent.length);
    expect(seen.toSorted()).toEqual(sent.toSorted());
    await Promise.all([second.consumer.close(), third.consumer.close()]);
  });

  test('a member without partitions claims an empty assignment', async () => {
    const { topic, name } = subject();
    const topicName = await topic(1);
    const group = name('group');
    const members = [
      await consuming(subject, { topics: [topicName], group }),
      await consuming(subject, { topics: [topicName], group }),
    ];
    const latest = () => members.map(({ handler }) => handler.claims.at(-1));
    await until('one with, one without', () => {
      const [a, b] = latest();
      const counts = new Set([a?.partitions.length, b?.partitions.length]);
      return a?.groupGeneration === b?.groupGeneration && counts.has(0) && counts.has(1);
    });
    expect(latest().map((claim) => claim!.memberId)).toHaveLength(2);
  });

  test('in every generation each member claims all that it holds, even nothing, so that a loss is told', async () => {
    const { topic, name } = subject();
    const topicName = await topic(2);
    const group = name('group');
    const members: Consuming[] = [];
    const settled = (count: number) => {
      const latest = members.map(({ handler }) => handler.claims.at(-1));
      const generations = new Set(latest.map((claim) => claim?.groupGeneration));
      const held = latest.flatMap((claim) => claim?.partitions ?? []);
      return latest.length === count && generations.size === 1 && held.length === 2;
    };
    for (let count = 1; count <= 5; count++) {
      members.push(await consuming(subject, { topics: [topicName], group }));
      await until(`one generation of ${count}`, () => settled(count));
    }
    const empty = members.filter(({ handler }) => handler.claims.at(-1)!.partitions.length === 0);
    expect(empty.length).toBeGreaterThanOrEqual(3);
    while (members.length > 1) {
      await members.shift()!.consumer.close();
      await until(`one generation of ${members.length}`, () => settled(members.length));
    }
    expect(members[0]!.handler.claims.at(-1)!.partitions).toHaveLength(2);
  });

  test('a topic that is created later is read from then on', async () => {
    const { topic, name, admin } = subject();
    const there = await topic();
    const late = name('topic');
    const { handler } = await consuming(subject, { topics: [there, late] });
    await until('the first claim', () => handler.claims.length > 0);
    await admin.createTopics([{ name: late, partitions: 1, replication: 1 }]);
    await send(subject, { topic: late }, ['late']);
    await until('the late topic', () => handler.values().includes('late'));
    expect(handler.claims.at(-1)!.partitions).toContainEqual({ topic: late, partition: 0 });
    await admin.deleteTopics([late]);
  });

  test('starting on absent topics only is refused', async () => {
    const { consumer } = await consuming(subject, {
      topics: [subject().name('absent')],
      started: false,
    });
    await expect(consumer.start()).rejects.toMatchObject({ code: 'KAFKA_TOPIC_ABSENT' });
    expect(await consumer.ended).toMatchObject({ code: 'KAFKA_TOPIC_ABSENT' });
  });

  test('after close the consumer has ended without an error', async () => {
    const topic = await subject().topic();
    const { consumer, handler } = await consuming(subject, { topics: [topic] });
    await until('the claim', () => handler.claims.length === 1);
    await consumer.close();
    await consumer.close();
    expect(await consumer.ended).toBeUndefined();
  });

  test.each([{ where: 'claim' as const }, { where: 'apply' as const }])(
    'a throw in $where ends the consumer with that error',
    async ({ where }) => {
      const topic = await subject().topic();
      await send(subject, { topic }, ['a']);
      const failure = new TypeError('a mistake in the handler');
      const { consumer } = await consuming(subject, {
        topics: [topic],
        prepare(handler) {
          const fail = () => Promise.reject(failure);
          if (where === 'claim') handler.onClaim = fail;
          else handler.onApply = fail;
        },
      });
      expect(await consumer.ended).toBe(failure);
    },
  );
}
