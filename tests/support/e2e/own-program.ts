/**
 * A `civicbus run …` of a test's own: begun again whenever it ends, killed and frozen at will. Its
 * log stands with those of the stack, so that whoever searches them finds it too.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lifetime } from '../../../bus/base/lifecycle.ts';
import { readStatusFile } from '../../../cli/live/status-file.ts';

/** A program that cannot start must not eat the machine. */
const RESTART_MS = 250;
const MAIN = join(import.meta.dirname, '..', '..', '..', 'cli', 'main.ts');

export type OwnProgram = {
  readonly name: string;
  readonly logFile: string;
  /** Its process, once that tells how it is doing; undefined while it starts. */
  pid(): Promise<number | undefined>;
  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
};

/** Runs `civicbus <args>` against the stack in `home` until `lifetime` ends. */
export async function startOwnProgram(
  name: string,
  {
    home,
    args,
    lifetime,
  }: { readonly home: string; readonly args: readonly string[]; readonly lifetime: Lifetime },
): Promise<OwnProgram> {
  const statusFile = join(home, 'data', `${name}.status.json`);
  const logFile = join(home, 'logs', `${name}.log`);
  const log: FileHandle = await open(logFile, 'a');
  let child: ChildProcess;
  let isOver = false;
  const start = (): void => {
    const all = [MAIN, ...args, '--stack', home, '--status-file', statusFile];
    child = spawn(process.execPath, all, { stdio: ['ignore', log.fd, log.fd] });
    child.on('exit', () => {
      if (!isOver) void sleep(RESTART_MS).then(() => isOver || start());
    });
  };
  start();
  lifetime.defer(name, async () => {
    isOver = true;
    const last = child;
    const ended = new Promise((resolve) => last.once('exit', resolve));
    const isGone = last.exitCode !== null || last.signalCode !== null;
    last.kill('SIGCONT');
    last.kill('SIGKILL');
    if (!isGone) await ended;
    await log.close();
  });
  return {
    name,
    logFile,
    async pid() {
      const status = await readStatusFile(statusFile);
      return status?.pid === child.pid ? status?.pid : undefined;
    },
    signal: (signal) => void child.kill(signal),
  };
}
