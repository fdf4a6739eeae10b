/**
 * Figures that a long-running process shows to the one that started it: a small JSON file,
 * replaced whole once a second. Losing it loses nothing.
 */
import { z } from 'zod';
import { systemClock } from '../../bus/base/clock.ts';
import { messageOf } from '../../bus/base/errors.ts';
import type { Log } from '../../bus/base/log.ts';
import { readJson, writeJson } from '../../infra/native/files.ts';

const statusSchema = z.object({
  pid: z.number(),
  /** When it was written, ms since the epoch. */
  atMs: z.number(),
  startedMs: z.number(),
  figures: z.record(z.string(), z.number()),
});
export type StatusFile = z.infer<typeof statusSchema>;

const INTERVAL_MS = 1_000;

/** Writes what `figures` answers until `signal` fires. Without a file it does nothing. */
export async function keepStatusFile(
  file: string | undefined,
  {
    figures,
    signal,
    log,
  }: {
    readonly figures: () => Readonly<Record<string, number>>;
    readonly signal: AbortSignal;
    readonly log: Log;
  },
): Promise<void> {
  if (file === undefined) return;
  const startedMs = Date.now();
  while (!signal.aborted) {
    const status: StatusFile = {
      pid: process.pid,
      atMs: Date.now(),
      startedMs,
      figures: figures(),
    };
    await writeJson(file, status).catch((error: unknown) =>
      log.warn({ file, error: messageOf(error) }, 'status file not written'),
    );
    await systemClock.sleep(INTERVAL_MS, signal).catch(() => {});
  }
}

export async function readStatusFile(file: string): Promise<StatusFile | undefined> {
  return statusSchema.safeParse(await readJson(file)).data;
}
