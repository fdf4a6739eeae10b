/**
 * How far a view is behind the log, per partition and per unit. Progress is the target database's
 * own (next offset not applied), never what Kafka was told. Pure: callers read, in this order,
 * progress, then log ends, then record times; so nothing can look caught up that is not.
 * A unit that is halted, lost data, or was never claimed is never called caught up.
 */
import {
  partitionKey,
  type PartitionOffsets,
  type RecordPosition,
  type RecordTime,
  type TopicPartition,
} from '../kafka/kafka.ts';

/** What a target knows of one partition. */
export type Progress = TopicPartition & {
  readonly unit: string;
  readonly nextOffset: bigint;
  readonly haltCode: string | null;
};

export type LagState =
  /** Stopped until an operator lifts it. */
  | 'halted'
  /** Records not yet applied are gone from the log. */
  | 'data-lost'
  /** Nobody has ever read this partition for the view. */
  | 'unclaimed'
  /** Applied all, but some records could not be read. */
  | 'incomplete'
  | 'behind'
  | 'caught-up';

export type PartitionLag = TopicPartition & {
  readonly unit: string;
  readonly state: LagState;
  /** Undefined when never claimed. */
  readonly nextOffset: bigint | undefined;
  readonly start: bigint;
  readonly end: bigint;
  /** Offsets between progress and end; markers of transactions count, as everywhere in Kafka. */
  readonly waiting: number;
  /** How long the oldest waiting record has been on the bus, ms; undefined when none waits or it is not known. */
  readonly oldestMs: number | undefined;
  readonly haltCode: string | undefined;
};

export type UnitLag = {
  readonly unit: string;
  readonly topic: string;
  readonly state: LagState;
  readonly waiting: number;
  readonly oldestMs: number | undefined;
  readonly deadLetters: number;
  readonly haltCode: string | undefined;
  readonly partitions: readonly PartitionLag[];
};

export type LagInput = {
  readonly units: readonly { readonly unit: string; readonly topic: string }[];
  readonly progress: readonly Progress[];
  readonly logs: readonly PartitionOffsets[];
  /**
   * Of the first waiting record at each of `oldestWaiting`; undefined when they could not be read.
   * Where one is missing nothing but markers waits, and the partition is caught up.
   */
  readonly times: readonly RecordTime[] | undefined;
  /** Dead letters by unit. */
  readonly deadLetters: ReadonlyMap<string, number>;
  readonly nowMs: number;
};

/** The lag of every unit, in the order given. */
export function lagOf(input: LagInput): UnitLag[] {
  const progress = new Map(input.progress.map((one) => [`${one.unit} ${partitionKey(one)}`, one]));
  const times = input.times && new Map(input.times.map((one) => [partitionKey(one), one]));
  const asked = new Set(oldestWaiting(input).map(partitionKey));
  return input.units.map(({ unit, topic }) => {
    const partitions = input.logs
      .filter((log) => log.topic === topic)
      .map((log) =>
        partitionLag({
          unit,
          log,
          progress: progress.get(`${unit} ${partitionKey(log)}`),
          time: times?.get(partitionKey(log)),
          onlyMarkers: times?.has(partitionKey(log)) === false && asked.has(partitionKey(log)),
          nowMs: input.nowMs,
        }),
      );
    return unitLag({ unit, topic, partitions, deadLetters: input.deadLetters.get(unit) ?? 0 });
  });
}

/**
 * Where to read one record for its age: the first waiting record of every partition that is behind
 * and still has it.
 */
export function oldestWaiting({
  units,
  progress,
  logs,
}: Pick<LagInput, 'units' | 'progress' | 'logs'>): RecordPosition[] {
  const known = new Map(progress.map((one) => [`${one.unit} ${partitionKey(one)}`, one]));
  return units.flatMap(({ unit, topic }) =>
    logs
      .filter((log) => log.topic === topic)
      .flatMap((log) => {
        const { partition, start, end } = log;
        const offset = known.get(`${unit} ${partitionKey(log)}`)?.nextOffset ?? start;
        return offset < end && offset >= start ? [{ topic, partition, offset }] : [];
      }),
  );
}

function partitionLag({
  unit,
  log,
  progress,
  time,
  onlyMarkers,
  nowMs,
}: {
  readonly unit: string;
  readonly log: PartitionOffsets;
  readonly progress: Progress | undefined;
  readonly time: RecordTime | undefined;
  readonly onlyMarkers: boolean;
  readonly nowMs: number;
}): PartitionLag {
  const { topic, partition, start, end } = log;
  const nextOffset = progress?.nextOffset;
  const from = nextOffset ?? start;
  const waiting = from < end && !onlyMarkers ? Number(end - from) : 0;
  return {
    unit,
    topic,
    partition,
    start,
    end,
    nextOffset,
    waiting,
    state: partitionState({ progress, log, waiting }),
    oldestMs: waiting > 0 && time ? Math.max(0, nowMs - time.timestampMs) : undefined,
    haltCode: progress?.haltCode ?? undefined,
  };
}

function partitionState({
  progress,
  log,
  waiting,
}: {
  readonly progress: Progress | undefined;
  readonly log: PartitionOffsets;
  readonly waiting: number;
}): LagState {
  if (!progress) return 'unclaimed';
  if (progress.haltCode !== null) return 'halted';
  if (progress.nextOffset < log.start) return 'data-lost';
  return waiting > 0 ? 'behind' : 'caught-up';
}

/** Worst first. */
const STATES: readonly LagState[] = [
  'halted',
  'data-lost',
  'unclaimed',
  'incomplete',
  'behind',
  'caught-up',
];

function unitLag({
  unit,
  topic,
  partitions,
  deadLetters,
}: Pick<UnitLag, 'unit' | 'topic' | 'partitions' | 'deadLetters'>): UnitLag {
  const states = new Set<LagState>(partitions.map(({ state }) => state));
  if (partitions.length === 0) states.add('unclaimed');
  if (deadLetters > 0) states.add('incomplete');
  const ages = partitions.flatMap(({ oldestMs }) => oldestMs ?? []);
  return {
    unit,
    topic,
    state: STATES.find((state) => states.has(state)) ?? 'caught-up',
    waiting: partitions.reduce((sum, one) => sum + one.waiting, 0),
    oldestMs: ages.length === 0 ? undefined : Math.max(...ages),
    deadLetters,
    haltCode: partitions.find(({ haltCode }) => haltCode !== undefined)?.haltCode,
    partitions,
  };
}
