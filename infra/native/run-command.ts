/** Runs a program to its end, for steps such as fetching, unpacking and formatting. */
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { BusError } from '../../bus/base/errors.ts';

export type CommandRun = {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Given to the program's standard input: the way for what must not be seen in its arguments. */
  readonly input?: string;
  /** Everything the program prints is added here; without it only the answer below keeps it. */
  readonly logFile?: string;
  readonly signal?: AbortSignal;
  /** Texts that must not be in an error, even if the program prints them. */
  readonly conceal?: readonly string[];
};

export type CommandResult = { readonly exitCode: number; readonly output: string };

const OUTPUT_CHARS_MAX = 200_000;

/** Resolves at the end with whatever exit code; rejects when the program cannot be started. */
export async function runCommand(run: CommandRun): Promise<CommandResult> {
  const log =
    run.logFile === undefined
      ? undefined
      : createWriteStream(run.logFile, { flags: 'a', mode: 0o600 });
  try {
    return await collect(run, (chunk) => log?.write(chunk));
  } finally {
    log?.end();
    if (log) await finished(log).catch(() => undefined);
  }
}

function collect(run: CommandRun, tee: (chunk: string) => void): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(run.command, run.args, {
      cwd: run.cwd,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(run.signal ? { signal: run.signal } : {}),
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        output = (output + chunk).slice(-OUTPUT_CHARS_MAX);
        tee(chunk);
      });
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ exitCode: code ?? 1, output }));
    // A program that ends without reading its input is judged by its exit code, not by EPIPE.
    child.stdin.on('error', () => undefined);
    child.stdin.end(run.input ?? '');
  });
}

/** The last line of a program's output that is not empty. */
export function lastLine(output: string): string {
  return output.trimEnd().split('\n').at(-1)?.trim() ?? '';
}

/** Runs a step that must succeed. `what` reads after "could not". */
export async function mustRun(run: CommandRun, what: string): Promise<string> {
  const result = await runCommand(run);
  if (result.exitCode !== 0) {
    let why = `exit code ${result.exitCode}: ${lastLine(result.output)}`;
    for (const secret of run.conceal ?? []) why = why.replaceAll(secret, '…');
    throw new BusError('STACK_SERVICE_FAILED', {
      service: what,
      why,
      logFile: run.logFile ?? '(no log)',
    });
  }
  return result.output;
}
