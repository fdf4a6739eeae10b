/**
 * What a subscriber tells about its copy on `receipt.<agreement>`, its only write right: how far it
 * is, in what state, and, once an agreement has ended, the signed statement that the copy is gone.
 * Every receipt tells all of it, so that the newest one is enough. Holds no value of any row.
 */
import { z } from 'zod';
import { pairNames } from '../../agreement/agreement.ts';
import { BusError } from '../../base/errors.ts';
import type { BusProducer, KafkaBus, RawRecord } from '../../kafka/kafka.ts';
import type { Progress } from './progress-store.ts';
import type { Subscription } from './subscription-store.ts';

export const COPY_STATES = [
  /** Nothing has arrived yet. */
  'new',
  /** A whole copy is being gathered; the old data stands. */
  'copying',
  'live',
  /** A partition stands still; the fault says why. It is tried again. */
  'halted',
  /** What arrived did not agree with what was sent: the old data stands until a resync. */
  'mismatch',
  /** Records were lost before they were read: the old data stands until a resync. */
  'needs-resync',
  /** The agreement has ended and the copy is deleted. */
  'purged',
] as const;
export type CopyState = (typeof COPY_STATES)[number];

const purgeStatement = z.looseObject({
  id: z.string(),
  contentHash: z.string(),
  verb: z.literal('confirm-purge'),
  previousEventHash: z.null(),
  time: z.string(),
  org: z.string(),
  rowsDeleted: z.int().min(0),
  tables: z.array(z.string()),
});

const receiptSchema = z.object({
  agreement: z.string(),
  /** Of the newest version whose records arrived. */
  contentHash: z.string().nullable(),
  state: z.enum(COPY_STATES),
  /** Code of what keeps the copy from being live. */
  fault: z.string().nullable(),
  /** Of the rows that readers see; 0 before the first copy. */
  generation: z.int(),
  /** Hub's transaction order of the newest change that readers see. */
  appliedVersion: z.number().nullable(),
  appliedSourceTimeMs: z.number().nullable(),
  /** In the copy, counted now and then. */
  rows: z.int().nullable(),
  /** Next offset of each partition of the pair topic. */
  offsets: z.array(z.object({ partition: z.int(), next: z.string() })),
  /** RFC 3339, UTC. */
  at: z.string(),
  purge: z.object({ statement: purgeStatement, jws: z.string() }).nullable(),
});

export type PurgeStatement = z.output<typeof purgeStatement>;
export type Receipt = Readonly<z.output<typeof receiptSchema>>;

/** The receipt of a copy as its notes say. */
export function receiptOf(of: {
  readonly agreementId: string;
  readonly contentHash: string | null;
  readonly subscription: Subscription;
  readonly progress: readonly Progress[];
  readonly rows: number | null;
  readonly nowMs: number;
}): Receipt {
  const { agreementId: agreement, contentHash, subscription, progress, rows, nowMs } = of;
  const isPurged = subscription.purgedAtMs !== null;
  const fault = progress.find(({ faultCode }) => faultCode !== null)?.faultCode;
  return {
    agreement,
    contentHash,
    state: stateOf(subscription, progress),
    fault: isPurged ? null : (fault ?? subscription.faultCode),
    generation: subscription.generation,
    appliedVersion: isPurged ? null : newest(progress.map(({ lastVersion }) => lastVersion)),
    appliedSourceTimeMs: isPurged ? null : newest(progress.map((p) => p.lastSourceMs)),
    rows: isPurged ? 0 : rows,
    offsets: progress.map(({ part, next }) => ({ partition: part, next: next.toString() })),
    at: new Date(nowMs).toISOString(),
    purge: null,
  };
}

function stateOf(subscription: Subscription, progress: readonly Progress[]): CopyState {
  if (subscription.purgedAtMs !== null) return 'purged';
  if (progress.some(({ faultCode }) => faultCode !== null)) return 'halted';
  const isCopying = progress.some(
    ({ mode, control }) => mode === 'staging' || control?.startsWith('BACKFILL_END '),
  );
  if (isCopying) return 'copying';
  if (subscription.faultCode === 'SUBSCRIBER_COPY_MISMATCH') return 'mismatch';
  if (progress.some(({ mode }) => mode === 'discarding')) return 'needs-resync';
  return progress.some(({ generation }) => generation > 0) ? 'live' : 'new';
}

function newest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

export function sendReceipt(producer: BusProducer, receipt: Receipt): Promise<void> {
  const { receiptTopic } = pairNames(receipt.agreement);
  const value = JSON.stringify(receipt);
  return producer.send(receiptTopic, [{ key: receipt.agreement, value }]);
}

export type ReadReceipts = {
  /** By agreement; those without any receipt are left out. */
  readonly receipts: ReadonlyMap<string, Receipt>;
  /** What stands on a receipt topic and is none; the topic's pair is left out. */
  readonly faults: readonly BusError[];
};

/** The newest receipt of each agreement. Needs the right to read the receipt topics. */
export async function readReceipts(
  kafka: KafkaBus,
  agreementIds: readonly string[],
): Promise<ReadReceipts> {
  const receipts = new Map<string, Receipt>();
  const faults: BusError[] = [];
  for (const { topic, record } of await lastRecords(kafka, agreementIds)) {
    const receipt = parseReceipt(record);
    if ('why' in receipt) {
      const { offset } = record;
      faults.push(new BusError('SUBSCRIBER_RECEIPT_INVALID', { topic, offset, why: receipt.why }));
      continue;
    }
    const known = receipts.get(receipt.agreement);
    const isOwn = pairNames(receipt.agreement).receiptTopic === topic;
    if (isOwn && (!known || known.at <= receipt.at)) receipts.set(receipt.agreement, receipt);
  }
  return { receipts, faults };
}

const FETCH_WAIT_MS = 2_000;

async function lastRecords(
  kafka: KafkaBus,
  agreementIds: readonly string[],
): Promise<{ readonly topic: string; readonly record: RawRecord }[]> {
  const topics = agreementIds.map((id) => pairNames(id).receiptTopic);
  const admin = await kafka.admin();
  const reader = await kafka.reader();
  try {
    const there = (await admin.describeTopics(topics)).map(({ name }) => name);
    const filled = (await admin.offsets(there)).filter(({ start, end }) => end > start);
    const positions = filled.map(({ topic, partition, end }) => ({
      topic,
      partition,
      offset: end - 1n,
    }));
    if (positions.length === 0) return [];
    const ranges = await reader.fetch(positions, { waitMs: FETCH_WAIT_MS });
    return ranges.flatMap(({ topic, records }) => {
      const record = records.at(-1);
      return record ? [{ topic, record }] : [];
    });
  } finally {
    await Promise.all([admin.close(), reader.close()]);
  }
}

function parseReceipt({ value }: RawRecord): Receipt | { readonly why: string } {
  try {
    const parsed = receiptSchema.safeParse(JSON.parse(value?.toString('utf8') ?? ''));
    if (parsed.success) return parsed.data;
    return { why: parsed.error.issues.map(({ path }) => path.join('.') || 'all of it').join(', ') };
  } catch {
    return { why: 'it is no JSON' };
  }
}
