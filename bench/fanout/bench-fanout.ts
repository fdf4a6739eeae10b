/**
 * `bench fanout`: three shared views, captured as in service, and hundreds of pairs that read them.
 * Our gateway and the peer, one consumer per pair, take turns over the same topics; what they wrote
 * must be the same to the byte. Then what pairs cost that want nothing of what comes by.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKeyStore } from '../../bus/pair/key-store.ts';
import { keyScopesOf } from '../../bus/pair/pair-tools.ts';
import type { CompiledPair } from '../../bus/pair/pair.ts';
import { installTables } from '../../consumers/install.ts';
import { databaseSettings } from '../database-settings.ts';
import { captureViews, stopCaptures } from '../hub-capture.ts';
import { cutTo, readProfile } from '../profile/cpu-profile.ts';
import { type ProfileSummary, summarize } from '../profile/summary.ts';
import { untilCaptured } from '../register/until-captured.ts';
import { reportHead } from '../report.ts';
import type { Site } from '../site.ts';
import { sameOutputs, type Outputs } from './outputs.ts';
import { makeIdlePairs, makePairs } from './pairs.ts';
import {
  type FanoutReport,
  type FanoutRun,
  fanoutReport,
  fanoutRun,
  type IdleRun,
  idleRun,
} from './report.ts';
import { loadShared, type Shared } from './resources.ts';
import { writeRows } from './rows.ts';
import { runSideOnce, SIDES, type SideDone, type SideTask } from './sides.ts';

export type FanoutOptions = {
  readonly seed: number;
  readonly pairs: number;
  /** Rows of each view; as many updates follow. */
  readonly rows: number;
  /** Rows of each view, and as many updates, when pairs that match nothing are measured. */
  readonly idleRows: number;
  readonly rounds: number;
  readonly profile: boolean;
  readonly onStep?: (what: string) => void;
};

type Bench = {
  readonly site: Site;
  readonly shared: Shared;
  readonly options: FanoutOptions;
  readonly keysFolder: string;
  readonly onStep: (what: string) => void;
};

export async function benchFanout(site: Site, options: FanoutOptions): Promise<FanoutReport> {
  const { onStep = () => {}, seed, rounds, pairs } = options;
  const shared = await loadShared();
  const bench: Bench = {
    site,
    shared,
    options,
    keysFolder: join(site.secretsFolder, 'mask-keys'),
    onStep,
  };
  for (const view of shared.views) await installTables(view, await site.targetOf('hub'));
  await captureViews(site, shared.views);
  const changes = await write(bench, { before: await writeFirst(bench), rows: options.rows });
  const own = await withKeys(bench, makePairs({ seed, count: pairs, resources: shared.resources }));
  const { runs, equal } = await takeTurns(bench, own, totalOf(changes));
  const profile = options.profile ? await profileOurs(bench, own) : undefined;
  const all = await write(bench, { before: changes, rows: options.idleRows });
  await stopCaptures(site, shared.views);
  const { idle, silent } = await idleTurns(bench, totalOf(all));
  return fanoutReport({
    ...reportHead('fanout', site),
    settings: {
      seed,
      pairs,
      views: shared.views.length,
      rounds,
      database: await databaseSettings(site.sql.hub),
    },
    runs,
    idle,
    rowsEqual: equal && silent,
    ...(profile ? { profile } : {}),
  });
}

/** Changes in each view topic so far, and rows in its table. */
type Written = readonly { readonly changes: number; readonly rows: number }[];

function totalOf(written: Written): number {
  return written.reduce((sum, { changes }) => sum + changes, 0);
}

/** One row of each: connectors run before they stream, and what comes before that is no change. */
function writeFirst(bench: Bench): Promise<Written> {
  const before = bench.shared.resources.map(() => ({ changes: 0, rows: 0 }));
  return write(bench, { before, rows: 1, updates: 0 });
}

/** Writes rows of all views up to `rows`, then as many updates, and waits until they are captured. */
async function write(
  { site, shared, options, onStep }: Bench,
  {
    before,
    rows,
    updates,
  }: { readonly before: Written; readonly rows: number; readonly updates?: number },
): Promise<Written> {
  const written: { changes: number; rows: number }[] = [];
  for (const [index, resource] of shared.resources.entries()) {
    const { changes = 0, rows: first = 0 } = before[index] ?? {};
    onStep(`writing ${rows - first} rows of ${resource.id}`);
    const plan = { seed: options.seed, first, rows, updates: updates ?? rows - first };
    const all = changes + (await writeRows(site.sql.hub, resource, plan));
    await untilCaptured(site, resource.rows.topic, all);
    written.push({ changes: all, rows });
  }
  return written;
}

async function withKeys<T extends readonly CompiledPair[]>({ keysFolder }: Bench, pairs: T) {
  const keys = openKeyStore(keysFolder);
  for (const scope of new Set(pairs.flatMap(keyScopesOf))) await keys.ensureKey(scope);
  return pairs;
}

async function takeTurns(
  bench: Bench,
  pairs: readonly CompiledPair[],
  changes: number,
): Promise<{ readonly runs: FanoutRun[]; readonly equal: boolean }> {
  const runs: FanoutRun[] = [];
  let first: Outputs | undefined;
  let equal = true;
  for (let round = 1; round <= bench.options.rounds; round++) {
    // Who begins changes from round to round.
    for (const side of round % 2 === 1 ? SIDES : SIDES.toReversed()) {
      const done = await sideOnce(bench, { side, run: `${side}-${round}`, pairs });
      first ??= done.outputs;
      const isSame = sameOutputs(first, done.outputs);
      equal &&= isSame && done.records > 0;
      const run = fanoutRun({ side, round, changes }, done);
      runs.push(run);
      const same = isSame ? 'the same records' : 'OTHER RECORDS';
      bench.onStep(`round ${round}: ${side} ${run.recordsPerSecond} pair records/s, ${same}`);
    }
  }
  return { runs, equal };
}

/** One pair a view beside all of them, in turns; none of them wants any row. */
async function idleTurns(
  bench: Bench,
  changes: number,
): Promise<{ readonly idle: IdleRun[]; readonly silent: boolean }> {
  const { seed, pairs: count, rounds } = bench.options;
  const { resources } = bench.shared;
  const all = await withKeys(bench, makeIdlePairs({ seed, count, resources }));
  const idle: IdleRun[] = [];
  let silent = true;
  for (let round = 1; round <= rounds; round++) {
    for (const pairs of [all.slice(0, resources.length), all]) {
      const run = `idle-${round}-${pairs.length}`;
      const done = await sideOnce(bench, { side: 'ours', run, pairs });
      silent &&= [...done.outputs.values()].every((one) => one.count === 0);
      const measured = idleRun({ pairs: pairs.length, round, changes }, done);
      idle.push(measured);
      bench.onStep(
        `round ${round}: ${pairs.length} idle pairs, ${measured.changesPerSecond} changes/s`,
      );
    }
  }
  return { idle, silent };
}

function sideOnce(
  { site, keysFolder }: Bench,
  task: Omit<SideTask, 'keysFolder'>,
): Promise<SideDone> {
  return runSideOnce(site, { ...task, keysFolder });
}

/** A run of its own, because the profiler costs time; only the delivering itself is looked at. */
async function profileOurs(bench: Bench, pairs: readonly CompiledPair[]): Promise<ProfileSummary> {
  const folder = await mkdtemp(join(tmpdir(), 'civicbus-profile-'));
  try {
    bench.onStep('profiling our side');
    const nodeOptions = ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=500'];
    const done = await sideOnce(bench, { side: 'ours', run: 'profile', pairs, nodeOptions });
    const [file = ''] = await readdir(folder);
    return summarize(cutTo(await readProfile(join(folder, file)), done));
  } finally {
    await rm(folder, { recursive: true });
  }
}
