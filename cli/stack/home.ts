/** Where stacks and downloads live on this machine, and the native driver for one of them. */
import type { Log } from '../../bus/base/log.ts';
import { defaultCacheRoot } from '../../infra/native/cache/cache-root.ts';
import { createNativeStack, type NativeStack } from '../../infra/native/native-stack.ts';

/** The per-user folder for everything downloaded. */
export function cacheRoot(): string {
  return defaultCacheRoot(process.env['XDG_CACHE_HOME']);
}

export function nativeStackAt(home: string, log?: Log): NativeStack {
  return createNativeStack({ home, cacheRoot: cacheRoot(), ...(log ? { log } : {}) });
}
