/**
 * The stack run from jars and server binaries, without root and without a container engine.
 * `up` makes the calling process the supervisor of its home until `down`; other processes
 * read the home's files and may ask the supervisor to end.
 */
import { readFile, rm } from 'node:fs/promises';
import { BusError } from '../../bus/base/errors.ts';
import { createLog, type Log } from '../../bus/base/log.ts';
import type {
  DatabaseEndpoint,
  ServiceName,
  ServiceStatus,
  Stack,
  StackEndpoints,
} from '../stack.ts';
import { ensureCache } from './cache/cache.ts';
import { checkDiskSpace } from './disk.ts';
import { readJson, writeJson } from './files.ts';
import { ensureSecrets, type Home, homeAt, prepareHome, type Secrets } from './home.ts';
import { choosePorts, type Ports } from './ports.ts';
import { checkPrerequisites } from './prerequisites.ts';
import { type FileLock, lockHolder, tryLock } from './process/file-lock.ts';
import { endProcess, isAlive } from './process/identity.ts';
import type { ProcessSpec, ProcessStatus } from './process/supervised-process.ts';
import { readState, reapLeftovers, Supervisor } from './process/supervisor.ts';
import { CONNECT_GROUP, CONNECT_REST_USER, prepareConnect } from './services/connect-service.ts';
import { grantConnect } from './services/kafka-access.ts';
import { prepareKafka } from './services/kafka-service.ts';
import { prepareMariadb } from './services/mariadb-service.ts';
import { enforceCompatibility, prepareRegistry } from './services/registry-service.ts';

export type NativeStackOptions = {
  /** The folder of data, logs and secrets; absent ones are made. */
  readonly home: string;
  /** The folder shared by all homes of this user for what is downloaded. */
  readonly cacheRoot: string;
  /** Ports asked for by name; others are chosen. */
  readonly ports?: Partial<Ports<PortName>>;
  readonly log?: Log;
};

const PORT_NAMES = [
  'kafka',
  'kafka-controller',
  'connect',
  'registry',
  'providers',
  'hub',
  'subscribers',
] as const;
export type PortName = (typeof PORT_NAMES)[number];

const DATABASES = ['providers', 'hub', 'subscribers'] as const;
const SERVICES: readonly ServiceName[] = ['kafka', 'connect', 'registry', ...DATABASES];
/** Connect before the broker it writes to; databases after everything that reads them. */
const STOP_ORDER: readonly ServiceName[] = ['connect', 'registry', 'kafka', ...DATABASES];
const HOME_BYTES = 2_000 * 1024 * 1024;
const SUPERVISOR_GRACE_MS = 90_000;

export interface NativeStack extends Stack {
  /** Keeps one more program alive beside the services, until `down`. Only after `up` here. */
  superviseProcess(spec: ProcessSpec): Promise<void>;
  /** Ends one such program. */
  stopProcess(name: string): Promise<void>;
}

export function createNativeStack(options: NativeStackOptions): NativeStack {
  return new NativeStackRunner(options);
}

type UpOptions = NonNullable<Parameters<Stack['up']>[0]>;

class NativeStackRunner implements NativeStack {
  readonly #options: NativeStackOptions;
  readonly #home: Home;
  #running: { readonly supervisor: Supervisor; readonly lock: FileLock } | undefined;

  constructor(options: NativeStackOptions) {
    this.#options = options;
    this.#home = homeAt(options.home);
  }

  async up({ fresh = false, onProgress }: UpOptions = {}): Promise<StackEndpoints> {
    await checkPrerequisites();
    const lock = await this.#lockHome();
    let supervisor: Supervisor | undefined;
    try {
      await reapLeftovers(this.#home.stateFile);
      await prepareHome(this.#home, { fresh });
      await checkDiskSpace(this.#home.folder, HOME_BYTES);
      supervisor = new Supervisor({
        stateFile: this.#home.stateFile,
        log: this.#options.log ?? createLog({ file: this.#home.logFile('supervisor') }),
        onChange: (status) => onProgress?.(serviceStatus(status)),
      });
      this.#running = { supervisor, lock };
      return await this.#start(supervisor);
    } catch (error) {
      this.#running = undefined;
      await supervisor?.stopAll(STOP_ORDER);
      await lock.release();
      throw error;
    }
  }

  async down(): Promise<void> {
    if (this.#running) {
      const { supervisor, lock } = this.#running;
      await supervisor.stopAll(STOP_ORDER);
      this.#running = undefined;
      await rm(this.#home.endpointsFile, { force: true });
      await lock.release();
      return;
    }
    const holder = await lockHolder(this.#home.lockFile);
    if (holder) await endProcess(holder, { graceMs: SUPERVISOR_GRACE_MS });
    await reapLeftovers(this.#home.stateFile);
    await rm(this.#home.endpointsFile, { force: true });
  }

  async status(): Promise<readonly ServiceStatus[]> {
    const known = this.#running?.supervisor.status() ?? (await this.#recordedStatus());
    const rest = SERVICES.filter((name) => !known.some((status) => status.name === name));
    const absent = rest.map((name) => ({ name, state: 'absent', restarts: 0 }) as const);
    return [...known.map(serviceStatus), ...absent];
  }

  async logs(service: string, lines: number): Promise<string> {
    const known = (await this.#recordedStatus()).map(({ name }) => name);
    if (![...SERVICES, 'supervisor', ...known].includes(service)) {
      const all = [...new Set([...SERVICES, 'supervisor', ...known])].join(', ');
      throw new BusError('STACK_LOG_UNKNOWN', { service, known: all });
    }
    const text = await readFile(this.#home.logFile(service), 'utf8').catch(() => '');
    return text.trimEnd().split('\n').slice(-lines).join('\n');
  }

  async endpoints(): Promise<StackEndpoints> {
    const found = await readJson(this.#home.endpointsFile);
    const alive = this.#running ?? (await lockHolder(this.#home.lockFile));
    if (!alive || found === undefined) {
      throw new BusError('STACK_NOT_RUNNING', { home: this.#home.folder });
    }
    return found as StackEndpoints;
  }

  async superviseProcess(spec: ProcessSpec): Promise<void> {
    if (!this.#running) throw new BusError('STACK_NOT_RUNNING', { home: this.#home.folder });
    await this.#running.supervisor.superviseProcess(spec);
  }

  async stopProcess(name: string): Promise<void> {
    await this.#running?.supervisor.stop(name);
  }

  async #lockHome(): Promise<FileLock> {
    const answer = await tryLock(this.#home.lockFile);
    if (answer.kind === 'taken') return answer.lock;
    const details = { home: this.#home.folder, pid: answer.holder.pid };
    throw new BusError('STACK_RUNNING', details);
  }

  async #start(supervisor: Supervisor): Promise<StackEndpoints> {
    const home = this.#home;
    const preparing = (detail: string) => {
      for (const name of SERVICES) {
        const logFile = home.logFile(name);
        supervisor.note({ name, state: 'preparing', restarts: 0, logFile, detail });
      }
    };
    const cache = await ensureCache(this.#options.cacheRoot, { onStep: preparing });
    const secrets = await ensureSecrets(home);
    const ports = await choosePorts({
      file: home.portsFile,
      names: PORT_NAMES,
      ...(this.#options.ports ? { wanted: this.#options.ports } : {}),
    });
    const setup = { home, cache, secrets };
    const kafkaThenConnect = async () => {
      const kafka = { clientPort: ports.kafka, controllerPort: ports['kafka-controller'] };
      await supervisor.superviseProcess(await prepareKafka({ ...setup, ...kafka }));
      await grantConnect({ port: ports.kafka, secrets });
      const connect = { port: ports.connect, brokerPort: ports.kafka };
      await supervisor.superviseProcess(await prepareConnect({ ...setup, ...connect }));
    };
    const registry = async () => {
      const registrySetup = { ...setup, port: ports.registry };
      await supervisor.superviseProcess(await prepareRegistry(registrySetup));
      await enforceCompatibility(registrySetup);
    };
    const database = async (name: (typeof DATABASES)[number]) => {
      const rootPassword = secrets[`${name}-root`];
      const spec = await prepareMariadb({ name, home, cache, rootPassword, port: ports[name] });
      await supervisor.superviseProcess(spec);
    };
    await Promise.all([kafkaThenConnect(), registry(), ...DATABASES.map(database)]);
    const endpoints = endpointsOf(home, ports);
    await writeJson(home.endpointsFile, endpoints);
    await supervisor.flush();
    return endpoints;
  }

  async #recordedStatus(): Promise<ProcessStatus[]> {
    const state = await readState(this.#home.stateFile);
    return (state?.processes ?? []).map((status) => {
      const { identity, detail, address, ...rest } = status;
      const alive = identity !== undefined && isAlive(identity);
      const shown = {
        ...rest,
        ...(address === undefined ? {} : { address }),
        ...(detail === undefined ? {} : { detail }),
      };
      return alive ? { ...shown, identity } : { ...shown, state: notAlive(rest.state) };
    });
  }
}

/** A recorded state whose process is gone, because its supervisor was killed too. */
function notAlive(state: ProcessStatus['state']): ProcessStatus['state'] {
  return state === 'failed' ? 'failed' : 'stopped';
}

function serviceStatus(status: ProcessStatus): ServiceStatus {
  const { identity, ...rest } = status;
  return { ...rest, ...(identity ? { pid: identity.pid } : {}) } as ServiceStatus;
}

function endpointsOf(home: Home, ports: Ports<PortName>): StackEndpoints {
  const host = '127.0.0.1';
  const login = (user: string, secret: keyof Secrets) => ({
    user,
    passwordFile: home.secretFile(secret),
  });
  const database = (name: (typeof DATABASES)[number]): DatabaseEndpoint => ({
    host,
    port: ports[name],
    root: login('root', `${name}-root`),
  });
  const registry = `http://${host}:${ports.registry}`;
  return {
    version: 1,
    home: home.folder,
    kafka: {
      brokers: [`${host}:${ports.kafka}`],
      mechanism: 'scram-sha-512',
      admin: login('admin', 'kafka-admin'),
    },
    connect: {
      url: `http://${host}:${ports.connect}`,
      login: login(CONNECT_REST_USER, 'connect-ops'),
      secretsFolder: home.connectorSecrets,
      groupId: CONNECT_GROUP,
    },
    registry: {
      url: `${registry}/apis/ccompat/v7`,
      nativeUrl: `${registry}/apis/registry/v2`,
      reader: login('reader', 'registry-reader'),
      developer: login('developer', 'registry-developer'),
      operator: login('operator', 'registry-operator'),
    },
    databases: {
      providers: database('providers'),
      hub: database('hub'),
      subscribers: database('subscribers'),
    },
  };
}
