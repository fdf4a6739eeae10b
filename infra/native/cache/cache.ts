/**
 * The per-user cache of everything downloaded and unpacked. One folder per set of versions,
 * filled aside and moved into place in one step, so that a folder that is there is whole.
 * Two commands that start at once share one fill.
 */
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BusError } from '../../../bus/base/errors.ts';
import { waitFor } from '../../../bus/base/retry.ts';
import { checkDiskSpace } from '../disk.ts';
import { type FileLock, tryLock } from '../process/file-lock.ts';
import { cacheKey } from './coordinates.ts';
import { fillCache, type FillStep } from './fill.ts';
import { type CacheLayout, cacheLayout } from './layout.ts';
import { compareManifest } from './manifest.ts';

const FILL_TIMEOUT_MS = 30 * 60_000;
const DRAFT = '.filling-';
const FILL_BYTES = 1_500 * 1024 * 1024;

/** The cache folder of these versions, filled if it is not. Throws STACK_CACHE_CORRUPT, STACK_FETCH_FAILED. */
export async function ensureCache(
  root: string,
  { onStep }: { readonly onStep: FillStep },
): Promise<CacheLayout> {
  const folder = join(root, cacheKey());
  if (!(await exists(folder))) await fillOnce(root, folder, onStep);
  const [difference, ...more] = await compareManifest(folder, { contents: false });
  if (difference !== undefined) {
    const what = more.length === 0 ? difference : `${difference}, and ${more.length} more`;
    throw new BusError('STACK_CACHE_CORRUPT', { folder, what });
  }
  return cacheLayout(folder);
}

/** Every difference of the filled cache from its manifest, contents included; for doctor. */
export async function checkCache(root: string): Promise<string[]> {
  const folder = join(root, cacheKey());
  return (await exists(folder)) ? await compareManifest(folder, { contents: true }) : [];
}

async function fillOnce(root: string, folder: string, onStep: FillStep): Promise<void> {
  await mkdir(root, { recursive: true });
  const lock = await waitForLock(`${folder}.lock`, onStep);
  try {
    if (await exists(folder)) return;
    await removeDrafts(root, folder);
    await checkDiskSpace(root, FILL_BYTES);
    const draft = await mkdtemp(`${folder}${DRAFT}`);
    try {
      await fillCache(draft, { logFile: `${folder}.log`, onStep });
      await rename(draft, folder);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  } finally {
    await lock.release();
  }
}

/** Fills that were killed; the lock says that none is under way. */
async function removeDrafts(root: string, folder: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (!name.startsWith(`${basename(folder)}${DRAFT}`)) continue;
    await rm(join(root, name), { recursive: true, force: true });
  }
}

function waitForLock(file: string, onStep: FillStep): Promise<FileLock> {
  return waitFor(
    async () => {
      const answer = await tryLock(file);
      if (answer.kind === 'taken') return answer.lock;
      onStep(`waiting for pid ${answer.holder.pid}, which fetches the same parts`);
      return undefined;
    },
    { what: `another fill of the cache (${file})`, timeoutMs: FILL_TIMEOUT_MS, intervalMs: 500 },
  );
}

async function exists(folder: string): Promise<boolean> {
  return stat(folder).then(
    () => true,
    () => false,
  );
}
