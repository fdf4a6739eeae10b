/**
 * Our side: the engine as it is run in service, in a process of its own, with its own Kafka user
 * and database user, a fresh view and a fresh group each time. Time runs from the moment the
 * first batch is taken up until the commit of the last one.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { BusError } from '../../bus/base/errors.ts';
import { must } from '../../bus/base/assert.ts';
import { applyDesired } from '../../bus/plan/apply.ts';
import { desiredViewAccess, userPasswordFile } from '../../bus/plan/view-access.ts';
import type { ViewModel } from '../../bus/view/view.ts';
import { viewGroup } from '../../bus/view/view.ts';
import { installView, viewDatabaseUser } from '../../consumers/install.ts';
import { loadView } from '../../consumers/view-files.ts';
import type { Captured } from './capture.ts';
import type { OursSettings, Progress } from './ours-process.ts';
import { measure, type SideRun, type Span } from './side.ts';
import type { Site } from './site.ts';

const VIEW_FILE = join(import.meta.dirname, 'view.yaml');
const PROCESS_FILE = join(import.meta.dirname, 'ours-process.ts');

export type OursOptions = {
  readonly round: number;
  /** Options of Node for the process, e.g. those of a CPU profile. */
  readonly nodeOptions?: readonly string[];
};

export async function runOurs(
  site: Site,
  captured: Captured,
  { round, nodeOptions = [] }: OursOptions,
): Promise<SideRun> {
  const view = await freshView(round);
  const settings = await install(site, view);
  const child = fork(PROCESS_FILE, [JSON.stringify(settings)], {
    execArgv: [...nodeOptions],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  try {
    return await measure(
      {
        site,
        captured,
        side: 'ours',
        round,
        pid: must(child.pid, 'the process of our side'),
        target: { database: view.database, table: view.entity.table },
      },
      () => untilApplied(child, captured.events, site),
    );
  } finally {
    await ended(child);
    await site.sql.hub.execute(`DROP DATABASE ${view.database}`);
  }
}

/** The view of the file under a name and database of this round; both sides' targets start empty. */
async function freshView(round: number): Promise<ViewModel> {
  const view = await loadView(VIEW_FILE);
  return { ...view, name: `${view.name}-${round}`, database: `${view.database}_${round}` };
}

async function install(site: Site, view: ViewModel): Promise<OursSettings> {
  const topics = view.blocks.map(({ from }) => from.topic);
  const { secretsFolder } = site;
  const ports = { admin: site.admin, connect: site.connect };
  await applyDesired(desiredViewAccess({ view: view.name, topics, secretsFolder }), ports);
  const { file, password } = await site.makePassword(`${view.name}-hub.password`);
  const user = viewDatabaseUser(view);
  const administrator = await site.targetOf('hub');
  await installView(view, { administrator, consumer: { user, password } });
  return {
    viewFile: VIEW_FILE,
    name: view.name,
    endpoints: site.endpoints,
    database: { name: view.database, user, passwordFile: file },
    kafka: {
      user: viewGroup(view.name),
      passwordFile: userPasswordFile(secretsFolder, viewGroup(view.name)),
    },
  };
}

function untilApplied(
  child: ChildProcess,
  events: number,
  { endpoints, signal }: Site,
): Promise<Span> {
  const logs = join(endpoints.home, 'logs');
  return new Promise((resolve, reject) => {
    let applied = 0;
    let fromMs: number | undefined;
    const failed = (why: string) =>
      reject(new BusError('BENCH_SIDE_FAILED', { side: 'ours', why, logs }));
    child.on('message', (message) => {
      const progress = message as Progress;
      if (progress.kind === 'ended') return failed(progress.why);
      applied += progress.records;
      fromMs ??= progress.fromMs;
      if (applied >= events) resolve({ fromMs, toMs: progress.toMs });
    });
    signal.addEventListener('abort', () => failed('it was interrupted.'));
    child.once('exit', (code) => failed(`the process ended with exit code ${code}.`));
  });
}

/** Lets the process close its consumer and end by itself (a profile is written then). */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  if (child.connected) child.disconnect();
  await exit;
}
