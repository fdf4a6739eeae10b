/** One stack of its own through a life: started, hurt, stopped, started again, killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { must } from '../../bus/base/assert.ts';
import { waitFor } from '../../bus/base/retry.ts';
import { readSecretFile } from '../../bus/base/secrets.ts';
import { openDatabase } from '../../bus/sql/mysql/mysql-database.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import { defaultCacheRoot } from '../../infra/native/cache/cache-root.ts';
import { createNativeStack } from '../../infra/native/native-stack.ts';
import { isAlive } from '../../infra/native/process/identity.ts';
import { readState } from '../../infra/native/process/supervisor.ts';
import type { StackEndpoints } from '../../infra/stack.ts';

const root = join(import.meta.dirname, '..', '..', '.civicbus');
mkdirSync(root, { recursive: true });
const home = mkdtempSync(join(root, 'life-'));
const cacheRoot = defaultCacheRoot(process.env['XDG_CACHE_HOME']);
const stack = createNativeStack({ home, cacheRoot });
const CHILD = join(import.meta.dirname, 'stack-child.ts');

afterAll(async () => {
  await stack.down();
  rmSync(home, { recursive: true, force: true });
});

async function start(fresh = false): Promise<{ child: ChildProcess; said: string }> {
  const options = JSON.stringify({ home, cacheRoot, fresh });
  const child = spawn(process.execPath, [CHILD, options], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = (await once(must(child.stdout, 'stdout'), 'data')) as [Buffer];
  return { child, said: said.toString().trim() };
}

async function withHub<T>(endpoints: StackEndpoints, use: (hub: SqlDatabase) => Promise<T>) {
  const { host, port, root: login } = endpoints.databases.hub;
  const password = await readSecretFile(login.passwordFile);
  const hub = openDatabase({ host, port, user: login.user, password });
  try {
    return await use(hub);
  } finally {
    await hub.close();
  }
}

/** Programs of a stack: broker, worker, registry, three MariaDB and a PostgreSQL. */
const SERVICES = 7;

async function runningIdentities() {
  const state = await readState(join(home, 'state.json'));
  return (state?.processes ?? []).flatMap(({ identity }) => (identity ? [identity] : []));
}

async function statusOf(name: string) {
  return must(
    (await stack.status()).find((service) => service.name === name),
    name,
  );
}

describe('the native stack', () => {
  let first: StackEndpoints;

  test('refuses a folder that holds something else', async () => {
    writeFileSync(join(home, 'letter.txt'), 'mine');
    const { said } = await start(true);
    expect(said).toBe('STACK_HOME_FOREIGN');
    expect(existsSync(join(home, 'letter.txt'))).toBe(true);
    rmSync(join(home, 'letter.txt'));
  });

  test('comes up in an empty home, refuses a second start, and ends on SIGTERM', async () => {
    const { child, said } = await start();
    expect(said).toBe('up');
    expect((await start()).said).toBe('STACK_RUNNING');
    first = await stack.endpoints();
    await withHub(first, async (hub) => {
      await hub.execute('CREATE DATABASE kept');
      await hub.execute('CREATE TABLE kept.rows (id INT PRIMARY KEY)');
      await hub.execute('INSERT INTO kept.rows VALUES (42)');
    });
    const running = await runningIdentities();
    expect(running).toHaveLength(SERVICES);
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(0);
    expect(running.filter(isAlive)).toEqual([]);
    await expect(stack.endpoints()).rejects.toMatchObject({ code: 'STACK_NOT_RUNNING' });
  });

  test('keeps data, addresses and passwords between starts, and heals services that are killed', async () => {
    const { child, said } = await start();
    expect(said).toBe('up');
    expect(await stack.endpoints()).toEqual(first);
    const rows = await withHub(first, (hub) => hub.query('SELECT id FROM kept.rows'));
    expect(rows).toEqual([{ id: 42 }]);

    for (const name of ['hub', 'registry', 'kafka', 'connect']) {
      process.kill(must((await statusOf(name)).pid, 'a pid'), 'SIGKILL');
      await waitFor(async () => (await statusOf(name)).restarts === 1, {
        what: `the restart of ${name}`,
        timeoutMs: 150_000,
      });
    }
    await waitFor(async () => (await stack.status()).every(({ state }) => state === 'healthy'), {
      what: 'all services to be healthy again',
      timeoutMs: 180_000,
    });
    const again = await withHub(first, (hub) => hub.query('SELECT id FROM kept.rows'));
    expect(again).toEqual([{ id: 42 }]);

    const running = await runningIdentities();
    child.kill('SIGKILL');
    await once(child, 'exit');
    const gone = () => !running.some(isAlive);
    expect(await waitFor(gone, { what: 'the end of all services', timeoutMs: 150_000 })).toBe(true);
    expect((await statusOf('kafka')).state).toBe('stopped');
  });

  test('starts over a killed one, anew when asked for a fresh start, beside other programs', async () => {
    await stack.up({ fresh: true });
    const endpoints = await stack.endpoints();
    const databases = await withHub(endpoints, (hub) => hub.query("SHOW DATABASES LIKE 'kept'"));
    expect(databases).toEqual([]);
    await stack.superviseProcess({
      name: 'beside',
      command: 'sleep',
      args: ['600'],
      logFile: join(home, 'logs', 'beside.log'),
      restart: 'always',
    });
    expect(await statusOf('beside')).toMatchObject({ state: 'healthy', restarts: 0 });
    // The record of what runs is written a moment after it does.
    const running = await waitFor(
      async () => {
        const found = await runningIdentities();
        return found.length > SERVICES && found;
      },
      { what: 'the record of all programs', timeoutMs: 150_000 },
    );
    expect(running).toHaveLength(SERVICES + 1);
    await stack.down();
    expect(running.filter(isAlive)).toEqual([]);
  });
});
