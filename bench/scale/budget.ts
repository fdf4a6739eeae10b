/**
 * What a benchmark may still use of disk and time. A size that would not fit is refused with a
 * sentence; what a row takes is learnt from the sizes before it.
 */
const GB = 1024 ** 3;
/** Never used, so that nothing else on the machine runs out of room. */
const RESERVE_BYTES = 5 * GB;
/** Row, binary log and index of two servers, and the topic, before anything was measured. */
const FIRST_BYTES_PER_ROW = 4_000;
const SAFETY = 1.2;

export type Budget = {
  /** Why `rows` more do not fit; undefined when they do. */
  refusal(rows: number): Promise<string | undefined>;
  /** Notes that `rows` are there altogether. */
  spent(rows: number): Promise<void>;
};

export async function createBudget({
  minutesMax,
  freeBytes,
  now = () => Date.now(),
}: {
  readonly minutesMax: number;
  readonly freeBytes: () => Promise<number>;
  readonly now?: () => number;
}): Promise<Budget> {
  const beganAt = now();
  const freeAtFirst = await freeBytes();
  let bytesPerRow = FIRST_BYTES_PER_ROW;
  let msPerRow = 0;
  return {
    async refusal(rows) {
      const free = await freeBytes();
      const needed = rows * bytesPerRow * SAFETY + RESERVE_BYTES;
      if (needed > free) {
        const gb = (bytes: number) => Math.round(bytes / GB);
        return `needs some ${gb(needed)} GB of disk, and ${gb(free)} GB are free`;
      }
      const minutes = (now() - beganAt + rows * msPerRow * SAFETY) / 60_000;
      if (minutes <= minutesMax) return undefined;
      return `would end after some ${Math.round(minutes)} minutes, and ${minutesMax} are allowed`;
    },
    async spent(rows) {
      bytesPerRow = Math.max(1, (freeAtFirst - (await freeBytes())) / rows);
      msPerRow = (now() - beganAt) / rows;
    },
  };
}
