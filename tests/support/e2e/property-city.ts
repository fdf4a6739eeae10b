/**
 * The part of the city that deals in property: three departments, their view and its capture, on a
 * stack of its own. Every civicbus process is the test's, so that each can be killed and frozen;
 * services are kept alive by the stack's supervisor.
 */
import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import type { Lifetime } from '../../../bus/base/lifecycle.ts';
import { silentLog } from '../../../bus/base/log.ts';
import { readSecretFile } from '../../../bus/base/secrets.ts';
import { ensurePassword } from '../../../bus/plan/secret-files.ts';
import type { SqlDatabase } from '../../../bus/sql/sql.ts';
import { copyFromTheStart } from '../../../connectors/empty-position.ts';
import { keepSourcesRunning } from '../../../connectors/keep-running.ts';
import { loadWorld } from '../../../cli/agreements/world.ts';
import { applyDeclared } from '../../../cli/apply/declared.ts';
import { gatherDeclarations } from '../../../cli/apply/gather.ts';
import { countsAgree, readCounts } from '../../../cli/live/counts.ts';
import { declaredView } from '../../../cli/live/declared-views.ts';
import { departmentUsers, noteCity, serverOf } from '../../../cli/stack/city.ts';
import { ensureControl } from '../../../cli/stack/control.ts';
import { createCity } from '../../../producers/city.ts';
import { constructionCommission } from '../../../producers/construction-commission/construction-commission.ts';
import type { Department } from '../../../producers/department.ts';
import { housingAndLand } from '../../../producers/housing-and-land/housing-and-land.ts';
import { localTax } from '../../../producers/local-tax/local-tax.ts';
import { type CityCounters, runCity } from '../../../producers/run-city.ts';
import { civicbusAt, type LiveCity, newHome, openCity, PROJECT } from '../../e2e/live-city.ts';
import { type OwnProgram, startOwnProgram } from './own-program.ts';
import { patiently } from './patiently.ts';

export const VIEW = 'property';

const DEPARTMENTS: readonly Department[] = [constructionCommission, housingAndLand, localTax];
const CITY = { seed: 1, persons: 1_000 };

export type PropertyCity = LiveCity & {
  /** By department name. */
  readonly departments: Readonly<Record<string, SqlDatabase>>;
  /** The test's processes, by name. */
  readonly programs: Map<string, OwnProgram>;
  /** Runs `civicbus run <what>` until the lifetime ends. */
  run(name: string, ...what: readonly string[]): Promise<void>;
  /** Lets the departments work until the signal fires. */
  letWork(options: {
    readonly seed: number;
    readonly ratePerSecond: number;
    readonly signal: AbortSignal;
  }): Promise<CityCounters>;
};

/** A city whose view is full and captured; no agreement is known to it yet. */
export async function startPropertyCity(lifetime: Lifetime, name: string): Promise<PropertyCity> {
  const home = await newHome(name);
  lifetime.defer('home', async () => {
    const down = await civicbusAt(home, 'dev', 'down');
    if (down.exit === 0) await rm(home, { recursive: true });
  });
  const up = await civicbusAt(home, 'dev', 'up');
  if (up.exit !== 0) throw new Error(`dev up ended with ${up.exit}:\n${up.stderr}`);
  const city = withPrograms(await openCity(lifetime, home), lifetime);
  await noteCity(home, CITY);
  for (const department of DEPARTMENTS)
    city.departments[department.name] = await install(city, department);
  await fillView(city, lifetime);
  await ensureControl(city.access, await loadWorld());
  return city;
}

type Open = PropertyCity & { readonly departments: Record<string, SqlDatabase> };

function withPrograms(city: LiveCity, lifetime: Lifetime): Open {
  const programs = new Map<string, OwnProgram>();
  const departments: Record<string, SqlDatabase> = {};
  return {
    ...city,
    departments,
    programs,
    async run(name, ...what) {
      const args = ['run', ...what];
      programs.set(name, await startOwnProgram(name, { home: city.home, args, lifetime }));
    },
    letWork: ({ seed, ...options }) =>
      runCity({
        ...options,
        departments: DEPARTMENTS,
        databases: departments,
        seed: CITY.seed,
        workloadSeed: seed,
        size: CITY.persons,
      }),
  };
}

async function install({ access }: LiveCity, department: Department): Promise<SqlDatabase> {
  const users = departmentUsers(department, access.secretsFolder);
  const capturePassword = await ensurePassword(users.capturePasswordFile);
  const appPassword = await ensurePassword(users.appPasswordFile);
  const server = serverOf(department);
  const { databaseName } = await department.install(await access.root(server), {
    capturePassword,
    appPassword,
    rootIn: (database) => access.registers(database),
  });
  const password = await readSecretFile(users.appPasswordFile);
  const target = { ...access.address(server), user: users.appUser, password };
  const database = access.open({ ...target, database: databaseName });
  await department.load(database, createCity({ seed: CITY.seed, size: CITY.persons }));
  return database;
}

async function fillView(city: PropertyCity, lifetime: Lifetime): Promise<void> {
  const { access } = city;
  const declared = await gatherDeclarations([
    ...DEPARTMENTS.map(({ name }) => join(PROJECT, 'connectors', name)),
    join(PROJECT, 'consumers', VIEW),
  ]);
  await applyDeclared(declared, { access, prune: false, capture: false });
  const connect = await access.connect();
  const kafka = await access.kafkaAs(access.endpoints.kafka.admin);
  void keepSourcesRunning({
    connect,
    recapture: (connector) => copyFromTheStart(connector, { connect, kafka }),
    log: silentLog,
    signal: lifetime.signal,
  });
  await city.run(`view-${VIEW}`, 'view', VIEW, '--session-timeout', '10');
  const view = await declaredView(VIEW);
  await patiently('the view to be full', async () => countsAgree(await readCounts(view, access)));
  await applyDeclared({ ...declared, sourceFiles: [] }, { access, prune: false });
}
