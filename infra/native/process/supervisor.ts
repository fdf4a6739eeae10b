/**
 * The processes of one home. Everything it does is noted in `<home>/state.json` at once, with
 * pid and start time, so that a later command can show it, and end what a killed supervisor
 * left behind on machines whose kernel does not do that by itself.
 */
import { accessSync, constants } from 'node:fs';
import { z } from 'zod';
import { BusError, messageOf } from '../../../bus/base/errors.ts';
import type { Log } from '../../../bus/base/log.ts';
import type { ServiceState } from '../../stack.ts';
import { readJson, writeJson } from '../files.ts';
import { endProcess, identityOf, isAlive, processIdentitySchema } from './identity.ts';
import { type ProcessSpec, type ProcessStatus, SupervisedProcess } from './supervised-process.ts';

const STATES = [
  'absent',
  'preparing',
  'starting',
  'healthy',
  'restarting',
  'failed',
  'stopped',
] as const satisfies readonly ServiceState[];

const stateFileSchema = z.object({
  version: z.literal(1),
  supervisor: processIdentitySchema.optional(),
  processes: z.array(
    z.object({
      name: z.string(),
      state: z.enum(STATES),
      identity: processIdentitySchema.exactOptional(),
      restarts: z.number(),
      logFile: z.string(),
      address: z.string().exactOptional(),
      detail: z.string().exactOptional(),
    }),
  ),
});
export type StateFile = z.infer<typeof stateFileSchema>;

/** What is noted of a home; undefined when nothing readable is there. */
export async function readState(file: string): Promise<StateFile | undefined> {
  return stateFileSchema.safeParse(await readJson(file)).data;
}

/** Ends every recorded process that still lives; answers the names of those it found. */
export async function reapLeftovers(file: string): Promise<string[]> {
  const state = await readState(file);
  const alive = (state?.processes ?? []).flatMap(({ name, identity }) =>
    identity && isAlive(identity) ? [{ name, identity }] : [],
  );
  await Promise.all(alive.map(({ identity }) => endProcess(identity, { graceMs: REAP_GRACE_MS })));
  return alive.map(({ name }) => name);
}

const REAP_GRACE_MS = 20_000;
const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv'];

export type SupervisorOptions = {
  readonly stateFile: string;
  readonly log: Log;
  readonly onChange?: (status: ProcessStatus) => void;
};

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #launcher: readonly string[];
  readonly #processes = new Map<string, SupervisedProcess>();
  readonly #shown = new Map<string, string>();
  /** Shown for services that have no process yet. */
  readonly #notes = new Map<string, ProcessStatus>();
  #ending = false;
  #dirty = false;
  #writing: Promise<void> | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#launcher = deathSignalLauncher();
  }

  /** Starts a process and keeps it alive until `stop` or `stopAll`; resolves once it is healthy. */
  async superviseProcess(spec: ProcessSpec): Promise<void> {
    if (this.#ending) throw new BusError('BUS_ABORTED');
    const running = this.#processes.get(spec.name);
    if (running && !['failed', 'stopped'].includes(running.status().state)) {
      throw new BusError('BUS_BUG', { what: `process "${spec.name}" is supervised already` });
    }
    const { name } = spec;
    const supervised = new SupervisedProcess(spec, {
      launcher: this.#launcher,
      onChange: () => this.#changed(name),
    });
    this.#processes.set(name, supervised);
    await supervised.start();
  }

  /** Notes the state of something that is being prepared and has no process yet. */
  note(status: ProcessStatus): void {
    this.#notes.set(status.name, status);
    this.#changed(status.name);
  }

  async stop(name: string): Promise<void> {
    await this.#processes.get(name)?.stop();
  }

  /** Ends all, and nothing starts any more: processes not in `order` first, then `order` one by one. */
  async stopAll(order: readonly string[]): Promise<void> {
    this.#ending = true;
    const others = [...this.#processes.keys()].filter((name) => !order.includes(name));
    await this.#stopTogether(others);
    for (const name of order) await this.#stopTogether([name]);
    await this.flush();
  }

  async #stopTogether(names: readonly string[]): Promise<void> {
    const results = await Promise.allSettled(names.map((name) => this.stop(name)));
    for (const [index, result] of results.entries()) {
      if (result.status === 'fulfilled') continue;
      const fields = { process: names[index], error: messageOf(result.reason) };
      this.#options.log.error(fields, 'stopping a process failed');
    }
  }

  status(): ProcessStatus[] {
    const known = new Map([...this.#notes].map(([name, note]) => [name, note]));
    for (const [name, supervised] of this.#processes) known.set(name, supervised.status());
    return [...known.values()];
  }

  /** Resolves when the state file says what `status` says. */
  async flush(): Promise<void> {
    this.#dirty = true;
    this.#writing ??= this.#write();
    await this.#writing;
  }

  #changed(name: string): void {
    const status = this.#processes.get(name)?.status() ?? this.#notes.get(name);
    if (!status) return;
    const { state, detail = '', identity, restarts } = status;
    const key = [state, detail, identity?.pid, restarts].join('|');
    if (this.#shown.get(name) === key) return;
    this.#shown.set(name, key);
    const fields = { process: name, state, pid: identity?.pid, restarts, detail };
    this.#options.log.info(fields, 'process state');
    this.#options.onChange?.(status);
    void this.flush();
  }

  async #write(): Promise<void> {
    try {
      while (this.#dirty) {
        this.#dirty = false;
        await writeJson(this.#options.stateFile, {
          version: 1,
          supervisor: identityOf(process.pid),
          processes: this.status(),
        } satisfies StateFile);
      }
    } catch (error) {
      this.#options.log.error({ error: messageOf(error) }, 'writing the state file failed');
    } finally {
      this.#writing = undefined;
    }
  }
}

/** Lets the kernel kill a child whose supervisor died, so that not even kill -9 leaves one behind. */
function deathSignalLauncher(): string[] {
  for (const program of SETPRIV) {
    try {
      accessSync(program, constants.X_OK);
      return [program, '--pdeathsig', 'KILL', '--'];
    } catch {
      // Not here.
    }
  }
  return [];
}
