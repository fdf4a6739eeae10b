/**
 * Our side of every benchmark: the engine as it is run in service, in a process of its own, with
 * its own Kafka user and database user. A view is installed under a name and a database of its
 * own each time, so that it starts empty; its process may be started and ended several times.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { must } from '../../bus/base/assert.ts';
import { BusError } from '../../bus/base/errors.ts';
import { applyDesired } from '../../bus/plan/apply.ts';
import { desiredViewAccess, userPasswordFile } from '../../bus/plan/view-access.ts';
import type { ViewModel } from '../../bus/view/view.ts';
import { viewGroup } from '../../bus/view/view.ts';
import { installView, viewDatabaseUser } from '../../consumers/install.ts';
import { loadView } from '../../consumers/view-files.ts';
import { VIEW_NODE_OPTIONS } from '../../bus/view/memory.ts';
import type { Site } from '../site.ts';
import type { OursSettings, Progress } from './ours-process.ts';

const VIEW_FILE = join(import.meta.dirname, 'view.yaml');
const PROCESS_FILE = join(import.meta.dirname, 'ours-process.ts');

/** A halted or paused partition would otherwise be waited for for ever. */
const STALLED_MS = 120_000;

export type InstalledView = { readonly view: ViewModel; readonly settings: OursSettings };

/** From the first to the last applied change, ms since the epoch. */
export type Span = { readonly fromMs: number; readonly toMs: number };

export type OursProcess = {
  readonly pid: number;
  /** From taking up the first batch of this process to the commit that completes `records`. */
  applied(records: number): Promise<Span>;
  /** Throws BENCH_SIDE_FAILED when the process has stopped by itself. */
  check(): void;
  /** Lets the process close its consumer and end by itself (a profile is written then). */
  end(): Promise<void>;
};

/** Installs the benchmark's view as number `round`, with everything its process needs. */
export async function installOurs(site: Site, round: number): Promise<InstalledView> {
  const loaded = await loadView(VIEW_FILE);
  const view = {
    ...loaded,
    name: `${loaded.name}-${round}`,
    database: `${loaded.database}_${round}`,
  };
  const topics = view.blocks.map(({ from }) => from.topic);
  const { secretsFolder } = site;
  const ports = { admin: site.admin, connect: site.connect };
  await applyDesired(desiredViewAccess({ view: view.name, topics, secretsFolder }), ports);
  const { file, password } = await site.makePassword(`${view.name}-hub.password`);
  const user = viewDatabaseUser(view);
  const administrator = await site.targetOf('hub');
  await installView(view, { administrator, consumer: { user, password } });
  const settings: OursSettings = {
    viewFile: VIEW_FILE,
    name: view.name,
    endpoints: site.endpoints,
    database: { name: view.database, user, passwordFile: file },
    kafka: {
      user: viewGroup(view.name),
      passwordFile: userPasswordFile(secretsFolder, viewGroup(view.name)),
    },
  };
  return { view, settings };
}

/** Starts the process; it applies until `end`, going on where the one before it ended. */
export function startOurs(
  site: Site,
  { settings }: InstalledView,
  nodeOptions: readonly string[] = [],
): OursProcess {
  const child = fork(PROCESS_FILE, [JSON.stringify(settings)], {
    execArgv: [...VIEW_NODE_OPTIONS, ...nodeOptions],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const progress = watchProgress(child, site);
  return {
    pid: must(child.pid, 'the process of our side'),
    applied: (records) => progress.applied(records),
    check: () => progress.check(),
    end: () => ended(child),
  };
}

function watchProgress(child: ChildProcess, { endpoints, signal }: Site) {
  const logs = join(endpoints.home, 'logs');
  let applied = 0;
  let span: Span | undefined;
  let failure: BusError | undefined;
  let lastMs = Date.now();
  let changed = () => {};
  const failed = (why: string) => {
    failure ??= new BusError('BENCH_SIDE_FAILED', { side: 'ours', why, logs });
    changed();
  };
  child.on('message', (message) => {
    const progress = message as Progress;
    if (progress.kind === 'ended') return failed(progress.why);
    applied += progress.records;
    lastMs = Date.now();
    span = { fromMs: span?.fromMs ?? progress.fromMs, toMs: progress.toMs };
    changed();
  });
  const interrupted = () => failed('it was interrupted.');
  signal.addEventListener('abort', interrupted);
  child.once('exit', (code) => {
    signal.removeEventListener('abort', interrupted);
    failed(`the process ended with exit code ${code}.`);
  });
  return {
    check: () => {
      if (failure) throw failure;
    },
    applied(records: number) {
      lastMs = Date.now();
      const look = setInterval(() => {
        if (Date.now() - lastMs > STALLED_MS)
          failed(`it applied nothing for ${STALLED_MS / 1_000} s.`);
      }, STALLED_MS / 10);
      const done = new Promise<Span>((resolve, reject) => {
        changed = () => {
          if (failure) reject(failure);
          else if (span && applied >= records) resolve(span);
        };
        changed();
      });
      return done.finally(() => clearInterval(look));
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  if (child.connected) child.disconnect();
  await exit;
}
