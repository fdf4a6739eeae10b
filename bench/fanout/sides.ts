/**
 * One run of one side, in a process of its own: its topics and its progress are made, the process
 * works through the view topics from their beginnings, and what it wrote is read.
 */
import { fork } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { must } from '../../bus/base/assert.ts';
import { BusError } from '../../bus/base/errors.ts';
import { waitFor } from '../../bus/base/retry.ts';
import type { OutgoingRecord, PartitionOffsets } from '../../bus/kafka/kafka.ts';
import { GATEWAY, GATEWAY_SHARDS, gatewayTopics } from '../../bus/pair/access.ts';
import { homeShard } from '../../bus/pair/gateway/duties.ts';
import { progressRecord, type ProgressEntry } from '../../bus/pair/gateway/progress.ts';
import type { CompiledPair } from '../../bus/pair/pair.ts';
import { meterProcess } from '../process-meter.ts';
import type { Site } from '../site.ts';
import { outputsOf, type Outputs } from './outputs.ts';
import { leasedIn } from './pairs.ts';
import type { LeasedPairs, SideMessage, SideSettings } from './side-settings.ts';

export const SIDES = ['ours', 'naive'] as const;
export type SideName = (typeof SIDES)[number];

const PROCESSES: Readonly<
  Record<SideName, { readonly file: string; readonly execArgv: string[] }>
> = {
  ours: { file: 'gateway-process.ts', execArgv: [] },
  naive: { file: 'naive-process.ts', execArgv: ['--max-old-space-size=12288'] },
};
const TOPICS_TIMEOUT_MS = 120_000;
const RUN_TIMEOUT_MS = 45 * 60_000;
/** A floor below everything: no row of a copy is there yet. */
const NOTHING = { sequence: 0n, file: '', pos: 0 };

export type SideTask = {
  readonly side: SideName;
  /** Part of its topics' names. */
  readonly run: string;
  readonly pairs: readonly CompiledPair[];
  readonly keysFolder: string;
  readonly nodeOptions?: readonly string[];
};

export type SideDone = {
  readonly fromMs: number;
  readonly toMs: number;
  readonly records: number;
  readonly cpuSeconds: number;
  readonly residentBytesMax: number;
  readonly outputs: Outputs;
};

export async function runSideOnce(site: Site, task: SideTask): Promise<SideDone> {
  const pairs = leasedIn(task.run, task.pairs);
  const ends = await site.admin.offsets([...new Set(pairs.map(({ pair }) => pair.resource.topic))]);
  await freshGatewayTopics(site);
  await site.admin.createTopics(pairs.map(({ pair }) => pair.topic));
  if (task.side === 'ours') await attachAll(site, pairs, ends);
  try {
    const done = await runProcess(site, task, { pairs, ends });
    return { ...done, outputs: await outputsOf(site.kafka, pairs) };
  } finally {
    await site.admin.deleteTopics(pairs.map(({ pair }) => pair.topic.name));
  }
}

async function runProcess(
  site: Site,
  { side, run, keysFolder, nodeOptions = [] }: SideTask,
  { pairs, ends }: { readonly pairs: LeasedPairs; readonly ends: readonly PartitionOffsets[] },
): Promise<Omit<SideDone, 'outputs'>> {
  const pairsFile = join(site.endpoints.home, `bench-${run}.json`);
  await writeFile(pairsFile, JSON.stringify(pairs));
  const settings: SideSettings = {
    endpoints: site.endpoints,
    kafka: site.endpoints.kafka.admin,
    pairsFile,
    keysFolder,
    ends: ends.map(({ topic, partition, end }) => ({ topic, partition, offset: String(end) })),
  };
  const { file, execArgv } = PROCESSES[side];
  const child = fork(join(import.meta.dirname, file), [JSON.stringify(settings)], {
    execArgv: [...execArgv, ...nodeOptions],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const meter = meterProcess(must(child.pid, 'the process of a side'));
  const exited = new Promise((resolve) => child.once('exit', resolve));
  try {
    const { fromMs, toMs, records } = await doneOf(child, site, side);
    meter.stop();
    return { fromMs, toMs, records, ...meter.between(fromMs, toMs) };
  } finally {
    meter.stop();
    if (child.connected) child.disconnect();
    await exited;
  }
}

async function doneOf(
  child: ReturnType<typeof fork>,
  { endpoints, signal }: Site,
  side: SideName,
): Promise<Extract<SideMessage, { kind: 'done' }>> {
  let seen: SideMessage | undefined;
  child.on('message', (message) => void (seen ??= message as SideMessage));
  child.once('exit', (code) => {
    seen ??= { kind: 'ended', why: `the process ended with exit code ${code}.` };
  });
  const message = await waitFor(() => seen, {
    what: `side ${side} to have written everything`,
    timeoutMs: RUN_TIMEOUT_MS,
    intervalMs: 20,
    signal,
  });
  if (message.kind === 'done') return message;
  const logs = join(endpoints.home, 'logs');
  throw new BusError('BENCH_SIDE_FAILED', { side, why: message.why, logs });
}

/** The gateway's own topics, empty: a run knows nothing of the one before. */
async function freshGatewayTopics({ admin, signal }: Site): Promise<void> {
  const specs = gatewayTopics({ replication: 1 });
  const names = specs.map(({ name }) => name);
  const there = new Set(await admin.listTopics());
  await admin.deleteTopics(names.filter((name) => there.has(name)));
  const isGone = async () => (await admin.describeTopics(names)).length === 0;
  await waitFor(isGone, { what: 'topics to go', timeoutMs: TOPICS_TIMEOUT_MS, signal });
  await admin.createTopics(specs);
}

/** Progress as after a copy of nothing, made before the first change: every pair reads all of its topic. */
async function attachAll(
  { kafka }: Site,
  pairs: LeasedPairs,
  ends: readonly PartitionOffsets[],
): Promise<void> {
  const records = [
    ...ends.map(({ topic, partition }): OutgoingRecord => {
      const at = { topic, partition };
      return noted({ kind: 'main', at, next: 0n }, partition);
    }),
    ...pairs.flatMap(({ pair, request }) => placesOf(pair, request, ends)),
  ];
  const producer = await kafka.producer();
  try {
    await producer.send(GATEWAY.progressTopic, records);
  } finally {
    await producer.close();
  }
}

function placesOf(
  { agreement: { id: agreement, contentHash }, resource }: CompiledPair,
  request: number,
  ends: readonly PartitionOffsets[],
): OutgoingRecord[] {
  const of = { agreement, contentHash, generation: 1 };
  const copy = { ...of, request, state: 'done' } as const;
  return [
    noted({ kind: 'copy', copy }, homeShard(agreement, GATEWAY_SHARDS)),
    ...ends
      .filter(({ topic }) => topic === resource.topic)
      .map(({ topic, partition }) => {
        const at = { topic, partition, next: 0n, floor: NOTHING };
        return noted({ kind: 'place', place: { ...of, ...at, mode: 'attached' } }, partition);
      }),
  ];
}

function noted(entry: ProgressEntry, partition: number): OutgoingRecord {
  return { ...progressRecord(entry), partition: partition % GATEWAY_SHARDS };
}
