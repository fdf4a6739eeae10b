/**
 * Taking partitions of a pair topic over. The copy's own notes say where to read on; the broker
 * says whether that place still exists. What was lost is never passed over in silence: the partition
 * then waits for a whole copy, and the old data stays.
 */
import { BusError } from '../../base/errors.ts';
import { untilSure, type UntilSureOptions } from '../../base/until-sure.ts';
import type { KafkaAdmin, PartitionOffsets, TopicState } from '../../kafka/kafka.ts';
import type { SqlDatabase, SqlSession } from '../../sql/sql.ts';
import type { Dialect } from './dialect.ts';
import {
  claimProgress,
  discardFrom,
  forgetProgress,
  noteFirstSight,
  readProgress,
  type Progress,
} from './progress-store.ts';
import { noteFault, readSubscription, updateSubscription } from './subscription-store.ts';
import { stageTable } from './tables.ts';

export type ClaimOptions = {
  readonly database: SqlDatabase;
  readonly dialect: Dialect;
  readonly admin: KafkaAdmin;
  readonly agreementId: string;
  readonly topic: string;
  readonly parts: readonly number[];
  readonly owner: string;
  readonly groupGeneration: number;
  readonly force: boolean;
  /** Believe a log that ends before our progress; a broker that starts may know less for a while. */
  readonly isSure: boolean;
};

export type ClaimedPartition = {
  readonly progress: Progress;
  readonly verdict: 'go' | 'refused' | 'unsure';
};

/** Claims `parts` and answers how each goes on. Throws KAFKA_TOPIC_ABSENT while the topic cannot be seen. */
export async function takePartitions(options: ClaimOptions): Promise<ClaimedPartition[]> {
  const { database, admin, agreementId, topic, parts, owner } = options;
  const [state] = await admin.describeTopics([topic]);
  if (!state) throw new BusError('KAFKA_TOPIC_ABSENT', { what: `reading ${topic}` });
  const starts = await admin.offsets([topic]);
  await database.transaction((session) => note(session, options, { state, starts }));
  await claimProgress(database, agreementId, options);
  // Ends are read after the claim: nothing can be applied any more that they do not cover.
  const offsets = new Map((await admin.offsets([topic])).map((o) => [o.partition, o]));
  const lost: number[] = [];
  const claimed = (await readProgress(database, agreementId))
    .filter(({ part }) => parts.includes(part))
    .map((progress): ClaimedPartition => {
      if (progress.owner !== owner) return { progress, verdict: 'refused' };
      const gap = gapOf(progress, offsets.get(progress.part));
      if (gap === undefined) return { progress, verdict: 'go' };
      if (gap === 'ends before' && !options.isSure) return { progress, verdict: 'unsure' };
      lost.push(progress.part);
      return { progress, verdict: 'go' };
    });
  if (lost.length === 0) return claimed;
  for (const part of lost) await noteLoss(options, part, offsets.get(part)?.start ?? 0n);
  const renewed = new Map((await readProgress(database, agreementId)).map((p) => [p.part, p]));
  return claimed.map(({ progress, verdict }) => ({
    progress: renewed.get(progress.part) ?? progress,
    verdict,
  }));
}

/** Notes topic and partitions at first sight, and begins anew where it is another topic now. */
async function note(
  session: SqlSession,
  { agreementId, topic, dialect }: ClaimOptions,
  { state, starts }: { readonly state: TopicState; readonly starts: readonly PartitionOffsets[] },
): Promise<void> {
  const known = await readSubscription(session, agreementId, { lock: true });
  const isNew = known.topicId === '';
  const isOther =
    !isNew && (known.topicId !== state.topicId || known.partitions !== state.partitions);
  if (!isNew && !isOther) return;
  await forgetProgress(session, agreementId);
  if (known.layout !== null)
    await session.execute(`DELETE FROM ${dialect.quote(stageTable(known.table))}`);
  await updateSubscription(session, agreementId, {
    topic_id: state.topicId,
    partitions: state.partitions,
    newest_generation: 0,
  });
  const all = Array.from({ length: state.partitions }, (_, part) => part);
  // A log whose beginning is gone holds no first copy: a newer one is waited for.
  const cut = new Set(starts.filter(({ start }) => start > 0n).map(({ partition }) => partition));
  const isLost = (part: number) => isOther || cut.has(part);
  for (const mode of ['live', 'discarding'] as const) {
    const parts = all.filter((part) => isLost(part) === (mode === 'discarding'));
    await noteFirstSight(session, dialect, { agreementId, parts, mode });
  }
  const first = all.find(isLost);
  if (first === undefined) return;
  const why = isOther ? 'it was recreated or repartitioned' : 'its beginning is gone';
  await noteFault(session, agreementId, faultOf({ partition: first, topic, why }));
}

type Gap = 'begins after' | 'ends before';

function gapOf(
  { next, mode, control }: Progress,
  offsets: PartitionOffsets | undefined,
): Gap | undefined {
  // What comes after the end of an agreement is nobody's loss.
  if (mode === 'waiting' && control?.startsWith('END ')) return undefined;
  if (!offsets || next > offsets.end) return 'ends before';
  return next < offsets.start ? 'begins after' : undefined;
}

async function noteLoss(
  { database, agreementId, topic }: ClaimOptions,
  partition: number,
  start: bigint,
): Promise<void> {
  const why = `it begins at ${start}, or ends before what was read`;
  await database.transaction(async (session) => {
    await readSubscription(session, agreementId, { lock: true });
    await discardFrom(session, agreementId, { parts: [partition], next: start });
    await noteFault(session, agreementId, faultOf({ partition, topic, why }));
  });
}

function faultOf(details: {
  readonly partition: number;
  readonly topic: string;
  readonly why: string;
}): { readonly code: string; readonly detail: string } {
  const fault = new BusError('SUBSCRIBER_RECORDS_LOST', details);
  return { code: fault.code, detail: fault.message };
}

export type TakeOptions = Omit<ClaimOptions, 'admin' | 'isSure'> &
  Omit<UntilSureOptions, 'what'> & { readonly admin: () => Promise<KafkaAdmin> };

/**
 * As `takePartitions`, waiting out outages and looking again at what may only be late. Answers
 * undefined when it was overtaken or asked to end.
 */
export async function takeUntilSure(options: TakeOptions): Promise<ClaimedPartition[] | undefined> {
  if (options.parts.length === 0) return [];
  return untilSure(
    async (isSure) => {
      const claimed = await takePartitions({ ...options, admin: await options.admin(), isSure });
      return claimed.some(({ verdict }) => verdict === 'unsure') ? undefined : claimed;
    },
    { ...options, what: 'claim' },
  );
}
