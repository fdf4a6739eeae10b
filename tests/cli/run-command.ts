/** Runs the whole command in this process, with its streams kept. */
import { runCli, type Host } from '../../cli/cli.ts';
import type { Interrupts } from '../../cli/interrupts.ts';

export type Ran = { readonly exit: number; readonly stdout: string; readonly stderr: string };

const neverInterrupted: Interrupts = {
  graceful: () => new AbortController().signal,
  cause: undefined,
};

export async function civicbus(
  args: readonly string[],
  {
    interrupts = neverInterrupted,
    ...host
  }: { readonly interrupts?: Interrupts } & Pick<Host, 'endpointsOf'> = {},
): Promise<Ran> {
  const ran = { stdout: '', stderr: '' };
  const exit = await runCli(args, {
    streams: {
      out: (text) => {
        ran.stdout += text;
      },
      err: (text) => {
        ran.stderr += text;
      },
    },
    ...host,
    interrupts,
    mayColor: false,
    columns: 100,
  });
  return { exit, ...ran };
}

export type JsonAnswer<T> = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly items: readonly T[];
  readonly warnings: readonly string[];
};

export function answerOf<T>({ stdout }: Ran): JsonAnswer<T> {
  return JSON.parse(stdout) as JsonAnswer<T>;
}
