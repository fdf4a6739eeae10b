/**
 * The Kafka port: what the bus asks of a broker. Offsets are bigint inside the bus and never
 * numbers. kafkajs is one adapter (bus/kafka/kafkajs/), the in-memory fake another; both pass
 * tests/support/contracts/kafka-contract.ts.
 */

export type TopicPartition = { readonly topic: string; readonly partition: number };

export type RawRecord = {
  readonly offset: bigint;
  /** Null for records without a key (Debezium's TRUNCATE). */
  readonly key: Buffer | null;
  /** Null for tombstones. */
  readonly value: Buffer | null;
  /** The record's own timestamp, ms since the epoch. */
  readonly timestampMs: number;
};

export type RecordBatch = TopicPartition & {
  readonly records: readonly RawRecord[];
  /**
   * The offset that was asked for when this batch was fetched (kafkajs: `batch.fetchedOffset`).
   * The handler proves with it that nothing between its own progress and this batch was passed over.
   */
  readonly fetchOffset: bigint;
  /** The offset after everything in this batch, transaction markers and aborted records included. */
  readonly nextOffset: bigint;
  /** The partition's high watermark as known when the batch was fetched. */
  readonly highWatermark: bigint;
  /** True once the partition was taken away or sought elsewhere: apply nothing of this batch. */
  isStale(): boolean;
  /** Tells the group that this member lives; call between chunks of long work. */
  heartbeat(): Promise<void>;
};

export type Assignment = {
  readonly group: string;
  readonly memberId: string;
  /** Grows with every rebalance of the group; the fence against late claims. */
  readonly groupGeneration: number;
  readonly partitions: readonly TopicPartition[];
};

/** Where one claimed partition starts, or that it must stay paused. */
export type Claim =
  | { readonly kind: 'start'; readonly offset: bigint }
  | { readonly kind: 'pause'; readonly reason: string };

/** What to do after a batch was handed over. */
export type Handled =
  /** Everything below `nextOffset` of the batch (or the given offset) is done. */
  | { readonly kind: 'done' }
  /** Continue reading at `offset` (a batch cut short, or somebody else's progress found). */
  | { readonly kind: 'seek'; readonly offset: bigint }
  /** Stop reading this partition until the next claim or `resume`. */
  | { readonly kind: 'pause'; readonly reason: string }
  /** The partition is no longer ours: forget the batch and change nothing. */
  | { readonly kind: 'drop' };

/**
 * The consumer of claimed partitions. The adapter calls `claim` on every assignment, with all
 * assigned partitions paused until it answers; no batch of a partition is handed over before
 * its claim. `apply` is called with one batch of one partition at a time, in offset order.
 * None of the three may throw: an unexpected throw ends the consumer with the error.
 */
export interface PartitionHandler {
  claim(assignment: Assignment): Promise<ReadonlyMap<string, Claim>>;
  apply(batch: RecordBatch): Promise<Handled>;
  /** A fetch brought only markers or aborted records up to `nextOffset`: nothing to apply, progress to note. */
  skip(
    position: TopicPartition & { readonly fetchOffset: bigint; readonly nextOffset: bigint },
  ): Promise<Handled>;
}

export type ConsumerOptions = {
  readonly group: string;
  readonly topics: readonly string[];
  readonly handler: PartitionHandler;
  /** How many partitions may be in `apply` at once. */
  readonly concurrency?: number;
  /** Bounds of one fetch. */
  readonly bytesPerPartitionMax?: number;
  readonly fetchWaitMsMax?: number;
  readonly sessionTimeoutMs?: number;
};

export interface BusConsumer {
  /** Joins the group and hands batches over until `close` or an error that cannot be healed here. */
  start(): Promise<void>;
  /** Settles when the consumer ended: undefined after `close`, else the error that ended it. */
  readonly ended: Promise<Error | undefined>;
  /** Lets a paused partition read on from where its next claim says: asks for a fresh claim of it. */
  reclaim(partition: TopicPartition): Promise<void>;
  /** Offsets noted in Kafka for lag tools only; losing them loses nothing. */
  mirrorOffset(position: TopicPartition & { readonly nextOffset: bigint }): void;
  close(): Promise<void>;
}

export type TopicSpec = {
  readonly name: string;
  readonly partitions: number;
  readonly replication: number;
  readonly config?: Readonly<Record<string, string>>;
};

export type TopicState = {
  readonly name: string;
  /** The broker's own identity of this topic's life: a recreated topic has another. */
  readonly topicId: string;
  readonly partitions: number;
};

export type PartitionOffsets = TopicPartition & {
  /** The oldest offset still in the log. */
  readonly start: bigint;
  /** End offset as a read-committed consumer sees it (last stable offset). */
  readonly end: bigint;
};

export type RecordPosition = TopicPartition & { readonly offset: bigint };
export type RecordTime = RecordPosition & { readonly timestampMs: number };

export type AclRule = {
  readonly principal: string;
  readonly resource: 'topic' | 'group' | 'transactional-id';
  readonly name: string;
  readonly match: 'literal' | 'prefixed';
  /** The bus grants the first four; the others are known so that a rule made by hand is seen. */
  readonly operation:
    | 'read'
    | 'write'
    | 'create'
    | 'describe'
    | 'delete'
    | 'alter'
    | 'describe-configs'
    | 'alter-configs'
    | 'all';
};

export interface KafkaAdmin {
  clusterId(): Promise<string>;
  /** Names of all topics this user may see. */
  listTopics(): Promise<string[]>;
  /** State of each named topic that exists; absent ones are left out. */
  describeTopics(names: readonly string[]): Promise<TopicState[]>;
  /** Creates the absent ones and answers their names; existing topics are left as they are. */
  createTopics(specs: readonly TopicSpec[]): Promise<string[]>;
  deleteTopics(names: readonly string[]): Promise<void>;
  /** Settings made on each named topic itself, by topic; the broker's defaults are left out. */
  topicConfigs(
    names: readonly string[],
  ): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>>;
  /** Sets the named settings of existing topics and leaves their other settings as they are. */
  setTopicConfigs(
    changes: readonly {
      readonly name: string;
      readonly config: Readonly<Record<string, string>>;
    }[],
  ): Promise<void>;
  /** Log start and read-committed end of every partition of the topics. */
  offsets(topics: readonly string[]): Promise<PartitionOffsets[]>;
  /**
   * Where every partition's log ends, records of open transactions included: nothing that was
   * written before this call stands at or after it, whether its transaction has ended or not.
   */
  writtenEnds(topics: readonly string[]): Promise<RecordPosition[]>;
  /** Offsets committed in Kafka by `group`; partitions without a commit are left out. */
  groupOffsets(
    group: string,
    topics: readonly string[],
  ): Promise<(TopicPartition & { offset: bigint })[]>;
  /**
   * The first committed record at or after each position and when it was written; positions with
   * none yet are left out. Needs the right to read the topics.
   */
  recordTimes(positions: readonly RecordPosition[]): Promise<readonly RecordTime[]>;
  /** Creates SCRAM-SHA-512 users or sets their passwords. */
  setUsers(users: readonly { readonly name: string; readonly password: string }[]): Promise<void>;
  deleteUsers(names: readonly string[]): Promise<void>;
  listUsers(): Promise<string[]>;
  /** Allow rules of one principal ("User:x"), or of all. */
  listAcls(principal?: string): Promise<AclRule[]>;
  createAcls(rules: readonly AclRule[]): Promise<void>;
  deleteAcls(rules: readonly AclRule[]): Promise<void>;
  close(): Promise<void>;
}

export type OutgoingRecord = {
  readonly key: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly partition?: number;
};

export interface BusProducer {
  /** Idempotent send of all records to `topic`; resolves when every replica in sync has them. */
  send(topic: string, records: readonly OutgoingRecord[]): Promise<void>;
  close(): Promise<void>;
}

/** What goes into one transaction, in the order of each partition. */
export type Sends = readonly {
  readonly topic: string;
  readonly records: readonly OutgoingRecord[];
}[];

/**
 * All or nothing over many topics, and one living owner of its id. Calls run one after another.
 * Nothing outlives an error: after one, an abort asked for by `beforeCommit` excepted, every
 * commit is refused until `fence`, so that nobody goes on without reading its progress again.
 */
export interface TransactionalProducer {
  /** Fences every predecessor with this id and ends its open transaction: nothing of it will ever be visible. */
  fence(): Promise<void>;
  /**
   * Writes all of `sends` in one transaction and resolves when its commit is decided; readers see
   * it some milliseconds later, at the latest when the next `fence` of this id has resolved.
   * `beforeCommit` runs when everything is written and nothing visible; what it throws aborts and
   * is thrown on. The first commit takes the id over, as `fence` does.
   * KAFKA_FENCED: another took the id over, the transaction outlived its time, or a commit before
   * failed and `fence` was not called since.
   * KAFKA_TOPIC_REFUSED, with `topic`: that one cannot be written (absent, denied); nothing was.
   * KAFKA_COMMIT_UNKNOWN: the commit was sent and not answered; only progress tells its outcome.
   * After any other error nothing was written.
   */
  commit(
    sends: Sends,
    options?: { readonly beforeCommit?: () => void | Promise<void> },
  ): Promise<void>;
  close(): Promise<void>;
}

export type FetchedRange = TopicPartition & {
  /** Committed records at or after the asked offset, in order; markers and aborted records left out. */
  readonly records: readonly RawRecord[];
  /** Where to read on; above the asked offset also where only markers or aborted records were passed. */
  readonly nextOffset: bigint;
  /** The oldest offset still in the log; 0 where it is not known (absent, denied). */
  readonly logStart: bigint;
  /** Last stable offset: where a reader of committed records has to wait; 0 where not known. */
  readonly end: bigint;
  /**
   * The first offset that was passed although nothing stands there that a reader may pass: no record,
   * no marker, no aborted record. Deleted or compacted away; absent where nothing is missing.
   */
  readonly missing?: bigint;
  /** Why nothing was read, where nothing can be: the offset is not in the log, the topic is absent or may not be read. */
  readonly fault?: 'out-of-range' | 'absent' | 'denied';
};

export type FetchLimits = {
  /** How long to wait for the first record when nothing is there. */
  readonly waitMs: number;
  readonly bytesMax?: number;
  readonly bytesPerPartitionMax?: number;
};

/** Reads where it is told to, without a group. One fetch at a time; who polls side by side opens another. */
export interface LogReader {
  /**
   * One long poll over all positions, at most one a partition; one answer each, in the order asked.
   * Retries within the call what passes: a leader that moved, a connection that was lost.
   */
  fetch(
    positions: readonly RecordPosition[],
    limits: FetchLimits,
  ): Promise<readonly FetchedRange[]>;
  close(): Promise<void>;
}

export interface KafkaBus {
  admin(): Promise<KafkaAdmin>;
  consumer(options: ConsumerOptions): BusConsumer;
  producer(): Promise<BusProducer>;
  /** Opens nothing by itself: the first call of the producer does. */
  transactional(id: string): Promise<TransactionalProducer>;
  reader(): Promise<LogReader>;
}

/** The map key of one partition: "topic/3". */
export function partitionKey({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
