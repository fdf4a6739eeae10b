/**
 * From nothing to a live city: services, departments, connectors, views, their consumers, and
 * then the workload. Live means that every connector runs and that every block of every view
 * held once exactly as many rows as its source.
 */
import { join, resolve } from 'node:path';
import { BusError, isBusError } from '../../bus/base/errors.ts';
import type { Lifetime } from '../../bus/base/lifecycle.ts';
import { createLog, silentLog } from '../../bus/base/log.ts';
import { waitFor } from '../../bus/base/retry.ts';
import { text } from '../../bus/base/text.ts';
import type { ViewModel } from '../../bus/view/view.ts';
import { copyFromTheStart } from '../../connectors/empty-position.ts';
import { keepSourcesRunning } from '../../connectors/keep-running.ts';
import type { NativeStack } from '../../infra/native/native-stack.ts';
import type { ServiceStatus } from '../../infra/stack.ts';
import { applyDeclared } from '../apply/declared.ts';
import { gatherDeclarations } from '../apply/gather.ts';
import { PROJECT_FOLDER } from '../globals.ts';
import { countsAgree, readCounts } from '../live/counts.ts';
import { declaredViews } from '../live/declared-views.ts';
import { readConnectors } from '../live/connectors.ts';
import { createStackAccess, type StackAccess } from '../stack/access.ts';
import type { CityFacts } from '../stack/city.ts';
import { bringUpPairs, type CityPairs } from './pairs/city-pairs.ts';
import { ensureDepartments } from './departments.ts';
import { ensureReader } from './reader.ts';
import { type Program, viewProgram, workloadProgram } from './programs.ts';

export type Progress = (line: string) => void;

export type LiveCity = {
  readonly access: StackAccess;
  readonly views: readonly ViewModel[];
  readonly programs: readonly Program[];
  readonly pairs: CityPairs;
  /** Milliseconds from the call to live. */
  readonly elapsedMs: number;
};

export type BringUp = {
  readonly stack: NativeStack;
  readonly home: string;
  readonly city: CityFacts;
  readonly fresh: boolean;
  /** Transactions per second; undefined: no workload. */
  readonly ratePerSecond: number | undefined;
  readonly lifetime: Lifetime;
  readonly progress: Progress;
  readonly onService: (status: ServiceStatus) => void;
};

const LIVE_TIMEOUT_MS = 900_000;
const LIVE_INTERVAL_MS = 200;

/** Brings everything up and resolves when it is live. Throws what kept it from it. */
export async function bringUp(options: BringUp): Promise<LiveCity> {
  const { stack, home, city, fresh, ratePerSecond, lifetime, progress, onService } = options;
  const startedMs = Date.now();
  const took = () => ((Date.now() - startedMs) / 1_000).toFixed(1);
  const endpoints = await stack.up({ fresh, onProgress: onService });
  progress(text('cli.start.services', { seconds: took() }));
  const access = createStackAccess(endpoints, { lifetime, log: silentLog });
  const rows = await ensureDepartments(access, city);
  progress(text('cli.start.departments', { rows, persons: city.persons, seconds: took() }));
  const views = await declaredViews();
  const declared = await gatherDeclarations([
    resolve(PROJECT_FOLDER, 'connectors'),
    resolve(PROJECT_FOLDER, 'consumers'),
  ]);
  const { steps } = await applyDeclared(declared, { access, prune: false, capture: false });
  progress(text('cli.start.applied', { steps: steps.length, seconds: took() }));
  const connect = await access.connect();
  const kafka = await access.kafkaAs(endpoints.kafka.admin);
  void keepSourcesRunning({
    connect,
    recapture: (connector) => copyFromTheStart(connector, { connect, kafka }),
    log: createLog({ file: join(home, 'logs', 'keeper.log') }),
    signal: lifetime.signal,
  });
  await ensureReader(views, access);
  const consumers = views.map((view) => viewProgram(view.name, home));
  await Promise.all(consumers.map((program) => stack.superviseProcess(program)));
  await Promise.all(views.map((view) => untilApplied(view, { access, stack })));
  progress(text('cli.start.snapshot', { seconds: took() }));
  // Views are captured once they are full: each row is then read once and not as often as it grew.
  const hub = await applyDeclared({ ...declared, sourceFiles: [] }, { access, prune: false });
  progress(text('cli.start.captured', { steps: hub.steps.length, seconds: took() }));
  const pairs = await bringUpPairs({ access, stack, home });
  progress(text('cli.start.pairs', { count: pairs.pairs.length, seconds: took() }));
  const programs = [...consumers, ...pairs.programs];
  if (ratePerSecond !== undefined) {
    const workload = workloadProgram(ratePerSecond, home);
    await stack.superviseProcess(workload);
    programs.push(workload);
  }
  return { access, views, programs, pairs, elapsedMs: Date.now() - startedMs };
}

/** Every connector runs, and every block holds as many rows as its source. */
async function untilApplied(
  view: ViewModel,
  { access, stack }: { readonly access: StackAccess; readonly stack: NativeStack },
): Promise<void> {
  const connect = await access.connect();
  let failed: ServiceStatus | undefined;
  const probe = async () => {
    failed = (await stack.status()).find(({ state }) => state === 'failed');
    if (failed) return true;
    const connectors = await readConnectors(connect);
    const allRun = connectors.every(({ health }) => health === 'good');
    return allRun && countsAgree(await readCounts(view, access));
  };
  try {
    await waitFor(probe, {
      what: text('cli.start.awaited', { view: view.name }),
      timeoutMs: LIVE_TIMEOUT_MS,
      intervalMs: LIVE_INTERVAL_MS,
    });
  } catch (error) {
    if (!isBusError(error, 'BUS_TIMEOUT')) throw error;
    const counts = (await readCounts(view, access))
      .map(({ block, source, view: there }) => `${block} ${there} of ${source}`)
      .join(', ');
    const what = text('cli.start.awaited', { view: view.name });
    throw new BusError('BUS_TIMEOUT', { ms: LIVE_TIMEOUT_MS, what, seen: counts }, error);
  }
  if (failed) {
    const { name, detail = '', logFile } = failed;
    throw new BusError('STACK_SERVICE_FAILED', { service: name, why: detail, logFile });
  }
}
