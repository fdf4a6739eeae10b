/** Where stacks and downloads live on this machine, and the native driver for one of them. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../../bus/base/log.ts';
import { createNativeStack, type NativeStack } from '../../infra/native/native-stack.ts';

/** The per-user folder for everything downloaded. */
export function cacheRoot(): string {
  const base = process.env['XDG_CACHE_HOME'];
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'civicbus');
}

export function nativeStackAt(home: string, log?: Log): NativeStack {
  return createNativeStack({ home, cacheRoot: cacheRoot(), ...(log ? { log } : {}) });
}
