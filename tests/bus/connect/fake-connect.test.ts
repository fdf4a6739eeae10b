import { expect, test } from 'vitest';
import { BusError } from '../../../bus/base/errors.ts';
import { createFakeConnect } from '../../../bus/connect/fake/fake-connect.ts';
import { connectContract } from '../../support/contracts/connect-contract.ts';

const CLASS = 'fake.Connector';

connectContract('the in-memory fake', async () => {
  const { cluster } = createFakeConnect({
    plugins: [CLASS],
    validate: (config) =>
      ['one', 'two'].flatMap((field) =>
        field in config ? [] : [{ field, message: `${field} is required` }],
      ),
  });
  return {
    cluster,
    prefix: 'fake',
    config: { 'connector.class': CLASS, one: '1', two: '2' },
    change: ['three', '3'],
    invalid: { 'connector.class': CLASS },
  };
});

test('a state set by the test shows, with the trace of its tasks', async () => {
  const fake = createFakeConnect();
  await fake.cluster.applyConnector('a', { 'connector.class': CLASS, 'tasks.max': '2' });
  fake.setState('a', 'failed', 'why');
  expect(await fake.cluster.statusOf('a')).toEqual({
    name: 'a',
    state: 'failed',
    tasks: [0, 1].map((id) => ({ id, state: 'failed', trace: 'why' })),
  });
  await fake.cluster.restart('a', 'failed');
  expect((await fake.cluster.statusOf('a'))?.state).toBe('running');
  expect(fake.calls).toEqual(['create a', 'restart a failed']);
});

test('a failure set by the test meets every call until it is taken away', async () => {
  const fake = createFakeConnect();
  const down = new BusError('CONNECT_UNREACHABLE', { what: 'test', why: 'down' });
  fake.failWith(down);
  await expect(fake.cluster.list()).rejects.toBe(down);
  fake.failWith(undefined);
  expect(await fake.cluster.list()).toEqual([]);
});
