/**
 * Processes named so that a recycled pid is never mistaken for the old process: pid and start
 * time since boot, both from /proc. Everything that ends a recorded process goes through here.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { isBusError } from '../../../bus/base/errors.ts';
import { waitFor } from '../../../bus/base/retry.ts';

export const processIdentitySchema = z.object({ pid: z.number().int(), startTicks: z.string() });
export type ProcessIdentity = z.infer<typeof processIdentitySchema>;

/** The identity of a running process; undefined when there is none, or only its zombie. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The command name in parentheses may hold spaces; the fields after it are fixed.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields[0], fields[19]];
  return state === 'Z' || startTicks === undefined ? undefined : { pid, startTicks };
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identityOf(identity.pid)?.startTicks === identity.startTicks;
}

/** Sends `signal`; false when the process is gone already. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    return process.kill(identity.pid, signal);
  } catch {
    return false;
  }
}

const KILL_WAIT_MS = 10_000;

/** Asks the process to end, then kills it after `graceMs`. Resolves when it is gone. */
export async function endProcess(
  identity: ProcessIdentity,
  {
    graceMs,
    signal = 'SIGTERM',
  }: { readonly graceMs: number; readonly signal?: NodeJS.Signals | undefined },
): Promise<'ended' | 'killed'> {
  if (!signalProcess(identity, signal)) return 'ended';
  const gone = (timeoutMs: number) =>
    waitFor(() => !isAlive(identity), { what: `the end of pid ${identity.pid}`, timeoutMs });
  try {
    await gone(graceMs);
    return 'ended';
  } catch (error) {
    if (!isBusError(error, 'BUS_TIMEOUT')) throw error;
  }
  signalProcess(identity, 'SIGKILL');
  await gone(KILL_WAIT_MS);
  return 'killed';
}
