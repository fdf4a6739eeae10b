/**
 * Four corrections of kafkajs' ConsumerGroup.
 * 1. GROUP_JOIN does not tell the group's generation; here the event carries it, and the group.
 * 2. On OffsetOutOfRange kafkajs jumps to the default offset and so skips or repeats records
 *    silently. Here it never moves: the partition is paused and the adapter is told.
 * 3. While every partition is paused, or none is claimed yet, kafkajs sleeps the whole fetch
 *    wait before it looks again; here it looks every few milliseconds, so that a claim shows at once.
 * 4. A fetch that brought only transaction markers never reaches the handler; here it is told.
 */
import type { TopicPartition } from '../../kafka.ts';
import { mustBeKnown, upstream } from './upstream.ts';

type PausedSet = readonly { readonly topic: string; readonly partitions: readonly number[] }[];

/** The part of kafkajs' ConsumerGroup that is used here and by the consumer. */
export type ConsumerGroup = {
  readonly generationId: number;
  maxWaitTime: number;
  instrumentationEmitter: Emitter;
  readonly subscriptionState: { active(): PausedSet; paused(): PausedSet };
  pause(partitions: PausedSet): void;
  resume(partitions: PausedSet): void;
  seek(position: TopicPartition & { readonly offset: string }): void;
  resolveOffset(position: TopicPartition & { readonly offset: string }): void;
  hasSeekOffset(partition: TopicPartition): boolean;
};

type Emitter = { emit(name: string, payload: unknown): void };

type Call<Args extends readonly unknown[], Answer> = (
  this: ConsumerGroup,
  ...args: Args
) => Promise<Answer>;

type GroupClass = {
  readonly prototype: {
    connect: Call<[], void>;
    joinAndSync: Call<[], void>;
    fetch: Call<[nodeId: string], readonly FetchedBatch[]>;
    recoverFromOffsetOutOfRange: Call<[error: TopicPartition], void>;
  };
};

/** The part of kafkajs' Batch that is used here and by the consumer. */
export type FetchedBatch = TopicPartition & {
  readonly fetchedOffset: string;
  lastOffset(): string;
  /** True for a fetch that brought only markers, aborted records or a compacted stretch. */
  isEmptyDueToFiltering(): boolean;
};

/** What GROUP_JOIN carries beyond kafkajs' own fields. */
export type GroupJoinExtra = {
  readonly groupGeneration: number;
  readonly consumerGroup: ConsumerGroup;
};

/** How soon a consumer that may fetch nothing looks again. */
const PAUSED_WAIT_MS = 10;
const GROUP_JOIN = 'group_join';

const prototype = () => upstream<GroupClass>('consumer/consumerGroup').prototype;

export const CONSUMER_GROUP_PATCHES = [
  {
    what: 'ConsumerGroup.connect',
    hash: 'ca890666b314689127a904b06ca55f5631d46275ffd121699b662abdc21ce113',
    original: () => prototype().connect,
  },
  {
    what: 'ConsumerGroup.joinAndSync',
    hash: '86569beffea31029585b788fc5def1cc9013181b0e5771ed60f92305120cf0b4',
    original: () => prototype().joinAndSync,
  },
  {
    what: 'ConsumerGroup.fetch',
    hash: 'e2e52d81f1e13b90c4fb9816824dd20f9103f9d974f18161574639793eb1cabf',
    original: () => prototype().fetch,
  },
  {
    what: 'ConsumerGroup.recoverFromOffsetOutOfRange',
    hash: 'a61c4ed52db5ea75cea2e83e8f6871fcc36b67b604c0fb44b9d864dc6811d64f',
    original: () => prototype().recoverFromOffsetOutOfRange,
  },
] as const;

export type GroupListener = {
  /** The partition was paused because its offset is not in the log. */
  outOfRange(partition: TopicPartition): void;
  /** A fetch brought nothing to hand over, yet moved on; kafkajs never shows it to eachBatch. */
  passed(batch: FetchedBatch): void;
};

const listeners = new WeakMap<ConsumerGroup, GroupListener>();

/** One listener a group; the last one stays. */
export function listenToGroup(group: ConsumerGroup, listener: GroupListener): void {
  listeners.set(group, listener);
}

export function patchConsumerGroup(): void {
  for (const { what, hash, original } of CONSUMER_GROUP_PATCHES) {
    mustBeKnown(what, original(), hash);
  }
  const connect = prototype().connect;
  prototype().connect = function connectWithGeneration(this: ConsumerGroup) {
    addGeneration(this);
    shortenPausedWait(this);
    return connect.call(this);
  };
  prototype().recoverFromOffsetOutOfRange = function pauseInstead(this: ConsumerGroup, error) {
    const { topic, partition } = error;
    this.pause([{ topic, partitions: [partition] }]);
    listeners.get(this)?.outOfRange({ topic, partition });
    return Promise.resolve();
  };
  const fetch = prototype().fetch;
  prototype().fetch = async function fetchAndTell(this: ConsumerGroup, nodeId) {
    const batches = await fetch.call(this, nodeId);
    for (const batch of batches) {
      if (batch.isEmptyDueToFiltering()) listeners.get(this)?.passed(batch);
    }
    return batches;
  };
}

function addGeneration(group: ConsumerGroup): void {
  const upstreamEmitter = group.instrumentationEmitter;
  group.instrumentationEmitter = {
    emit(name, payload) {
      const joined = name.endsWith(GROUP_JOIN) && typeof payload === 'object';
      const extra = { groupGeneration: group.generationId, consumerGroup: group };
      upstreamEmitter.emit(name, joined ? { ...payload, ...extra } : payload);
    },
  };
}

/** `maxWaitTime` is read once for the sleep and once for the request: both want the short wait. */
function shortenPausedWait(group: ConsumerGroup): void {
  const configuredMs = group.maxWaitTime;
  Object.defineProperty(group, 'maxWaitTime', {
    get() {
      const fetchable = group.subscriptionState.active().some((one) => one.partitions.length > 0);
      const waiting = group.subscriptionState.paused().length > 0;
      return !fetchable && waiting ? PAUSED_WAIT_MS : configuredMs;
    },
  });
}
