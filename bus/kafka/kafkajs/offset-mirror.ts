/**
 * Commits offsets in Kafka for lag tools, at most once a second. The truth is in the target
 * database; so a failed commit is noted at debug level and forgotten.
 */
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { partitionKey, type TopicPartition } from '../kafka.ts';

export type Position = TopicPartition & { readonly nextOffset: bigint };
type Commit = (offsets: (TopicPartition & { readonly offset: string })[]) => Promise<void>;

const MIRROR_INTERVAL_MS = 1_000;

export type OffsetMirror = {
  note(position: Position): void;
  /** Forgets what was noted for partitions that went to another member. */
  keep(partitions: readonly TopicPartition[]): void;
  /** Writes what is noted now. */
  flush(): Promise<void>;
  stop(): void;
};

export function createOffsetMirror(commit: Commit, log: Log): OffsetMirror {
  const noted = new Map<string, Position>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const positions = [...noted.values()];
    noted.clear();
    if (positions.length === 0) return writing;
    const offsets = positions.map(({ topic, partition, nextOffset }) => ({
      topic,
      partition,
      offset: nextOffset.toString(),
    }));
    writing = writing
      .then(() => commit(offsets))
      .catch((error: unknown) => log.debug({ error: messageOf(error) }, 'offset mirror failed'));
    return writing;
  }

  return {
    note(position) {
      noted.set(partitionKey(position), position);
      timer ??= setTimeout(() => void flush(), MIRROR_INTERVAL_MS);
    },
    keep(partitions) {
      const kept = new Set(partitions.map(partitionKey));
      for (const key of noted.keys()) if (!kept.has(key)) noted.delete(key);
    },
    flush,
    stop: () => clearTimeout(timer),
  };
}
