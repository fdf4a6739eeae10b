/**
 * Waits until a topic has so many records, by looking at its end only: reading along would take
 * processor time from what is measured. Transaction markers take offsets too, so the end must
 * also have stood still for a while.
 */
import { waitFor } from '../../bus/base/retry.ts';
import type { Site } from '../site.ts';

const TIMEOUT_MS = 60 * 60_000;
const LOOK_MS = 500;
/** Looks in a row that must show the same end. */
const SAME_LOOKS = 4;

export async function untilCaptured(site: Site, topic: string, records: number): Promise<void> {
  let before = -1n;
  let same = 0;
  const isQuiet = async () => {
    const ends = await site.admin.offsets([topic]);
    const now = ends.reduce((sum, { end }) => sum + end, 0n);
    same = now === before ? same + 1 : 0;
    before = now;
    return same >= SAME_LOOKS && now >= BigInt(records);
  };
  await waitFor(isQuiet, {
    what: `${records} records in ${topic}`,
    timeoutMs: TIMEOUT_MS,
    intervalMs: LOOK_MS,
    signal: site.signal,
  });
}
