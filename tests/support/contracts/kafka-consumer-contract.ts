/** Claiming and reading; a part of the Kafka contract. */
import { expect, test } from 'vitest';
import type { Handled } from '../../../bus/kafka/kafka.ts';
import { consuming, send, until } from './consuming.ts';
import type { Subject } from './kafka-contract.ts';

export function consumerContract(subject: Subject): void {
  test('records of a partition arrive once, in order, with keys and tombstones', async () => {
    const topic = await subject().topic(2);
    const numbers = Array.from({ length: 250 }, (_, index) => `${index}`);
    await send(subject, { topic, partition: 0 }, numbers);
    await send(subject, { topic, partition: 1 }, ['x', null, 'y']);
    const { handler } = await consuming(subject, { topics: [topic] });
    await until('253 records', () => handler.values().length === 253);
    expect(handler.values(0)).toEqual(numbers);
    expect(handler.values(1)).toEqual(['x', null, 'y']);
    await send(subject, { topic, partition: 1 }, ['z']);
    await until('one more', () => handler.values(1).length === 4);
    expect(handler.values(1)).toEqual(['x', null, 'y', 'z']);
  });

  test('the same key always goes to the same partition', async () => {
    const { bus, topic } = subject();
    const name = await topic(4);
    const producer = await bus.producer();
    for (const value of ['1', '2', '3']) await producer.send(name, [{ key: 'same', value }]);
    await producer.close();
    const { handler } = await consuming(subject, { topics: [name] });
    await until('three records', () => handler.values().length === 3);
    expect(new Set(handler.told.map(({ partition }) => partition)).size).toBe(1);
    expect(handler.values()).toEqual(['1', '2', '3']);
  });

  test('reading starts where the claim says, and never before the claim', async () => {
    const topic = await subject().topic();
    await send(subject, { topic }, ['a', 'b', 'c', 'd']);
    const gate = Promise.withResolvers<void>();
    const { handler } = await consuming(subject, {
      topics: [topic],
      prepare(handler) {
        handler.onClaim = async () => {
          await gate.promise;
          return { kind: 'start', offset: 2n };
        };
      },
    });
    await until('the claim', () => handler.claims.length === 1);
    expect(handler.told).toEqual([]);
    gate.resolve();
    await until('two records', () => handler.values().length === 2);
    expect(handler.values()).toEqual(['c', 'd']);
    expect(handler.told[0]!.fetchOffset).toBe(2n);
    expect(handler.claims[0]).toMatchObject({ partitions: [{ topic, partition: 0 }] });
  });

  test('a claim that says pause keeps its partition still until it is reclaimed', async () => {
    const topic = await subject().topic(2);
    await send(subject, { topic, partition: 0 }, ['a', 'b']);
    await send(subject, { topic, partition: 1 }, ['other']);
    const { handler, consumer } = await consuming(subject, {
      topics: [topic],
      prepare(handler) {
        handler.onClaim = ({ partition }) =>
          partition === 0 ? { kind: 'pause', reason: 'test' } : { kind: 'start', offset: 0n };
      },
    });
    await until('the other partition', () => handler.values(1).length === 1);
    expect(handler.values(0)).toEqual([]);
    handler.onClaim = () => ({ kind: 'start', offset: 1n });
    await consumer.reclaim({ topic, partition: 0 });
    await until('the paused partition', () => handler.values(0).length === 1);
    expect(handler.values(0)).toEqual(['b']);
    expect(handler.claims.at(-1)!.partitions).toEqual([{ topic, partition: 0 }]);
    expect(handler.claims.at(-1)!.groupGeneration).toBe(handler.claims[0]!.groupGeneration);
  });

  test('a batch answered with seek is followed by the records at that offset', async () => {
    const topic = await subject().topic();
    await send(subject, { topic }, ['a', 'b', 'c']);
    let sought = false;
    const { handler } = await consuming(subject, {
      topics: [topic],
      prepare(handler) {
        handler.onApply = () => {
          if (sought) return { kind: 'done' };
          sought = true;
          return { kind: 'seek', offset: 1n };
        };
      },
    });
    await until('both reads', () => handler.told.length === 2);
    expect(handler.values()).toEqual(['a', 'b', 'c', 'b', 'c']);
    expect(handler.told[1]!.fetchOffset).toBe(1n);
  });

  test.each([
    { answer: { kind: 'pause', reason: 'test' } as const, reason: 'pausing is asked for' },
    { answer: { kind: 'drop' } as const, reason: 'what was dropped belongs to another claim' },
  ])('after $answer.kind nothing follows until the partition is reclaimed', async ({ answer }) => {
    const topic = await subject().topic(2);
    await send(subject, { topic, partition: 0 }, ['a']);
    const { handler, consumer } = await consuming(subject, {
      topics: [topic],
      prepare(handler) {
        handler.onApply = ({ partition }) => (partition === 0 ? answer : { kind: 'done' });
      },
    });
    await until('the first batch', () => handler.values(0).length === 1);
    await send(subject, { topic, partition: 0 }, ['b']);
    await send(subject, { topic, partition: 1 }, ['later']);
    await until('a later record elsewhere', () => handler.values(1).length === 1);
    expect(handler.values(0)).toEqual(['a']);
    handler.onApply = () => ({ kind: 'done' });
    await consumer.reclaim({ topic, partition: 0 });
    await until('both after the reclaim', () => handler.values(0).length === 3);
    expect(handler.values(0)).toEqual(['a', 'a', 'b']);
  });

  test('of a partition that is behind, what was fetched before a jump or a stop is not applied after it', async () => {
    const topic = await subject().topic();
    const numbers = Array.from({ length: 300 }, (_, index) => `${index}`);
    for (let from = 0; from < numbers.length; from += 10)
      await send(subject, { topic }, numbers.slice(from, from + 10));
    const answers: Handled[] = [
      { kind: 'seek', offset: 5n },
      { kind: 'pause', reason: 'test' },
    ];
    const { handler, consumer } = await consuming(subject, {
      topics: [topic],
      bytesPerPartitionMax: 1_000,
      prepare(handler) {
        handler.onApply = () => answers.shift() ?? { kind: 'done' };
      },
    });
    await until('the stop', () => answers.length === 0);
    handler.onClaim = () => ({ kind: 'start', offset: 7n });
    await consumer.reclaim({ topic, partition: 0 });
    const last = () => handler.told.at(-1)?.offsets.at(-1);
    await until('the end', () => (last() ?? 0n) >= 299n);
    const [first, second, ...rest] = handler.told.map(({ offsets }) => offsets);
    expect(first?.[0]).toBe(0n);
    expect(second?.[0]).toBe(5n);
    expect(rest.flat()).toEqual(Array.from({ length: 293 }, (_, index) => BigInt(index + 7)));
  });

  test('a batch is stale once its partition was reclaimed, and its answer is ignored', async () => {
    const topic = await subject().topic();
    await send(subject, { topic }, ['a', 'b']);
    const stale: boolean[] = [];
    const gate = Promise.withResolvers<void>();
    const { handler, consumer } = await consuming(subject, {
      topics: [topic],
      prepare(handler) {
        handler.onApply = async (batch) => {
          if (stale.length > 0) return { kind: 'done' };
          stale.push(batch.isStale());
          await gate.promise;
          stale.push(batch.isStale());
          return { kind: 'done' };
        };
      },
    });
    await until('the first batch', () => stale.length === 1);
    handler.onClaim = () => ({ kind: 'start', offset: 1n });
    await consumer.reclaim({ topic, partition: 0 });
    gate.resolve();
    await until('the second read', () => handler.told.length === 2);
    expect(stale).toEqual([false, true]);
    expect(handler.told[1]!.values).toEqual(['b']);
  });

  test('offsets taken by markers and aborted records are covered, their records unseen', async () => {
    const { topic, commit, abort } = subject();
    const name = await topic();
    const at = { topic: name, partition: 0 };
    await commit(at, ['a', 'b']);
    await abort(at, ['never', 'seen']);
    await commit(at, ['c']);
    await abort(at, ['neither']);
    const end = 3n + 3n + 2n + 2n;
    const { handler } = await consuming(subject, { topics: [name] });
    await until('the end', () => handler.told.at(-1)?.nextOffset === end);
    expect(handler.values()).toEqual(['a', 'b', 'c']);
    expect(handler.told.flatMap(({ offsets }) => offsets)).toEqual([0n, 1n, 6n]);
  });

  test('each report begins where the one before it ended, markers included', async () => {
    const { topic, commit, abort } = subject();
    const name = await topic();
    const at = { topic: name, partition: 0 };
    const { handler } = await consuming(subject, { topics: [name] });
    for (const round of ['1', '2', '3']) {
      await abort(at, [`lost ${round}`]);
      await commit(at, [round]);
    }
    await abort(at, ['last']);
    await until('the end', () => handler.told.at(-1)?.nextOffset === 14n);
    expect(handler.values()).toEqual(['1', '2', '3']);
    const reached = [0n, ...handler.told.map(({ nextOffset }) => nextOffset)];
    expect(handler.told.map(({ fetchOffset }) => fetchOffset)).toEqual(reached.slice(0, -1));
  });

  test('only markers since the last batch: skip tells how far', async () => {
    const { topic, commit, abort } = subject();
    const name = await topic();
    const at = { topic: name, partition: 0 };
    const { handler } = await consuming(subject, { topics: [name] });
    await commit(at, ['a']);
    await until('the record', () => handler.values().length === 1);
    await abort(at, ['b', 'c']);
    await until('the skip', () => handler.told.at(-1)?.nextOffset === 5n);
    expect(handler.told.at(-1)).toMatchObject({ kind: 'skip', topic: name, partition: 0 });
  });

  test('records that retention removed are never passed over in silence', async () => {
    const { topic, deleteBelow } = subject();
    const name = await topic();
    const at = { topic: name, partition: 0 };
    await send(subject, at, ['a', 'b', 'c', 'd', 'e']);
    await deleteBelow({ ...at, offset: 3n });
    const { handler } = await consuming(subject, { topics: [name] });
    await until('the claim again', () => handler.claims.length >= 2);
    expect(handler.told).toEqual([]);
    handler.onClaim = () => ({ kind: 'start', offset: 3n });
    await until('what is left', () => handler.values().length === 2);
    expect(handler.values()).toEqual(['d', 'e']);
  });

  test('an offset beyond the end is claimed again, not moved', async () => {
    const topic = await subject().topic();
    await send(subject, { topic }, ['a']);
    const { handler } = await consuming(subject, {
      topics: [topic],
      prepare(handler) {
        handler.onClaim = () => ({ kind: 'start', offset: 1_000n });
      },
    });
    await until('the claim again', () => handler.claims.length >= 2);
    expect(handler.told).toEqual([]);
    handler.onClaim = () => ({ kind: 'start', offset: 0n });
    await until('the record', () => handler.values().length === 1);
  });

  test('mirrored offsets are visible to the group tools', async () => {
    const { admin, topic, name } = subject();
    const topicName = await topic();
    const group = name('group');
    await send(subject, { topic: topicName }, ['a', 'b']);
    const { handler, consumer } = await consuming(subject, { topics: [topicName], group });
    await until('the records', () => handler.values().length === 2);
    expect(await admin.groupOffsets(group, [topicName])).toEqual([]);
    consumer.mirrorOffset({ topic: topicName, partition: 0, nextOffset: 2n });
    await consumer.close();
    expect(await admin.groupOffsets(group, [topicName])).toEqual([
      { topic: topicName, partition: 0, offset: 2n },
    ]);
  });
}
