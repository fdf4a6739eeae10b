/**
 * A whole copy of a pair: every row in its scope as of one moment of the hub, between BACKFILL_START
 * and BACKFILL_END, and the places in the log from which the pair reads on. The log's ends are noted
 * before the moment, so nothing falls between; what the copy holds already is known by its floor.
 * A copy that was cut off begins anew under the next generation.
 */
import { must } from '../../base/assert.ts';
import type { ColumnValue } from '../../change/column-value.ts';
import type { KafkaAdmin, PartitionOffsets } from '../../kafka/kafka.ts';
import type { BackfillEnd, BackfillStart } from '../control-record.ts';
import { KeySet } from '../key-set.ts';
import { dailyNote, type DailyState } from './daily/day.ts';
import type { HubMoment, HubMoments } from './hub-moment.ts';
import { Outcome, WHOLE } from './outcome.ts';
import type { GatewayPlan, PlannedPair } from './plan.ts';
import { jsonText, type CopyState, type Floor, type ProgressEntry } from './progress.ts';

export type CopyPorts = {
  readonly admin: KafkaAdmin;
  readonly hub: HubMoments;
  readonly nowMs: () => number;
  /** One transaction of the shard. */
  readonly transact: (outcome: Outcome) => Promise<void>;
};

export type CopyJob = {
  readonly planned: PlannedPair;
  readonly plan: GatewayPlan;
  readonly generation: number;
  readonly shard: number;
  readonly shards: number;
  readonly ports: CopyPorts;
};

/** Writes the copy and answers how many rows it has. */
export async function copyPair(job: CopyJob): Promise<number> {
  const { topic } = job.planned.pair.resource;
  const ends = await job.ports.admin.offsets([topic]);
  return job.ports.hub.look(async (moment) => {
    const { floor } = moment;
    await begin(job, floor);
    const keys = await copyRows(job, moment);
    await end(job, { floor, keys, ends });
    return keys.count;
  });
}

async function begin(job: CopyJob, floor: Floor): Promise<void> {
  const { planned, generation } = job;
  const outcome = new Outcome(job.shard, job.shards);
  const body: BackfillStart = { generation };
  outcome.control(planned, 'BACKFILL_START', { generation, sequence: floor.sequence, body });
  outcome.note(copyEntry(job, 'running'));
  await job.ports.transact(outcome);
}

async function copyRows(job: CopyJob, moment: HubMoment): Promise<KeySet> {
  const { planned, plan } = job;
  const { columns } = must(plan.topics.get(planned.pair.resource.topic), 'a topic of the plan');
  const keys = new KeySet();
  if (planned.pair.backfill === 'none') return keys;
  for await (const rows of moment.pages(planned.pair.resource, columns)) {
    const outcome = new Outcome(job.shard, job.shards);
    for (const row of rows) copyRow(outcome, row, { job, floor: moment.floor, keys });
    if (outcome.isAccountable) await job.ports.transact(outcome);
  }
  return keys;
}

async function end(
  job: CopyJob,
  {
    floor,
    keys,
    ends,
  }: {
    readonly floor: Floor;
    readonly keys: KeySet;
    readonly ends: readonly PartitionOffsets[];
  },
): Promise<void> {
  const { planned, generation } = job;
  const { id: agreement, contentHash } = planned.pair.agreement;
  const outcome = new Outcome(job.shard, job.shards);
  const body: BackfillEnd = { generation, rows: keys.count, keySetHash: keys.hash };
  outcome.control(planned, 'BACKFILL_END', { generation, sequence: floor.sequence, body });
  outcome.note(copyEntry(job, 'done'));
  if (planned.pair.delivery.mode === 'daily') {
    outcome.note(dailyStart(job, { floor, ends }));
    return job.ports.transact(outcome);
  }
  for (const { topic, partition, end: next } of ends) {
    const at = { topic, partition, agreement, generation, contentHash };
    outcome.note({ kind: 'place', place: { ...at, mode: 'lane', next, floor } });
  }
  await job.ports.transact(outcome);
}

/** A daily pair reads nothing until its first cut-off. */
function dailyStart(
  { planned, generation, ports }: CopyJob,
  { floor, ends }: { readonly floor: Floor; readonly ends: readonly PartitionOffsets[] },
): ProgressEntry {
  const { id, contentHash } = planned.pair.agreement;
  const next = Object.fromEntries(ends.map(({ partition, end: at }) => [partition, String(at)]));
  const sinceMs = ports.nowMs();
  const state: DailyState = { contentHash, generation, floor, next, sinceMs };
  return { kind: 'note', name: dailyNote(id), text: jsonText(state) };
}

function copyEntry({ planned, generation }: CopyJob, state: CopyState['state']): ProgressEntry {
  const { pair, leased } = planned;
  const { id: agreement, contentHash } = pair.agreement;
  return {
    kind: 'copy',
    copy: { agreement, request: leased.request, contentHash, generation, state },
  };
}

function copyRow(
  outcome: Outcome,
  image: readonly ColumnValue[],
  { job, floor, keys }: { readonly job: CopyJob; readonly floor: Floor; readonly keys: KeySet },
): void {
  const { planned, generation } = job;
  const { decision, faulty } = planned.decide(null, image);
  const about = {
    generation,
    sequence: floor.sequence,
    at: { topic: planned.pair.resource.topic, partition: WHOLE },
    from: 0n,
  };
  if (faulty) outcome.fault(planned, about);
  if (!decision) return;
  keys.add(outcome.deliver(planned, decision, about));
}
