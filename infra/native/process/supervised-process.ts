/**
 * One program kept alive: started, watched, restarted with a growing delay when it dies, and
 * ended when asked. It runs in a session of its own, so that Ctrl-C reaches only the supervisor,
 * and the kernel kills it when the supervisor dies, where `setpriv` is there to ask for that.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, renameSync, statSync } from 'node:fs';
import { mkdir, readlink, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BusError, isBusError, messageOf } from '../../../bus/base/errors.ts';
import { waitFor } from '../../../bus/base/retry.ts';
import type { ServiceState } from '../../stack.ts';
import { type ProcessIdentity, endProcess, identityOf } from './identity.ts';

export type ProcessSpec = {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly logFile: string;
  readonly restart: 'always' | 'never';
  /** What asks it to end; default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals;
  /** How long it may take to end by itself before it is killed. Default 20 s. */
  readonly graceMs?: number;
  /** True once the program serves; probed until then. Without it, running is healthy. */
  readonly health?: () => Promise<boolean>;
  /** Limit of one start, for programs that hang; those that end are noticed at once. Default 3 min. */
  readonly healthTimeoutMs?: number;
  /** Shown in status. */
  readonly address?: string;
};

export type ProcessStatus = {
  readonly name: string;
  readonly state: ServiceState;
  readonly identity?: ProcessIdentity;
  readonly restarts: number;
  readonly logFile: string;
  readonly address?: string;
  readonly detail?: string;
};

export type WatchOptions = {
  readonly onChange: () => void;
  /** Program and arguments put before the command, e.g. setpriv. */
  readonly launcher: readonly string[];
  readonly restartDelayMs?: number;
};

const GRACE_MS = 20_000;
const HEALTH_TIMEOUT_MS = 180_000;
const RESTART_DELAY_MS = 250;
const RESTART_DELAY_MS_MAX = 10_000;
/** Deaths in a row without having been healthy, after which a program counts as failed. */
const DEATHS_MAX = 6;
/** During the very first start a program that ends this often is not tried further. */
const FIRST_DEATHS_MAX = 2;
const LOG_BYTES_MAX = 32 * 1024 * 1024;

export class SupervisedProcess {
  readonly spec: ProcessSpec;
  readonly #options: WatchOptions;
  readonly #stopping = new AbortController();
  #state: ServiceState = 'stopped';
  #detail: string | undefined;
  #identity: ProcessIdentity | undefined;
  #restarts = 0;
  #wasHealthy = false;
  #loop: Promise<void> | undefined;

  constructor(spec: ProcessSpec, options: WatchOptions) {
    this.spec = spec;
    this.#options = options;
  }

  status(): ProcessStatus {
    return {
      name: this.spec.name,
      state: this.#state,
      ...(this.#identity ? { identity: this.#identity } : {}),
      restarts: this.#restarts,
      logFile: this.spec.logFile,
      ...(this.spec.address === undefined ? {} : { address: this.spec.address }),
      ...(this.#detail === undefined ? {} : { detail: this.#detail }),
    };
  }

  /** Starts it and resolves once healthy. Throws STACK_SERVICE_FAILED when it does not get there. */
  async start(): Promise<void> {
    await mkdir(dirname(this.spec.logFile), { recursive: true });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#loop = this.#run({ healthy: resolve, failed: reject });
    await promise;
  }

  /** Ends it and resolves when it is gone; it is not restarted. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    if (this.#identity) {
      await this.#end(this.#identity);
    }
    await this.#loop;
    if (this.#state !== 'failed') this.#become('stopped');
  }

  async #run(first: { healthy: () => void; failed: (error: Error) => void }): Promise<void> {
    let deaths = 0;
    for (;;) {
      const life = await this.#live(first.healthy);
      if (this.#stopping.signal.aborted) return first.failed(new BusError('BUS_ABORTED'));
      deaths = life.wasHealthy ? 1 : deaths + 1;
      const limit = this.#wasHealthy ? DEATHS_MAX : FIRST_DEATHS_MAX;
      if (this.spec.restart === 'never' || deaths >= limit) {
        const failed = this.spec.restart === 'always' || life.exitCode !== 0;
        this.#become(failed ? 'failed' : 'stopped', life.how);
        return first.failed(this.#failure(life.how));
      }
      this.#restarts++;
      this.#become('restarting', life.how);
      await this.#pause(deaths);
      if (this.#stopping.signal.aborted) return;
    }
  }

  /** From spawn to exit. */
  async #live(onHealthy: () => void): Promise<Life> {
    this.#become(this.#restarts > 0 ? 'restarting' : 'starting');
    const child = this.#spawn();
    const life: { -readonly [K in keyof Life]: Life[K] } = {
      wasHealthy: false,
      exitCode: null,
      how: '',
    };
    const exited = new Promise<void>((resolve) => {
      child.once('error', (error) => {
        life.how = messageOf(error);
        resolve();
      });
      child.once('exit', (code, signal) => {
        life.exitCode = code;
        life.how ||= signal === null ? `ended with exit code ${code}` : `ended by ${signal}`;
        resolve();
      });
    });
    this.#identity = child.pid === undefined ? undefined : identityOf(child.pid);
    this.#options.onChange();
    const gone = new AbortController();
    void exited.then(() => gone.abort());
    try {
      await this.#untilHealthy(gone.signal);
      life.wasHealthy = true;
      this.#wasHealthy = true;
      this.#become('healthy');
      onHealthy();
    } catch (error) {
      // Ended or asked to stop while it was waited for: the exit below says so.
      if (isBusError(error, 'BUS_TIMEOUT') && this.#identity) {
        life.how = messageOf(error);
        await this.#end(this.#identity);
      }
    }
    await exited;
    endGroup(child.pid);
    this.#identity = undefined;
    return life;
  }

  async #end(identity: ProcessIdentity): Promise<void> {
    const { graceMs = GRACE_MS, stopSignal } = this.spec;
    await endProcess(identity, { graceMs, signal: stopSignal });
  }

  async #untilHealthy(gone: AbortSignal): Promise<void> {
    const health = this.spec.health ?? (() => this.#isExecuting());
    await waitFor(health, {
      what: `"${this.spec.name}" to serve`,
      timeoutMs: this.spec.healthTimeoutMs ?? HEALTH_TIMEOUT_MS,
      intervalMs: 100,
      signal: AbortSignal.any([gone, this.#stopping.signal]),
    });
    gone.throwIfAborted();
  }

  /** True once the launcher has become the program, which it may also fail to find. */
  async #isExecuting(): Promise<boolean> {
    const [launcher] = this.#options.launcher;
    if (launcher === undefined || !this.#identity) return true;
    const { pid } = this.#identity;
    return (await readlink(`/proc/${pid}/exe`)) !== (await realpath(launcher));
  }

  #spawn(): ChildProcess {
    const { spec } = this;
    rotate(spec.logFile);
    const log = openSync(spec.logFile, 'a', 0o600);
    try {
      const [program, ...args] = [...this.#options.launcher, spec.command, ...spec.args];
      return spawn(program ?? spec.command, args, {
        cwd: spec.cwd,
        detached: true,
        stdio: ['ignore', log, log],
      });
    } finally {
      closeSync(log);
    }
  }

  async #pause(deaths: number): Promise<void> {
    const base = this.#options.restartDelayMs ?? RESTART_DELAY_MS;
    const delayMs = Math.min(RESTART_DELAY_MS_MAX, base * 2 ** (deaths - 1));
    const until = Date.now() + delayMs;
    await waitFor(() => Date.now() >= until, {
      what: 'the restart delay',
      timeoutMs: delayMs + 1_000,
      signal: this.#stopping.signal,
    }).catch(() => undefined);
  }

  #failure(why: string): BusError {
    const { name, logFile } = this.spec;
    return new BusError('STACK_SERVICE_FAILED', { service: name, why, logFile });
  }

  #become(state: ServiceState, detail?: string): void {
    this.#state = state;
    this.#detail = detail;
    this.#options.onChange();
  }
}

type Life = {
  readonly wasHealthy: boolean;
  readonly exitCode: number | null;
  readonly how: string;
};

/** What the program started and left behind: it leads a process group of its own. */
function endGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // Nobody is left.
  }
}

/** One old log is kept; a log never grows without bound over restarts. */
function rotate(logFile: string): void {
  try {
    if (statSync(logFile).size > LOG_BYTES_MAX) renameSync(logFile, `${logFile}.1`);
  } catch {
    // No log yet.
  }
}
