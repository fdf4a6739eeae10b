/**
 * The process of our side: the gateway as it is run in service, with its agreements in memory. It is
 * done when every partition is asked for from its end on: what lies before is committed then.
 */
import type { KafkaBus, LogReader, RecordPosition } from '../../bus/kafka/kafka.ts';
import { partitionKey } from '../../bus/kafka/kafka.ts';
import { runGateway } from '../../bus/pair/gateway/gateway.ts';
import { runSide, tell, type SidePorts } from './side-process.ts';

await runSide(async ({ kafka, log, tools, fetchSchema, pairs, ends }) => {
  let records = 0;
  const watch = watchOf(ends, () => records);
  const running = await runGateway({
    kafka: watchedBus(kafka, watch),
    leaseSource: {
      version: () => Promise.resolve(1n),
      read: () => Promise.resolve({ version: 1n, pairs }),
    },
    hub: { look: () => Promise.reject(new Error('every pair has its copy')) },
    cuts: { make: () => Promise.reject(new Error('no pair is daily')) },
    isWorkingDay: () => true,
    tools,
    fetchSchema,
    log,
    onCommitted: (committed) => void (records += committed.records),
  });
  void running.ended.then((error) => {
    if (error) tell({ kind: 'ended', why: error.message });
  });
  return () => running.close();
});

type Watch = (positions: readonly RecordPosition[]) => void;

function watchOf(ends: SidePorts['ends'], records: () => number): Watch {
  const left = new Set(ends.keys());
  let fromMs: number | undefined;
  return (positions) => {
    if (left.size === 0) return;
    for (const position of positions) {
      const key = partitionKey(position);
      const end = ends.get(key);
      if (end === undefined) continue;
      fromMs ??= Date.now();
      if (position.offset >= end) left.delete(key);
    }
    if (left.size === 0)
      tell({ kind: 'done', fromMs: fromMs ?? Date.now(), toMs: Date.now(), records: records() });
  };
}

function watchedBus(kafka: KafkaBus, watch: Watch): KafkaBus {
  return {
    ...kafka,
    async reader(): Promise<LogReader> {
      const reader = await kafka.reader();
      return {
        fetch(positions, limits) {
          watch(positions);
          return reader.fetch(positions, limits);
        },
        close: () => reader.close(),
      };
    },
  };
}
