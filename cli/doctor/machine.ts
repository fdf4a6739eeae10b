/** Checks that need no running stack: programs, downloads, disk, secret files, services. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from '../../bus/base/text.ts';
import { cacheKey } from '../../infra/native/cache/coordinates.ts';
import { compareManifest } from '../../infra/native/cache/manifest.ts';
import { checkDiskSpace } from '../../infra/native/disk.ts';
import { checkPrerequisites } from '../../infra/native/prerequisites.ts';
import { serviceHealth } from '../dev/board-text.ts';
import { cacheRoot, nativeStackAt } from '../stack/home.ts';
import { bad, type Finding, note, ofError, ok } from './finding.ts';

const FREE_BYTES_MIN = 2_000 * 1024 * 1024;

export type MachineOptions = {
  readonly home: string;
  /** Read every downloaded file, not only its size. */
  readonly contents: boolean;
  /** Remove a damaged download. */
  readonly fixCache: boolean;
};

export async function checkMachine(options: MachineOptions): Promise<Finding[]> {
  const checks: readonly [string, () => Promise<readonly Finding[]>][] = [
    ['programs', checkPrograms],
    ['cache', () => checkCacheFolder(options)],
    ['disk', () => checkDisk(options.home)],
    ['secrets', () => checkSecrets(options.home)],
    ['services', () => checkServices(options.home)],
  ];
  const found = await Promise.all(
    checks.map(([name, run]) => run().catch((error: unknown) => [ofError(name, error)])),
  );
  return found.flat();
}

async function checkPrograms(): Promise<Finding[]> {
  await checkPrerequisites();
  return [ok('programs', text('cli.doctor.programs.ok'))];
}

async function checkCacheFolder({ home, contents, fixCache }: MachineOptions): Promise<Finding[]> {
  const folder = join(cacheRoot(), cacheKey());
  const there = await stat(folder).catch(() => undefined);
  if (!there) return [note('cache', text('cli.doctor.cache.absent', { folder }))];
  const differences = await compareManifest(folder, { contents: contents || fixCache });
  if (differences.length === 0) {
    const how = text(contents || fixCache ? 'cli.doctor.cache.contents' : 'cli.doctor.cache.sizes');
    return [ok('cache', text('cli.doctor.cache.ok', { folder, how }))];
  }
  const what = differences.slice(0, 5).join('; ');
  const finding = text('cli.doctor.cache.bad', { folder, count: differences.length, what });
  if (!fixCache) return [bad('cache', finding, text('cli.doctor.cache.remedy'))];
  if (await isRunning(home)) return [bad('cache', finding, text('cli.doctor.cache.stopFirst'))];
  await rm(folder, { recursive: true });
  return [note('cache', text('cli.doctor.cache.removed', { folder }))];
}

async function isRunning(home: string): Promise<boolean> {
  return nativeStackAt(home)
    .endpoints()
    .then(
      () => true,
      () => false,
    );
}

async function checkDisk(home: string): Promise<Finding[]> {
  if (!(await stat(home).catch(() => undefined))) return [];
  await checkDiskSpace(home, FREE_BYTES_MIN);
  return [ok('disk', text('cli.doctor.disk.ok', { home }))];
}

/** Every secret is its owner's alone. */
async function checkSecrets(home: string): Promise<Finding[]> {
  const folder = join(home, 'secrets');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  if (files.length === 0) return [];
  const modes = await Promise.all(
    files.map(async (entry) => {
      const file = join(entry.parentPath, entry.name);
      return { file, mode: (await stat(file)).mode & 0o777 };
    }),
  );
  const open = modes.filter(({ mode }) => (mode & 0o077) !== 0);
  if (open.length === 0)
    return [ok('secrets', text('cli.doctor.secrets.ok', { count: files.length }))];
  return open.map(({ file, mode }) =>
    bad(
      'secrets',
      text('BUS_SECRET_EXPOSED', { file, mode: mode.toString(8) }),
      text('BUS_SECRET_EXPOSED.remedy', { file }),
    ),
  );
}

async function checkServices(home: string): Promise<Finding[]> {
  const services = await nativeStackAt(home).status();
  const ill = services.filter(({ state }) => serviceHealth(state) !== 'good');
  if (ill.length === services.length) {
    return [bad('services', text('STACK_NOT_RUNNING', { home }), text('STACK_NOT_RUNNING.remedy'))];
  }
  if (ill.length === 0) {
    const restarts = services.reduce((sum, one) => sum + one.restarts, 0);
    return [ok('services', text('cli.doctor.services.ok', { count: services.length, restarts }))];
  }
  return ill.map(({ name, state, detail = '' }) =>
    bad(
      'services',
      text('cli.doctor.services.bad', { name, state: text(`cli.service.${state}`), detail }),
      text('cli.doctor.services.remedy', { name }),
    ),
  );
}
