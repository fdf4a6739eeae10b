/**
 * One day of a daily pair: everything of its topic up to the cut, reduced to the net change of each
 * key, and the manifest that a subscriber checks before it swaps. A day that was cut off in the
 * middle is written again, the same: the cut is where it was.
 */
import { createHash } from 'node:crypto';
import { must } from '../../../base/assert.ts';
import type { KafkaAdmin, LogReader } from '../../../kafka/kafka.ts';
import type { Cutoff } from '../../control-record.ts';
import { KeySet } from '../../key-set.ts';
import { isCovered } from '../changes.ts';
import { Outcome, WHOLE } from '../outcome.ts';
import type { GatewayPlan, PlannedPair, PlannedTopic } from '../plan.ts';
import { jsonText, readFloor, type Floor } from '../progress.ts';
import { NetChanges } from './net.ts';

/** Records of a day in one transaction. */
const RECORDS_MAX = 5_000;

/** How far a daily pair is; kept as a note of its home shard. */
export type DailyState = {
  readonly contentHash: string;
  readonly generation: number;
  readonly floor: Floor;
  /** Where each partition is read on, as text. */
  readonly next: Readonly<Record<string, string>>;
  /** When its copy was written, ms. */
  readonly sinceMs: number;
  readonly lastDay?: string;
  /** SHA-256 of the last manifest's text. */
  readonly lastManifest?: string;
};

export function dailyNote(agreement: string): string {
  return `daily|${agreement}`;
}

export function readDaily(text: string | undefined): DailyState | undefined {
  if (text === undefined) return undefined;
  const raw = JSON.parse(text) as DailyState;
  return { ...raw, floor: readFloor(raw.floor) };
}

export type DayJob = {
  readonly planned: PlannedPair;
  readonly plan: GatewayPlan;
  readonly state: DailyState;
  readonly day: string;
  /** The hub's transaction order at the cut. */
  readonly cut: bigint;
  readonly shard: number;
  readonly shards: number;
  readonly ports: {
    readonly admin: KafkaAdmin;
    readonly reader: LogReader;
    readonly transact: (outcome: Outcome) => Promise<void>;
  };
};

/** Writes the day; answers how many keys changed. */
export async function deliverDay(job: DayJob): Promise<number> {
  const { planned, plan, state } = job;
  const topic = must(plan.topics.get(planned.pair.resource.topic), 'a topic of the plan');
  const keyAt = planned.pair.resource.key.map(({ name }) =>
    topic.columns.findIndex((column) => column.name === name),
  );
  const net = new NetChanges(planned, keyAt);
  const next: Record<string, string> = {};
  // Noted after the cut was found, so that everything before it is below.
  for (const { partition, end } of await job.ports.admin.offsets([topic.topic])) {
    const from = BigInt(state.next[partition] ?? 0);
    next[partition] = String(await readToCut(job, net, { topic, partition, from, end }));
  }
  const counted = await writeChanges(job, net);
  await writeManifest(job, { ...counted, next });
  return counted.keys.count;
}

/** Reads one partition up to the cut; answers where tomorrow begins. */
async function readToCut(
  { state, cut, ports }: DayJob,
  net: NetChanges,
  {
    topic,
    partition,
    from,
    end,
  }: {
    readonly topic: PlannedTopic;
    readonly partition: number;
    readonly from: bigint;
    readonly end: bigint;
  },
): Promise<bigint> {
  let offset = from;
  while (offset < end) {
    const [range] = await ports.reader.fetch([{ topic: topic.topic, partition, offset }], {
      waitMs: 0,
    });
    if (!range || range.fault || range.nextOffset <= offset)
      throw new Error(`partition ${partition} of ${topic.topic} cannot be read on at ${offset}`);
    await topic.reader.prepare(range.records);
    for (const record of range.records) {
      const change = topic.reader.read(record);
      // Changes of one partition stand in the hub's order.
      if (change && change.sequence > cut) return record.offset;
      if (change && !isCovered(change, state.floor)) net.add(change);
    }
    offset = range.nextOffset;
  }
  return offset;
}

type Counted = { readonly upserts: number; readonly deletes: number; readonly keys: KeySet };

async function writeChanges(job: DayJob, net: NetChanges): Promise<Counted> {
  const { planned, state, cut, shard, shards, ports } = job;
  const keys = new KeySet();
  let upserts = 0;
  let deletes = 0;
  let outcome = new Outcome(shard, shards);
  const at = { topic: planned.pair.resource.topic, partition: WHOLE };
  const about = { generation: state.generation, sequence: cut, at, from: 0n };
  for (const { decision, faulty } of net.decisions()) {
    if (faulty) outcome.fault(planned, about);
    if (!decision) continue;
    keys.add(outcome.deliver(planned, decision, about));
    if (decision.kind === 'UPSERT') upserts++;
    else deletes++;
    if (outcome.records < RECORDS_MAX) continue;
    await ports.transact(outcome);
    outcome = new Outcome(shard, shards);
  }
  if (outcome.isAccountable) await ports.transact(outcome);
  return { upserts, deletes, keys };
}

async function writeManifest(
  { planned, state, day, cut, shard, shards, ports }: DayJob,
  { upserts, deletes, keys, next }: Counted & { readonly next: DailyState['next'] },
): Promise<void> {
  const manifest: Cutoff = {
    day,
    cutVersion: Number(cut),
    upserts,
    deletes,
    keySetHash: keys.hash,
    watermarks: {},
    previous: state.lastManifest ?? null,
  };
  const outcome = new Outcome(shard, shards);
  const { generation } = state;
  outcome.control(planned, 'CUTOFF', { generation, sequence: cut, body: manifest });
  const lastManifest = createHash('sha256').update(JSON.stringify(manifest)).digest('hex');
  const text = jsonText({ ...state, next, lastDay: day, lastManifest });
  outcome.note({ kind: 'note', name: dailyNote(planned.pair.agreement.id), text });
  await ports.transact(outcome);
}
