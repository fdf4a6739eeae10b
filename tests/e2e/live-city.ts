/**
 * The city as a user starts it: `npm start` in a home of its own, driven through the commands a
 * person would type. The departments' work is done by the test itself, so that it can be ended
 * before the view is compared with what the departments' own tables say.
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BusError } from '../../bus/base/errors.ts';
import type { Lifetime } from '../../bus/base/lifecycle.ts';
import { silentLog } from '../../bus/base/log.ts';
import { waitFor } from '../../bus/base/retry.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import { createStackAccess, type StackAccess } from '../../cli/stack/access.ts';
import { openDepartments, requireCity } from '../../cli/stack/city.ts';
import type { StackEndpoints } from '../../infra/stack.ts';
import { DEPARTMENTS } from '../../producers/departments.ts';
import { comparePopulation } from '../../producers/population-compare.ts';
import { type CityCounters, runCity } from '../../producers/run-city.ts';
import { readSourceTables } from '../../producers/source-tables.ts';

export const PROJECT = join(import.meta.dirname, '..', '..');

export type Finished = {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type ProcessFacts = { readonly name: string; readonly state: string; readonly pid?: number };

export type LiveCity = {
  readonly home: string;
  readonly access: StackAccess;
  readonly hub: SqlDatabase;
  /** Runs a civicbus command against this city. */
  civicbus(...args: readonly string[]): Promise<Finished>;
  /** What the supervisor keeps alive, as `civicbus dev status` tells. */
  processes(): Promise<readonly ProcessFacts[]>;
  /** Lets the departments work until `stop`, through every outage of their server. */
  work(options: { readonly seed: number; readonly ratePerSecond: number }): Promise<Working>;
  /** Waits until the view equals the departments' tables, row by row; throws with the differences. */
  settled(timeoutMs: number): Promise<number>;
};

export type Working = { stop(): Promise<CityCounters> };

/** Runs a program to its end; its output is kept. */
export function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: PROJECT,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out = { stdout: '', stderr: '' };
    child.stdout.on('data', (data: Buffer) => (out.stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (out.stderr += data.toString()));
    child.on('error', reject);
    child.on('close', (exit) => resolve({ exit, ...out }));
  });
}

export function civicbusAt(home: string, ...args: readonly string[]): Promise<Finished> {
  return run(process.execPath, ['cli/civicbus.mjs', ...args, '--stack', home]);
}

/** `npm start -- --detach` with `flags`, in `home`. */
export function npmStart(home: string, ...flags: readonly string[]): Promise<Finished> {
  return run(process.execPath, ['infra/setup/start.mjs', '--detach', '--stack', home, ...flags]);
}

export async function newHome(name: string): Promise<string> {
  const root = join(PROJECT, '.civicbus');
  await mkdir(root, { recursive: true });
  return mkdtemp(join(root, `${name}-`));
}

/** Starts a fresh city without workload; `lifetime` takes it down and removes its home. */
export async function startCity(
  lifetime: Lifetime,
  { name, persons }: { readonly name: string; readonly persons: number },
): Promise<LiveCity> {
  const home = await newHome(name);
  lifetime.defer('home', async () => {
    const down = await civicbusAt(home, 'dev', 'down');
    if (down.exit === 0) await rm(home, { recursive: true });
  });
  const started = await npmStart(home, '--no-workload', '--persons', String(persons));
  if (started.exit !== 0)
    throw new Error(`npm start ended with ${started.exit}:\n${started.stdout}\n${started.stderr}`);
  return openCity(lifetime, home);
}

export async function openCity(lifetime: Lifetime, home: string): Promise<LiveCity> {
  const endpoints = JSON.parse(
    await readFile(join(home, 'endpoints.json'), 'utf8'),
  ) as StackEndpoints;
  const access = createStackAccess(endpoints, { lifetime, log: silentLog });
  const hub = access.open({ ...(await access.rootTarget('hub')), database: 'hub_population' });
  const city: LiveCity = {
    home,
    access,
    hub,
    civicbus: (...args) => civicbusAt(home, ...args),
    async processes() {
      const { stdout, stderr, exit } = await city.civicbus('dev', 'status', '-o', 'json');
      if (exit !== 0) throw new Error(`dev status: ${stderr}`);
      return (JSON.parse(stdout) as { items: ProcessFacts[] }).items;
    },
    work: (options) => letWork(city, lifetime, options),
    settled: (timeoutMs) => untilEqual(city, timeoutMs),
  };
  return city;
}

async function letWork(
  { access, home }: LiveCity,
  lifetime: Lifetime,
  { seed, ratePerSecond }: { readonly seed: number; readonly ratePerSecond: number },
): Promise<Working> {
  const { seed: citySeed, persons } = await requireCity(home);
  const stop = new AbortController();
  const done = runCity({
    departments: DEPARTMENTS,
    databases: await openDepartments(access),
    seed: citySeed,
    workloadSeed: seed,
    size: persons,
    ratePerSecond,
    signal: stop.signal,
  });
  done.catch(() => {});
  lifetime.defer('workload', () => stop.abort());
  return {
    stop() {
      stop.abort();
      return done;
    },
  };
}

/** Nobody writes any more: the view must become equal, and say so within the limit. */
async function untilEqual({ access, hub }: LiveCity, timeoutMs: number): Promise<number> {
  const departments = await openDepartments(access);
  // The departments' own server may be the one that was killed last.
  const tables = await waitFor(() => readSourceTables(departments), {
    what: "the departments' tables",
    timeoutMs,
  });
  let last = 'nothing compared yet';
  try {
    await waitFor(
      async () => {
        const { equal, differences } = await comparePopulation(hub, tables);
        last = JSON.stringify(differences.slice(0, 5));
        return equal;
      },
      { what: 'the view to equal the departments', timeoutMs, intervalMs: 500 },
    );
  } catch (error) {
    if (error instanceof BusError) throw new Error(`${error.message}\n${last}`, { cause: error });
    throw error;
  }
  return tables.person.length;
}
