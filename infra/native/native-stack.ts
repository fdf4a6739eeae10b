/**
 * The stack run from jars and server binaries, without root and without a container engine.
 * `up` makes the calling process the supervisor of its home until `down`; other processes
 * read the home's files and may ask the supervisor to end.
 */
import { readFile, rm } from 'node:fs/promises';
import { BusError } from '../../bus/base/errors.ts';
import { createLog, type Log } from '../../bus/base/log.ts';
import type { ServiceName, ServiceStatus, Stack, StackEndpoints } from '../stack.ts';
import { ensureCache } from './cache/cache.ts';
import { checkDiskSpace } from './disk.ts';
import { DATABASES, endpointsOf, PORT_NAMES, type PortName } from './endpoints.ts';
import { readJson, writeJson } from './files.ts';
import { ensureSecrets, type Home, homeAt, prepareHome } from './home.ts';
import { choosePorts, type Ports } from './ports.ts';
import { checkPrerequisites } from './prerequisites.ts';
import { type FileLock, lockHolder, tryLock } from './process/file-lock.ts';
import { endProcess, isAlive } from './process/identity.ts';
import type { ProcessSpec, ProcessStatus } from './process/supervised-process.ts';
import { readState, reapLeftovers, Supervisor } from './process/supervisor.ts';
import { startServices } from './services/start-services.ts';

export type NativeStackOptions = {
  /** The folder of data, logs and secrets; an absent one is made. */
  readonly home: string;
  /** The folder shared by all homes of this user for what is downloaded. */
  readonly cacheRoot: string;
  /** Ports asked for by name; the others are chosen. */
  readonly ports?: Partial<Ports<PortName>>;
  readonly log?: Log;
  /** The worker also loads the JDBC sink and lets it size its polls; only the benchmark's peer needs that. */
  readonly jdbcSink?: boolean;
};

export interface NativeStack extends Stack {
  /** Keeps one more program alive beside the services, until `down`. Only in the process that ran `up`. */
  superviseProcess(spec: ProcessSpec): Promise<void>;
  /** Ends one such program. */
  stopProcess(name: string): Promise<void>;
}

export function createNativeStack(options: NativeStackOptions): NativeStack {
  return new NativeStackRunner(options);
}

const SERVICES: readonly ServiceName[] = [
  'kafka',
  'connect',
  'registry',
  ...DATABASES,
  'registers',
];
/** The worker before the broker it writes to; databases after everything that reads them. */
const STOP_ORDER: readonly ServiceName[] = [
  'connect',
  'registry',
  'kafka',
  ...DATABASES,
  'registers',
];
/** Least free space for a start: an empty home takes some 700 MB. */
const HOME_BYTES = 2_000 * 1024 * 1024;
const SUPERVISOR_GRACE_MS = 90_000;

type UpOptions = NonNullable<Parameters<Stack['up']>[0]>;
type Running = { readonly supervisor: Supervisor; readonly lock: FileLock };

class NativeStackRunner implements NativeStack {
  readonly #options: NativeStackOptions;
  readonly #home: Home;
  #running: Running | undefined;

  constructor(options: NativeStackOptions) {
    this.#options = options;
    this.#home = homeAt(options.home);
  }

  async up({ fresh = false, onProgress }: UpOptions = {}): Promise<StackEndpoints> {
    await checkPrerequisites();
    const lock = await this.#lockHome();
    try {
      await reapLeftovers(this.#home.stateFile);
      await prepareHome(this.#home, { fresh });
      await checkDiskSpace(this.#home.folder, HOME_BYTES);
      const supervisor = new Supervisor({
        stateFile: this.#home.stateFile,
        log: this.#options.log ?? createLog({ file: this.#home.logFile('supervisor') }),
        onChange: (status) => onProgress?.(serviceStatus(status)),
      });
      this.#running = { supervisor, lock };
      return await this.#start(supervisor);
    } catch (error) {
      await this.#end({ lock, ...this.#running });
      throw error;
    }
  }

  async down(): Promise<void> {
    if (this.#running) return await this.#end(this.#running);
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
    const recorded = (await this.#recordedStatus()).map(({ name }) => name);
    const known = [...new Set([...SERVICES, 'supervisor', ...recorded])];
    if (!known.includes(service)) {
      throw new BusError('STACK_LOG_UNKNOWN', { service, known: known.join(', ') });
    }
    const text = await readFile(this.#home.logFile(service), 'utf8').catch(() => '');
    return text.trimEnd().split('\n').slice(-lines).join('\n');
  }

  async endpoints(): Promise<StackEndpoints> {
    const found = await readJson(this.#home.endpointsFile);
    const alive = this.#running ?? (await lockHolder(this.#home.lockFile));
    if (alive && found !== undefined) return found as StackEndpoints;
    throw new BusError('STACK_NOT_RUNNING', { home: this.#home.folder });
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
    preparing('checking what is downloaded');
    const cache = await ensureCache(this.#options.cacheRoot, { onStep: preparing });
    const secrets = await ensureSecrets(home);
    const wanted = this.#options.ports ?? {};
    const ports = await choosePorts({ file: home.portsFile, names: PORT_NAMES, wanted });
    const { jdbcSink = false } = this.#options;
    const starts = startServices(supervisor, { home, cache, secrets, ports, jdbcSink });
    try {
      await Promise.all(starts);
    } catch (error) {
      await supervisor.stopAll(STOP_ORDER);
      await Promise.allSettled(starts);
      throw error;
    }
    const endpoints = endpointsOf(home, ports);
    await writeJson(home.endpointsFile, endpoints);
    await supervisor.flush();
    return endpoints;
  }

  async #end({ supervisor, lock }: Partial<Running> & Pick<Running, 'lock'>): Promise<void> {
    await rm(this.#home.endpointsFile, { force: true });
    await supervisor?.stopAll(STOP_ORDER);
    this.#running = undefined;
    await lock.release();
  }

  /** What the state file says, corrected where a process is gone because its supervisor was killed too. */
  async #recordedStatus(): Promise<ProcessStatus[]> {
    const state = await readState(this.#home.stateFile);
    return (state?.processes ?? []).map(({ identity, ...status }) => {
      if (identity !== undefined && isAlive(identity)) return { ...status, identity };
      return { ...status, state: status.state === 'failed' ? 'failed' : 'stopped' };
    });
  }
}

function serviceStatus({ identity, ...status }: ProcessStatus): ServiceStatus {
  return { ...status, ...(identity ? { pid: identity.pid } : {}) };
}
