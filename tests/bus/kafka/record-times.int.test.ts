/** When the record at an offset was written, read from the real broker. */
import { expect, test } from 'vitest';
import { testStack } from '../../support/env.ts';

const stack = await testStack('recordtimes');

test('answers the first record at each offset with its time, and nothing at the end of the log', async () => {
  const bus = await stack.kafka();
  const admin = await bus.admin();
  stack.atEnd(() => admin.close());
  const name = `${stack.prefix}-log`;
  await admin.createTopics([{ name, partitions: 2, replication: 1 }]);
  stack.atEnd(() => admin.deleteTopics([name]));
  const producer = await bus.producer();
  const before = Date.now();
  for (const value of ['a', 'b', 'c']) {
    await producer.send(name, [{ key: 'k', value, partition: 0 }]);
  }
  const after = Date.now();
  await producer.close();
  const at = (partition: number, offset: bigint) => ({ topic: name, partition, offset });
  const times = await admin.recordTimes([at(0, 1n), at(1, 0n)]);
  expect(times).toEqual([{ ...at(0, 1n), timestampMs: expect.any(Number) }]);
  expect(times[0]!.timestampMs).toBeGreaterThanOrEqual(before);
  expect(times[0]!.timestampMs).toBeLessThanOrEqual(after);
  expect(await admin.recordTimes([at(0, 3n)])).toEqual([]);
  expect(await admin.recordTimes([])).toEqual([]);
});
