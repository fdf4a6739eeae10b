/**
 * Global set-up of the integration tests: the stack that CIVICBUS_TEST_ENDPOINTS names, else a
 * fresh one of their own in a temporary home, which is taken down at the end. A process of it
 * that is still there afterwards fails the run.
 */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { createLog } from '../../bus/base/log.ts';
import { readSecretFile } from '../../bus/base/secrets.ts';
import { createConnectCluster } from '../../bus/connect/rest/rest-cluster.ts';
import { createKafkaBus } from '../../bus/kafka/kafkajs/kafkajs-bus.ts';
import { copyFromTheStart } from '../../connectors/empty-position.ts';
import { keepSourcesRunning } from '../../connectors/keep-running.ts';
import { defaultCacheRoot } from '../../infra/native/cache/cache-root.ts';
import { createNativeStack } from '../../infra/native/native-stack.ts';
import { isAlive, type ProcessIdentity } from '../../infra/native/process/identity.ts';
import { readState } from '../../infra/native/process/supervisor.ts';
import { givenEndpointsFile, readEndpoints } from './endpoints.ts';

const LOG_LINES_SHOWN = 40;

export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = givenEndpointsFile();
  if (given !== undefined) {
    await readEndpoints(given);
    project.provide('endpointsFile', given);
    return undefined;
  }
  const root = join(project.config.root, '.civicbus');
  await mkdir(root, { recursive: true });
  const home = await mkdtemp(join(root, 'test-'));
  const stack = createNativeStack({
    home,
    cacheRoot: defaultCacheRoot(process.env['XDG_CACHE_HOME']),
  });
  try {
    await stack.up();
  } catch (error) {
    await showLogs(home);
    throw error;
  }
  project.provide('endpointsFile', join(home, 'endpoints.json'));
  const keeper = await startKeeper(join(home, 'endpoints.json'));
  return async () => {
    await keeper.stop();
    const started = await startedProcesses(home);
    await stack.down();
    const leaked = started.filter(({ identity }) => isAlive(identity));
    if (leaked.length > 0) {
      const names = leaked.map(({ name, identity }) => `${name} (pid ${identity.pid})`).join(', ');
      throw new Error(`Left behind by the stack of the tests: ${names}.`);
    }
    await rm(home, { recursive: true });
  };
}

/** As beside every running stack: a task that a busy moment made fail is started again. */
async function startKeeper(endpointsFile: string): Promise<{ stop(): Promise<void> }> {
  const endpoints = await readEndpoints(endpointsFile);
  const log = createLog({ level: 'warn' });
  const connect = createConnectCluster({
    url: endpoints.connect.url,
    user: endpoints.connect.login.user,
    password: await readSecretFile(endpoints.connect.login.passwordFile),
  });
  const { brokers, admin } = endpoints.kafka;
  const password = await readSecretFile(admin.passwordFile);
  const kafka = createKafkaBus({ brokers, user: admin.user, password, clientId: 'keeper', log });
  const end = new AbortController();
  const running = keepSourcesRunning({
    connect,
    recapture: (connector) => copyFromTheStart(connector, { connect, kafka }),
    log,
    signal: end.signal,
  });
  return {
    stop: async () => {
      end.abort();
      await running;
    },
  };
}

async function startedProcesses(
  home: string,
): Promise<{ readonly name: string; readonly identity: ProcessIdentity }[]> {
  const state = await readState(join(home, 'state.json'));
  return (state?.processes ?? []).flatMap(({ name, identity }) =>
    identity ? [{ name, identity }] : [],
  );
}

/** A stack that does not come up is explained where the run is read, not only in a folder. */
async function showLogs(home: string): Promise<void> {
  for (const { name, state, logFile } of (await readState(join(home, 'state.json')))?.processes ??
    []) {
    if (state === 'healthy') continue;
    const lines = (await readFile(logFile, 'utf8').catch(() => '')).trimEnd().split('\n');
    process.stderr.write(`--- ${name} (${state})\n${lines.slice(-LOG_LINES_SHOWN).join('\n')}\n`);
  }
}
