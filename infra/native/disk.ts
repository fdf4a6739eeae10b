/** Free space, asked before it is needed. */
import { statfs } from 'node:fs/promises';
import { BusError } from '../../bus/base/errors.ts';

const MB = 1024 * 1024;

/** Throws STACK_DISK_FULL when fewer than `neededBytes` are free under `folder`. */
export async function checkDiskSpace(folder: string, neededBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  if (freeBytes >= neededBytes) return;
  const mb = (bytes: number) => Math.floor(bytes / MB);
  throw new BusError('STACK_DISK_FULL', {
    folder,
    freeMb: mb(freeBytes),
    neededMb: mb(neededBytes),
  });
}
