import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkCache, ensureCache } from '../../../../infra/native/cache/cache.ts';
import { cacheKey } from '../../../../infra/native/cache/coordinates.ts';
import { writeManifest } from '../../../../infra/native/cache/manifest.ts';
import { checkDiskSpace } from '../../../../infra/native/disk.ts';
import { scratchFolder } from '../../../support/scratch.ts';

const root = scratchFolder();
const onStep = () => undefined;

async function filled(name: string): Promise<{ readonly root: string; readonly folder: string }> {
  const own = join(root, name);
  const folder = join(own, cacheKey());
  mkdirSync(join(folder, 'kafka'), { recursive: true });
  for (const jar of ['a.jar', 'b.jar']) writeFileSync(join(folder, 'kafka', jar), jar);
  await writeManifest(folder);
  return { root: own, folder };
}

describe('ensureCache', () => {
  test('answers a filled folder without fetching anything', async () => {
    const cache = await filled('whole');
    expect((await ensureCache(cache.root, { onStep })).folder).toBe(cache.folder);
    expect(await checkCache(cache.root)).toEqual([]);
  });

  test('refuses a damaged folder, saying what is wrong and what to do', async () => {
    const cache = await filled('damaged');
    for (const jar of ['a.jar', 'b.jar']) writeFileSync(join(cache.folder, 'kafka', jar), '');
    await expect(ensureCache(cache.root, { onStep })).rejects.toMatchObject({
      code: 'STACK_CACHE_CORRUPT',
      details: { what: 'kafka/a.jar has 0 bytes instead of 5, and 1 more' },
      remedy: expect.stringContaining(cache.folder) as unknown,
    });
    expect(await checkCache(cache.root)).toHaveLength(2);
  });
});

describe('checkDiskSpace', () => {
  test('passes while there is enough', async () => {
    await expect(checkDiskSpace(root, 1)).resolves.toBeUndefined();
  });

  test('says how much is free and how much is needed', async () => {
    const needed = Number.MAX_SAFE_INTEGER;
    await expect(checkDiskSpace(root, needed)).rejects.toMatchObject({
      code: 'STACK_DISK_FULL',
      details: { folder: root, neededMb: Math.floor(needed / 1024 / 1024) },
    });
  });
});
