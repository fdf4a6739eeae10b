/** The per-user folder for what is downloaded, as the platform's convention has it. */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** `xdgCacheHome` is $XDG_CACHE_HOME where the caller may read the environment. */
export function defaultCacheRoot(xdgCacheHome?: string): string {
  const base =
    xdgCacheHome === undefined || xdgCacheHome === '' ? join(homedir(), '.cache') : xdgCacheHome;
  return join(base, 'civicbus');
}
