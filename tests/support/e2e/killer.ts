/** Ends and freezes processes of a world of pairs, those of the supervisor and those of the test alike. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isBusError } from '../../../bus/base/errors.ts';
import { waitFor } from '../../../bus/base/retry.ts';
import type { PairWorld } from './pair-world.ts';
import { patiently } from './patiently.ts';

const TAKE_OVER_MS = 150_000;

/** Kills a process with SIGKILL once it has recovered from its last time. */
export async function kill({ city }: PairWorld, victim: string): Promise<void> {
  const program = city.programs.get(victim);
  await patiently(`${victim} to run and be killed`, async () => {
    const service = (await city.processes()).find(({ name }) => name === victim);
    const pid = program ? await program.pid() : service?.state === 'healthy' && service.pid;
    return pid !== undefined && pid !== false && killed(pid);
  });
}

/** False where the process ended by itself in between. */
function killed(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

/**
 * Stops the second gateway in whatever it does until the other has taken shards over, and lets it go
 * on. False when that was not seen: it had none.
 */
export async function freezeGateway({ city }: PairWorld): Promise<boolean> {
  const zombie = city.programs.get('gateway-2');
  if (!zombie) throw new Error('there is no second gateway');
  await patiently('the second gateway to run', () => zombie.pid());
  const log = join(city.home, 'logs', 'gateway.log');
  const { size } = await stat(log);
  zombie.signal('SIGSTOP');
  try {
    await waitFor(async () => (await readFile(log)).subarray(size).includes('shard taken'), {
      what: 'the other gateway to take over',
      timeoutMs: TAKE_OVER_MS,
      intervalMs: 200,
    });
    return true;
  } catch (error) {
    if (isBusError(error, 'BUS_TIMEOUT')) return false;
    throw error;
  } finally {
    zombie.signal('SIGCONT');
  }
}
