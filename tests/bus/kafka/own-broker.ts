/**
 * A broker that belongs to one test file, because it is killed there: the same settings as in
 * the stack, in a temporary home. It ends with the file.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { must } from '../../../bus/base/assert.ts';
import { silentLog } from '../../../bus/base/log.ts';
import { waitFor } from '../../../bus/base/retry.ts';
import type { KafkaSettings } from '../../../bus/kafka/settings.ts';
import { ensureCache } from '../../../infra/native/cache/cache.ts';
import { defaultCacheRoot } from '../../../infra/native/cache/cache-root.ts';
import { ensureSecrets, homeAt, prepareHome } from '../../../infra/native/home.ts';
import { choosePorts } from '../../../infra/native/ports.ts';
import { signalProcess } from '../../../infra/native/process/identity.ts';
import { Supervisor } from '../../../infra/native/process/supervisor.ts';
import { prepareKafka } from '../../../infra/native/services/kafka-service.ts';

export type OwnBroker = {
  readonly settings: KafkaSettings;
  /** Kills the broker as a power cut would, and resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again on its data; resolves when it serves. */
  start(): Promise<void>;
};

const GONE_MS = 10_000;

/** Call once at the top of a test file, outside of any test. */
export async function ownBroker(): Promise<OwnBroker> {
  const folder = await mkdtemp(join(tmpdir(), 'civicbus-broker-'));
  const home = homeAt(join(folder, 'home'));
  await prepareHome(home, { fresh: true });
  const secrets = await ensureSecrets(home);
  const cache = await ensureCache(defaultCacheRoot(process.env['XDG_CACHE_HOME']), {
    onStep() {},
  });
  const names = ['kafka', 'kafkaController'] as const;
  const ports = await choosePorts({ file: home.portsFile, names });
  const spec = await prepareKafka({
    home,
    cache,
    secrets,
    clientPort: ports.kafka,
    controllerPort: ports.kafkaController,
  });
  const supervisor = new Supervisor({ stateFile: home.stateFile, log: silentLog });
  afterAll(async () => {
    await supervisor.stopAll([]);
    await rm(folder, { recursive: true, force: true });
  });
  const start = () => supervisor.superviseProcess({ ...spec, restart: 'never' });
  const state = () => supervisor.status().find(({ name }) => name === spec.name);
  await start();
  return {
    settings: {
      brokers: [`127.0.0.1:${ports.kafka}`],
      user: 'admin',
      password: secrets['kafka-admin'],
      clientId: 'own-broker',
      log: silentLog,
    },
    start,
    async kill() {
      signalProcess(must(state()?.identity, 'the broker runs'), 'SIGKILL');
      const gone = () => state()?.state === 'failed' || state()?.state === 'stopped';
      await waitFor(gone, { what: 'the broker to be gone', timeoutMs: GONE_MS });
    },
  };
}
