/**
 * Taking partitions over. The database row decides where to read on; the broker decides whether
 * that place still exists. `judge` is pure; `takePartitions` does the talking.
 */
import { BusError, type ErrorCode } from '../../base/errors.ts';
import { untilSure, type UntilSureOptions } from '../../base/until-sure.ts';
import type { Assignment, KafkaAdmin, PartitionOffsets, TopicState } from '../../kafka/kafka.ts';
import { partitionKey } from '../../kafka/kafka.ts';
import type { SqlDatabase } from '../../sql/sql.ts';
import {
  claimPartitions,
  haltUnit,
  noteFirstSight,
  readOffsets,
  type OffsetRow,
  type UnitPartition,
} from '../store/offset-store.ts';

export type BrokerView = {
  readonly clusterId: string;
  readonly topic: TopicState | undefined;
  readonly offsets: PartitionOffsets | undefined;
};

export type Verdict =
  | { readonly kind: 'go' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'halted' }
  /** The broker does not (yet) hold what the row says: asked again before it counts as replaced. */
  | {
      readonly kind: 'halt';
      readonly code: ErrorCode;
      readonly detail: string;
      readonly certain: boolean;
    };

/** May reading go on at `row.nextOffset`? */
export function judge(row: OffsetRow, broker: BrokerView, me: { readonly owner: string }): Verdict {
  if (row.owner !== me.owner) return { kind: 'refused' };
  if (row.haltCode !== null) return { kind: 'halted' };
  const { topic, offsets, clusterId } = broker;
  if (row.clusterId !== clusterId)
    return replaced(row, `cluster ${clusterId}, was ${row.clusterId}`, true);
  if (!topic || !offsets) return replaced(row, 'it does not exist', false);
  if (topic.topicId !== row.topicId) return replaced(row, 'it was recreated', true);
  if (topic.partitions !== row.partitions) {
    return replaced(row, `${topic.partitions} partitions, was ${row.partitions}`, true);
  }
  if (row.nextOffset < offsets.start) {
    const error = new BusError('VIEW_DATA_LOST', {
      topic: row.topic,
      partition: row.partition,
      start: offsets.start,
      next: row.nextOffset,
    });
    return { kind: 'halt', code: error.code, detail: error.message, certain: true };
  }
  if (row.nextOffset > offsets.end) {
    return replaced(row, `it ends at ${offsets.end}, but ${row.nextOffset} was applied`, false);
  }
  return { kind: 'go' };
}

function replaced(row: OffsetRow, difference: string, certain: boolean): Verdict {
  const error = new BusError('VIEW_TOPIC_REPLACED', { topic: row.topic, difference });
  return { kind: 'halt', code: error.code, detail: error.message, certain };
}

export type Judged = { readonly row: OffsetRow; readonly verdict: Verdict };

export type TakeOptions = {
  readonly database: SqlDatabase;
  readonly admin: KafkaAdmin;
  readonly owner: string;
  readonly unitOf: (topic: string) => string;
  /** Take the partitions even from a later group generation (the group was begun anew). */
  readonly force: boolean;
};

/** Claims the assigned partitions and judges each; halts are written down by `writeHalts`. */
export async function takePartitions(
  assignment: Assignment,
  options: TakeOptions,
): Promise<Judged[]> {
  const { database, admin, owner, unitOf, force } = options;
  const wanted: UnitPartition[] = assignment.partitions
    .map(({ topic, partition }) => ({ unit: unitOf(topic), topic, partition }))
    .sort((a, b) => a.topic.localeCompare(b.topic) || a.partition - b.partition);
  const topics = [...new Set(wanted.map(({ topic }) => topic))];
  const clusterId = await admin.clusterId();
  const states = new Map((await admin.describeTopics(topics)).map((state) => [state.name, state]));
  await noteFirstSight(
    database,
    wanted.flatMap((w) => {
      const state = states.get(w.topic);
      return state
        ? [{ ...w, clusterId, topicId: state.topicId, partitions: state.partitions }]
        : [];
    }),
  );
  await claimPartitions(database, wanted, {
    owner,
    groupGeneration: assignment.groupGeneration,
    force,
  });
  const rows = await readOffsets(database, wanted);
  // Ends are read after the claim: nothing can be applied any more that they do not cover.
  const offsets = new Map(
    (await admin.offsets([...states.keys()])).map((o) => [partitionKey(o), o]),
  );
  return rows.map((row) => {
    const broker = {
      clusterId,
      topic: states.get(row.topic),
      offsets: offsets.get(partitionKey(row)),
    };
    return { row, verdict: judge(row, broker, { owner }) };
  });
}

/** Writes the halts that `judged` calls for, so that they outlive this process. */
export async function writeHalts(database: SqlDatabase, judged: readonly Judged[]): Promise<void> {
  for (const { row, verdict } of judged) {
    if (verdict.kind === 'halt') await haltUnit(database, row.unit, verdict);
  }
}

export type ClaimOptions = Omit<TakeOptions, 'admin'> &
  Omit<UntilSureOptions, 'what'> & { readonly admin: () => Promise<KafkaAdmin> };

/**
 * Takes the partitions, waiting out outages and looking again at what may only be late. Writes the
 * halts found. Answers undefined when it was overtaken or asked to end.
 */
export function takeUntilSure(
  assignment: Assignment,
  options: ClaimOptions,
): Promise<Judged[] | undefined> {
  return untilSure(
    async (isLast) => {
      const judged = await takePartitions(assignment, { ...options, admin: await options.admin() });
      const unsure = judged.some(({ verdict }) => verdict.kind === 'halt' && !verdict.certain);
      if (unsure && !isLast) return undefined;
      await writeHalts(options.database, judged);
      return judged;
    },
    { ...options, what: 'claim' },
  );
}
