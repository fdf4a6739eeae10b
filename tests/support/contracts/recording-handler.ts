/** A PartitionHandler that notes everything it is told and answers as the test says. */
import {
  type Assignment,
  type Claim,
  type Handled,
  partitionKey,
  type PartitionHandler,
  type RecordBatch,
  type TopicPartition,
} from '../../../bus/kafka/kafka.ts';

export type Told = TopicPartition & {
  readonly kind: 'apply' | 'skip';
  readonly fetchOffset: bigint;
  readonly nextOffset: bigint;
  readonly values: readonly (string | null)[];
  readonly offsets: readonly bigint[];
};

export type RecordingHandler = PartitionHandler & {
  readonly claims: Assignment[];
  readonly told: Told[];
  /** Values of all applied records in the order of arrival, of one partition or of all. */
  values(partition?: number): (string | null)[];
  /** Answers for the next claims; default: start after what was told, else at 0. */
  onClaim: (partition: TopicPartition, assignment: Assignment) => Claim | Promise<Claim>;
  onApply: (batch: RecordBatch) => Handled | Promise<Handled>;
};

export function recordingHandler(): RecordingHandler {
  const claims: Assignment[] = [];
  const told: Told[] = [];
  const reached = new Map<string, bigint>();

  const handler: RecordingHandler = {
    claims,
    told,
    values: (partition) =>
      told
        .filter((one) => partition === undefined || one.partition === partition)
        .flatMap(({ values }) => values),
    onClaim: (partition) => ({
      kind: 'start',
      offset: reached.get(partitionKey(partition)) ?? 0n,
    }),
    onApply: () => ({ kind: 'done' }),
    async claim(assignment) {
      claims.push(assignment);
      const answers = assignment.partitions.map(async (one): Promise<[string, Claim]> => [
        partitionKey(one),
        await handler.onClaim(one, assignment),
      ]);
      return new Map(await Promise.all(answers));
    },
    async apply(batch) {
      const { topic, partition, fetchOffset, nextOffset, records } = batch;
      told.push({
        kind: 'apply',
        topic,
        partition,
        fetchOffset,
        nextOffset,
        values: records.map(({ value }) => value?.toString() ?? null),
        offsets: records.map(({ offset }) => offset),
      });
      const handled = await handler.onApply(batch);
      if (handled.kind === 'done') reached.set(partitionKey(batch), nextOffset);
      return handled;
    },
    async skip(position) {
      told.push({ kind: 'skip', values: [], offsets: [], ...position });
      reached.set(partitionKey(position), position.nextOffset);
      return { kind: 'done' };
    },
  };
  return handler;
}
