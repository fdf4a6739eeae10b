import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { defaultCacheRoot } from '../../infra/native/cache/cache-root.ts';
import { createNativeStack } from '../../infra/native/native-stack.ts';
import { readState } from '../../infra/native/process/supervisor.ts';
import { testStack } from '../support/env.ts';

const { endpoints } = await testStack('running');
const other = createNativeStack({ home: endpoints.home, cacheRoot: defaultCacheRoot() });

describe('a running stack, seen from another command', () => {
  test('refuses to be started a second time, and says which process holds it', async () => {
    const state = await readState(join(endpoints.home, 'state.json'));
    await expect(other.up()).rejects.toMatchObject({
      code: 'STACK_RUNNING',
      details: { home: endpoints.home, pid: state?.supervisor?.pid },
    });
  });

  test('tells its endpoints', async () => {
    expect(await other.endpoints()).toEqual(endpoints);
  });

  test('tells the state of every service with pid, address and log', async () => {
    const status = await other.status();
    const names = status.map(({ name }) => name);
    const services = [
      'kafka',
      'connect',
      'registry',
      'providers',
      'hub',
      'subscribers',
      'registers',
    ];
    for (const name of services) {
      expect(names).toContain(name);
    }
    for (const service of status) {
      expect.soft(service).toMatchObject({ state: 'healthy' });
      expect.soft(service.pid).toBeGreaterThan(1);
      expect.soft(service.address).toMatch(/^127\.0\.0\.1:\d+$/);
    }
  });

  test('shows the last lines of a log', async () => {
    const lines = (await other.logs('hub', 3)).split('\n');
    expect(lines).toHaveLength(3);
  });

  test('refuses a log that it does not have, naming those it has', async () => {
    await expect(other.logs('../../etc/passwd', 1)).rejects.toMatchObject({
      code: 'STACK_LOG_UNKNOWN',
      message: expect.stringContaining('known: kafka, connect, registry') as unknown,
    });
  });
});
