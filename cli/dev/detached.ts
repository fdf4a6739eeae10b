/** Starts a program that outlives this command, and waits until it serves or has ended. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BusError } from '../../bus/base/errors.ts';
import { waitFor } from '../../bus/base/retry.ts';
import { text } from '../../bus/base/text.ts';
import { homeAt } from '../../infra/native/home.ts';
import { lockHolder } from '../../infra/native/process/file-lock.ts';
import type { Streams } from '../output/output.ts';
import { clearMark, liveMark } from './live-mark.ts';
import type { StartFlags } from './start-options.ts';

const LIVE_TIMEOUT_MS = 1_800_000;
const TAIL_LINES = 25;

export type DetachedProgram = {
  readonly args: readonly string[];
  readonly logFile: string;
  readonly isUp: (pid: number) => Promise<boolean>;
};

/** Resolves with its pid once it is up. Throws CLI_START_FAILED when it ended before. */
export async function runDetached(
  { args, logFile, isUp }: DetachedProgram,
  streams: Streams,
): Promise<number> {
  const from = await stat(logFile).then(
    ({ size }) => size,
    () => 0,
  );
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  let end: string | undefined;
  child.on('exit', (code, signal) => {
    end = signal === null ? `exit code ${code}` : signal;
  });
  child.on('error', (error) => {
    end = error.message;
  });
  await waitFor(async () => end !== undefined || (child.pid !== undefined && isUp(child.pid)), {
    what: text('cli.start.detachedAwaited'),
    timeoutMs: LIVE_TIMEOUT_MS,
    intervalMs: 100,
  });
  child.unref();
  if (end === undefined && child.pid !== undefined) return child.pid;
  streams.err(await tailOf(logFile, from));
  throw new BusError('CLI_START_FAILED', { how: end, logFile });
}

/** The city, in the background. Its board goes to the log as plain lines. */
export async function startDetached({
  home,
  flags,
  streams,
}: {
  readonly home: string;
  readonly flags: StartFlags;
  readonly streams: Streams;
}): Promise<void> {
  await refuseSecond(home);
  await mkdir(home, { recursive: true, mode: 0o700 });
  await clearMark(home);
  const logFile = startLog(home);
  streams.err(`${text('cli.start.detaching', { logFile })}\n`);
  const args = [join(import.meta.dirname, 'start.ts'), ...argsOf(home, flags)];
  const isUp = async (pid: number) => (await liveMark(home)) === pid;
  const pid = await runDetached({ args, logFile, isUp }, streams);
  streams.err(`${text('cli.start.detached', { pid, logFile })}\n`);
}

/** In the home beside the lock, where a fresh start leaves it alone. */
export function startLog(home: string): string {
  return join(home, 'supervisor.start.log');
}

/** Throws STACK_RUNNING. */
export async function refuseSecond(home: string): Promise<void> {
  const holder = await lockHolder(homeAt(home).lockFile);
  if (holder) throw new BusError('STACK_RUNNING', { home, pid: holder.pid });
}

function argsOf(home: string, flags: StartFlags): string[] {
  const { persons, seed, rate, workload, fresh } = flags;
  return [
    '--stack',
    home,
    '--rate',
    String(rate),
    ...(persons === undefined ? [] : ['--persons', String(persons)]),
    ...(seed === undefined ? [] : ['--seed', String(seed)]),
    ...(workload ? [] : ['--no-workload']),
    ...(fresh ? ['--fresh'] : []),
  ];
}

async function tailOf(file: string, from: number): Promise<string> {
  const content = (await readFile(file)).subarray(from).toString('utf8');
  return `${content.trimEnd().split('\n').slice(-TAIL_LINES).join('\n')}\n`;
}
