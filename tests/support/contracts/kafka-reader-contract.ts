/** Reading without a group; a part of the Kafka contract. */
import { expect, test } from 'vitest';
import { send } from './consuming.ts';
import type { Subject } from './kafka-contract.ts';
import { openReader, readOn, settled } from './reading.ts';

const LONG_MS = 15_000;

export function readerContract(subject: Subject): void {
  test('every position is answered, in the order asked, from its offset on', async () => {
    const { topic } = subject();
    const [first, second] = [await topic(2), await topic()];
    await send(subject, { topic: first, partition: 0 }, ['a', 'b', 'c', null]);
    await send(subject, { topic: first, partition: 1 }, ['x']);
    const reader = await openReader(subject);
    const positions = [
      { topic: first, partition: 1, offset: 0n },
      { topic: second, partition: 0, offset: 0n },
      { topic: first, partition: 0, offset: 2n },
    ];
    const ranges = await reader.fetch(positions, { waitMs: 0 });
    expect(ranges).toMatchObject([
      { topic: first, partition: 1, nextOffset: 1n, logStart: 0n, end: 1n },
      { topic: second, partition: 0, nextOffset: 0n, logStart: 0n, end: 0n, records: [] },
      { topic: first, partition: 0, nextOffset: 4n, logStart: 0n, end: 4n },
    ]);
    expect(ranges.some(({ fault }) => fault !== undefined)).toBe(false);
    const [c, tombstone] = ranges[2]!.records;
    expect(c).toMatchObject({ offset: 2n, key: Buffer.from('key of c'), value: Buffer.from('c') });
    expect(Math.abs(c!.timestampMs - Date.now())).toBeLessThan(60_000);
    expect(tombstone).toMatchObject({ offset: 3n, value: null });
  });

  test('asking for nothing answers nothing', async () => {
    const reader = await openReader(subject);
    expect(await reader.fetch([], { waitMs: LONG_MS })).toEqual([]);
  });

  test('aborted records and markers are passed, and what the same producer committed later is read', async () => {
    const { topic, name, bus } = subject();
    const target = await topic();
    const producer = await bus.transactional(name('id'));
    const records = (...values: string[]) => [
      { topic: target, records: values.map((value) => ({ key: null, value, partition: 0 })) },
    ];
    const refuse = () => Promise.reject(new TypeError('no'));
    await producer.commit(records('a'));
    await expect(producer.commit(records('no', 'no'), { beforeCommit: refuse })).rejects.toThrow(
      'no',
    );
    await producer.commit(records('b', 'c'));
    await expect(producer.commit(records('no'), { beforeCommit: refuse })).rejects.toThrow('no');
    await producer.close();
    await settled(subject, target);
    const reader = await openReader(subject);
    for (const from of [0n, 1n, 2n, 3n, 5n]) {
      const read = await readOn(reader, { topic: target, partition: 0, offset: from });
      const offsets = [0n, 5n, 6n].filter((offset) => offset >= from);
      expect(read.records.map(({ offset }) => offset)).toEqual(offsets);
      expect(read.nextOffset).toBe(10n);
    }
  });

  test('records of an open transaction and all after them wait for its end', async () => {
    const { topic, name, bus } = subject();
    const target = await topic();
    const at = { topic: target, partition: 0 };
    await send(subject, at, ['before']);
    const reader = await openReader(subject);
    const producer = await bus.transactional(name('id'));
    const read: unknown[] = [];
    await producer.commit(
      [{ topic: target, records: [{ key: null, value: 'inside', partition: 0 }] }],
      {
        async beforeCommit() {
          await send(subject, at, ['after']);
          read.push(...(await reader.fetch([{ ...at, offset: 0n }], { waitMs: 0 })));
        },
      },
    );
    await producer.close();
    await settled(subject, target);
    expect(read).toMatchObject([{ nextOffset: 1n, end: 1n, records: [{ offset: 0n }] }]);
    const { records } = await readOn(reader, { ...at, offset: 1n });
    expect(records.map(({ value }) => value?.toString())).toEqual(['inside', 'after']);
  });

  test('a poll waits for the first record, and no longer than it may', async () => {
    const { topic } = subject();
    const [quiet, busy] = [await topic(), await topic()];
    const reader = await openReader(subject);
    const positions = [quiet, busy].map((one) => ({ topic: one, partition: 0, offset: 0n }));
    const beganAt = Date.now();
    const nothing = await reader.fetch(positions, { waitMs: 300 });
    expect(nothing.map(({ records }) => records)).toEqual([[], []]);
    expect(Date.now() - beganAt).toBeGreaterThanOrEqual(280);
    const poll = reader.fetch(positions, { waitMs: LONG_MS });
    const sentAt = Date.now();
    await send(subject, { topic: busy }, ['a']);
    expect(await poll).toMatchObject([
      { topic: quiet, nextOffset: 0n, records: [] },
      { topic: busy, nextOffset: 1n, records: [{ offset: 0n }] },
    ]);
    expect(Date.now() - sentAt).toBeLessThan(LONG_MS / 2);
  });

  test('small limits bring everything all the same, once and in order', async () => {
    const { topic } = subject();
    const target = await topic();
    const sent = Array.from({ length: 300 }, (_, index) => `${index}-${'x'.repeat(index)}`);
    for (let from = 0; from < sent.length; from += 25)
      await send(subject, { topic: target }, sent.slice(from, from + 25));
    const reader = await openReader(subject);
    const position = { topic: target, partition: 0, offset: 7n };
    const { records } = await readOn(reader, position, { bytesPerPartitionMax: 2_000 });
    expect(records.map(({ value }) => value?.toString())).toEqual(sent.slice(7));
  });

  test('one full partition does not keep the others from being read', async () => {
    const { topic } = subject();
    const target = await topic(2);
    for (const partition of [0, 1])
      await send(subject, { topic: target, partition }, ['x'.repeat(40_000)]);
    const reader = await openReader(subject);
    const seen = new Set<number>();
    const positions = [0, 1].map((partition) => ({ topic: target, partition, offset: 0n }));
    for (let round = 0; round < 2; round++) {
      const ranges = await reader.fetch(positions, {
        waitMs: LONG_MS,
        bytesMax: 30_000,
        bytesPerPartitionMax: 30_000,
      });
      for (const { partition, records } of ranges) if (records.length > 0) seen.add(partition);
    }
    expect(seen).toEqual(new Set([0, 1]));
  });

  test.each([
    { where: 'below the start of the log', offset: 1n },
    { where: 'beyond its end', offset: 1_000n },
  ])('an offset $where is told with the bounds, and the others are read', async ({ offset }) => {
    const { topic, deleteBelow } = subject();
    const [lost, other] = [await topic(), await topic()];
    await send(subject, { topic: lost }, ['a', 'b', 'c', 'd', 'e']);
    await send(subject, { topic: other }, ['x']);
    await deleteBelow({ topic: lost, partition: 0, offset: 3n });
    const reader = await openReader(subject);
    const ranges = await reader.fetch(
      [
        { topic: lost, partition: 0, offset },
        { topic: other, partition: 0, offset: 0n },
      ],
      { waitMs: LONG_MS },
    );
    expect(ranges).toMatchObject([
      { fault: 'out-of-range', records: [], nextOffset: offset, logStart: 3n, end: 5n },
      { topic: other, records: [{ offset: 0n }] },
    ]);
  });

  test('an absent topic is told at once, and the others are read', async () => {
    const { topic, name, admin } = subject();
    const [there, doomed] = [await topic(), await topic()];
    await send(subject, { topic: there }, ['x']);
    const reader = await openReader(subject);
    const positions = [name('absent'), there, doomed].map((one) => ({
      topic: one,
      partition: 0,
      offset: 0n,
    }));
    const ranges = await reader.fetch(positions, { waitMs: LONG_MS });
    expect(ranges.map(({ fault, records }) => fault ?? records.length)).toEqual(['absent', 1, 0]);
    await admin.deleteTopics([doomed]);
    const after = await reader.fetch(positions.slice(1), { waitMs: LONG_MS });
    expect(after.map(({ fault, records }) => fault ?? records.length)).toEqual([1, 'absent']);
  });
}
