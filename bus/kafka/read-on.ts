/** Reads partitions on from where they were read to, up to where their logs ended when asked. */
import { partitionKey, type FetchedRange, type LogReader, type RecordPosition } from './kafka.ts';

/** Next offset to read, by partitionKey; 0 where there is none. */
export type ReadPlaces = Map<string, bigint>;

/**
 * Hands over what stands before `ends`, and perhaps a little more, and moves `places` behind it.
 * Ends at once where nothing more can be read: what stands behind an open transaction is read the
 * next time. What is older than the log is passed over unless `take` throws on its `fault`.
 */
export async function readOn(
  reader: LogReader,
  places: ReadPlaces,
  {
    ends,
    take,
  }: { ends: readonly RecordPosition[]; take: (range: FetchedRange) => Promise<void> | void },
): Promise<void> {
  const placeOf = (one: RecordPosition): bigint => places.get(partitionKey(one)) ?? 0n;
  for (;;) {
    const behind = ends.filter((end) => end.offset > placeOf(end));
    if (behind.length === 0) return;
    const asked = behind.map((end) => ({ ...end, offset: placeOf(end) }));
    let moved = false;
    for (const range of await reader.fetch(asked, { waitMs: 0 })) {
      await take(range);
      const to = range.fault === 'out-of-range' ? range.logStart : range.nextOffset;
      const key = partitionKey(range);
      moved ||= to > (places.get(key) ?? 0n);
      places.set(key, to);
    }
    if (!moved) return;
  }
}
