/** What every adapter of the Connect port must do: registered for the fake and for a real worker. */
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../../../bus/base/retry.ts';
import type {
  ConnectCluster,
  ConnectorConfig,
  ConnectorState,
} from '../../../bus/connect/connect.ts';

export type ConnectUnderTest = {
  readonly cluster: ConnectCluster;
  /** Begins the name of every connector of the suite. */
  readonly prefix: string;
  /** A config that the worker accepts and runs. */
  readonly config: ConnectorConfig;
  /** A setting that may be changed, with another valid value. */
  readonly change: readonly [field: string, value: string];
  /** A config with the valid class whose worker-side validation finds problems. */
  readonly invalid: ConnectorConfig;
};

const SETTLED_MS = 150_000;

export function connectContract(what: string, open: () => Promise<ConnectUnderTest>): void {
  describe(`the Connect port over ${what}`, () => {
    let subject: ConnectUnderTest;
    let name = '';
    let count = 0;

    beforeAll(async () => {
      subject = await open();
    });

    const fresh = () => {
      name = `${subject.prefix}-connector-${++count}`;
      return name;
    };

    afterEach(async () => {
      if (name !== '') await subject.cluster.delete(name);
      name = '';
    });

    const stateIs = (state: ConnectorState) =>
      waitFor(async () => (await subject.cluster.statusOf(name))?.state === state, {
        what: `${name} to be ${state}`,
        timeoutMs: SETTLED_MS,
      });

    test('an absent connector has neither config nor status, and deleting it changes nothing', async () => {
      const { cluster } = subject;
      fresh();
      expect(await cluster.configOf(name)).toBeUndefined();
      expect(await cluster.statusOf(name)).toBeUndefined();
      await expect(cluster.delete(name)).resolves.toBeUndefined();
    });

    test.each([
      { call: 'pause' as const },
      { call: 'resume' as const },
      { call: 'stop' as const },
      { call: 'offsetsOf' as const },
    ])('$call of an absent connector is an error that names it', async ({ call }) => {
      fresh();
      await expect(subject.cluster[call](name)).rejects.toMatchObject({
        code: 'CONNECT_NO_CONNECTOR',
        details: { name },
      });
    });

    test('restarting an absent connector is an error that names it', async () => {
      fresh();
      await expect(subject.cluster.restart(name, 'all')).rejects.toMatchObject({
        code: 'CONNECT_NO_CONNECTOR',
      });
    });

    test('applying creates, then changes nothing, then updates', async () => {
      const { cluster, config, change } = subject;
      fresh();
      expect(await cluster.applyConnector(name, config)).toBe('created');
      expect(await cluster.applyConnector(name, config)).toBe('unchanged');
      expect(await cluster.applyConnector(name, { ...config, name })).toBe('unchanged');
      const [field, value] = change;
      const changed = { ...config, [field]: value };
      expect(await cluster.applyConnector(name, changed)).toBe('updated');
      expect(await cluster.configOf(name)).toEqual({ ...changed, name });
      expect(await cluster.applyConnector(name, changed)).toBe('unchanged');
    });

    test('a setting left out is gone after applying', async () => {
      const { cluster, config, change } = subject;
      fresh();
      const [field, value] = change;
      await cluster.applyConnector(name, { ...config, [field]: value });
      const { [field]: _gone, ...without } = config;
      expect(await cluster.applyConnector(name, without)).toBe('updated');
      expect(await cluster.configOf(name)).toEqual({ ...without, name });
    });

    test('a created connector runs and is listed', async () => {
      const { cluster, config } = subject;
      fresh();
      await cluster.applyConnector(name, config);
      await stateIs('running');
      const listed = (await cluster.list()).find((one) => one.name === name);
      expect(listed?.state).toBe('running');
    });

    test('pause, resume and stop show in the state', async () => {
      const { cluster, config } = subject;
      fresh();
      await cluster.applyConnector(name, config);
      await stateIs('running');
      await cluster.pause(name);
      await stateIs('paused');
      await cluster.resume(name);
      await stateIs('running');
      await cluster.stop(name);
      await stateIs('stopped');
      const stopped = await waitFor(
        async () => {
          const status = await cluster.statusOf(name);
          return status?.tasks.length === 0 && status;
        },
        { what: `the tasks of ${name} to end`, timeoutMs: SETTLED_MS },
      );
      expect(stopped.state).toBe('stopped');
    });

    test('a restarted connector runs again', async () => {
      const { cluster, config } = subject;
      fresh();
      await cluster.applyConnector(name, config);
      await stateIs('running');
      await cluster.restart(name, 'failed');
      await cluster.restart(name, 'all');
      await stateIs('running');
      expect((await cluster.statusOf(name))?.name).toBe(name);
    });

    test('a fresh connector has no offsets', async () => {
      const { cluster, config } = subject;
      fresh();
      await cluster.applyConnector(name, config);
      expect(await cluster.offsetsOf(name)).toEqual([]);
    });

    test('validation finds nothing wrong with a valid config', async () => {
      expect(await subject.cluster.validateConnector(subject.config)).toEqual([]);
    });

    test('validation lists every problem with its field', async () => {
      const problems = await subject.cluster.validateConnector(subject.invalid);
      expect(problems.length).toBeGreaterThan(1);
      for (const { field, message } of problems) {
        expect(field).not.toBe('');
        expect(message).not.toBe('');
      }
    });

    test.each([
      { config: {}, reason: 'no class is named' },
      { config: { 'connector.class': 'no.such.Connector' }, reason: 'no plugin has the class' },
    ])('validation names connector.class when $reason', async ({ config }) => {
      const [problem] = await subject.cluster.validateConnector(config);
      expect(problem?.field).toBe('connector.class');
    });

    test('an invalid config is refused and no connector is made', async () => {
      const { cluster, invalid } = subject;
      fresh();
      await expect(cluster.applyConnector(name, invalid)).rejects.toMatchObject({
        code: 'CONNECT_REFUSED',
      });
      expect(await cluster.configOf(name)).toBeUndefined();
    });
  });
}
