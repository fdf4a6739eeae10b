/** The fake's LogReader: committed records of the fake's logs, and a poll that a change ends. */
import { type Clock, systemClock } from '../../base/clock.ts';
import type { FetchedRange, LogReader, RecordPosition } from '../kafka.ts';
import type { FakeBroker } from './fake-broker.ts';

/** `clock` bounds the wait of a fetch; `recordsPerFetchMax` stands for its limits in bytes. */
export function fakeReader(
  broker: FakeBroker,
  {
    clock = systemClock,
    recordsPerFetchMax,
  }: { readonly clock?: Clock; readonly recordsPerFetchMax: number },
): LogReader {
  return {
    async fetch(positions, { waitMs }) {
      const over = new AbortController();
      const timeUp = clock.sleep(waitMs, over.signal).then(
        () => true,
        () => true,
      );
      try {
        for (;;) {
          const changed = broker.changed().then(() => false);
          const ranges = positions.map((one) => fetchOne(broker, one, recordsPerFetchMax));
          if (ranges.some((range) => isNews(range, positions))) return ranges;
          if (positions.length === 0 || (await Promise.race([changed, timeUp]))) return ranges;
        }
      } finally {
        over.abort();
      }
    },
    close: () => Promise.resolve(),
  };
}

function isNews({ fault, topic, partition, nextOffset }: FetchedRange, asked: Asked): boolean {
  if (fault !== undefined) return true;
  const position = asked.find((one) => one.topic === topic && one.partition === partition);
  return position?.offset !== nextOffset;
}

type Asked = readonly RecordPosition[];

function fetchOne(
  broker: FakeBroker,
  { topic, partition, offset }: RecordPosition,
  recordsMax: number,
): FetchedRange {
  const log = broker.topics.get(topic)?.logs[partition];
  const nothing = { topic, partition, records: [], nextOffset: offset };
  if (log === undefined) return { ...nothing, logStart: 0n, end: 0n, fault: 'absent' };
  const at = { ...nothing, logStart: log.start, end: log.end };
  const fetched = log.fetch(offset, recordsMax);
  if (fetched === 'out-of-range') return { ...at, fault: 'out-of-range' };
  return fetched === undefined ? at : { ...at, ...fetched };
}
