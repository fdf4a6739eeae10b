/** A stack for one benchmark alone: fresh, with the peer's plugin, taken down whatever happens. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { must } from '../bus/base/assert.ts';
import { createNativeStack } from '../infra/native/native-stack.ts';
import type { ServiceName, StackEndpoints } from '../infra/stack.ts';

export type OwnStack = {
  readonly endpoints: StackEndpoints;
  readonly pidOf: (service: ServiceName) => number;
};

export type OwnStackOptions = {
  /** Where the stack's folder is made; it is removed at the end unless something failed. */
  readonly folder: string;
  readonly cacheRoot: string;
  /** Ends the stack early; the work fails then and its error is thrown on. */
  readonly signal: AbortSignal;
};

/** Runs `work` on a stack of its own. After a failure the folder stays, for its logs. */
export async function withOwnStack<T>(
  { folder, cacheRoot, signal }: OwnStackOptions,
  work: (stack: OwnStack) => Promise<T>,
): Promise<T> {
  await mkdir(folder, { recursive: true });
  const home = await mkdtemp(join(folder, 'bench-'));
  const stack = createNativeStack({ home, cacheRoot, jdbcSink: true });
  const down = () => void stack.down();
  signal.addEventListener('abort', down);
  try {
    const endpoints = await stack.up();
    const pids = new Map((await stack.status()).map(({ name, pid }) => [name, pid]));
    signal.throwIfAborted();
    const done = await work({
      endpoints,
      pidOf: (service) => must(pids.get(service), `the pid of ${service}`),
    });
    await stack.down();
    await rm(home, { recursive: true });
    return done;
  } finally {
    signal.removeEventListener('abort', down);
    await stack.down();
  }
}
