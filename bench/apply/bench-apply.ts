/**
 * `bench apply`: one topic, made by real capture from a seed, replayed from its beginning by our
 * engine and by the peer in turns, each time into an empty database under a fresh group. Nothing
 * here judges a time; that both sides end with the source's rows is checked after every run.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseSettings } from '../database-settings.ts';
import { reportHead } from '../report.ts';
import { cutTo, readProfile } from '../profile/cpu-profile.ts';
import { type ProfileSummary, summarize } from '../profile/summary.ts';
import { capture, type Captured } from './capture.ts';
import { runOurs } from './ours.ts';
import { runPeer } from './peer.ts';
import { updateCount } from '../register/register.ts';
import { applyReport, type ApplyReport } from './report.ts';
import type { SideRun } from './side.ts';
import { type PeerSettings, preparePeer } from '../sides/jdbc-sink.ts';
import type { Site } from '../site.ts';

export type ApplyOptions = {
  readonly seed: number;
  readonly residents: number;
  /** How often each side runs. */
  readonly rounds: number;
  readonly peer: PeerSettings;
  /** Runs our side once more under Node's profiler. */
  readonly profile: boolean;
  readonly onStep?: (what: string) => void;
};

/** The number of the round that is not counted. */
const WARM_UP = 0;

export async function benchApply(site: Site, options: ApplyOptions): Promise<ApplyReport> {
  const { seed, residents, rounds, peer, profile, onStep = () => {} } = options;
  const captured = await capture(site, { seed, residents }, onStep);
  await preparePeer(site, captured.topic);
  // Once without counting: the worker lives through all rounds and must have compiled its code.
  await playRound(site, captured, { round: WARM_UP, peer, onStep });
  const runs: SideRun[] = [];
  for (let round = 1; round <= rounds; round++) {
    runs.push(...(await playRound(site, captured, { round, peer, onStep })));
  }
  const summary = profile
    ? await profileOurs(site, captured, { round: rounds + 1, onStep })
    : undefined;
  const { ends, events } = captured;
  const updates = updateCount({ seed, residents });
  const database = await databaseSettings(site.sql.hub);
  return applyReport(
    {
      ...reportHead('apply', site),
      settings: { seed, residents, updates, events, partitions: ends.size, rounds, peer, database },
      ...(summary ? { profile: summary } : {}),
    },
    runs,
  );
}

/** Both sides once; who begins changes from round to round, so that neither always meets the same disk. */
async function playRound(
  site: Site,
  captured: Captured,
  {
    round,
    peer,
    onStep,
  }: {
    readonly round: number;
    readonly peer: PeerSettings;
    readonly onStep: (what: string) => void;
  },
): Promise<SideRun[]> {
  const ours = () => runOurs(site, captured, { round });
  const theirs = () => runPeer(site, captured, { round, settings: peer });
  const runs: SideRun[] = [];
  for (const run of round % 2 === 1 ? [ours, theirs] : [theirs, ours]) {
    const done = await run();
    const rows = done.rowsEqual ? 'rows equal' : 'ROWS DIFFER';
    const which = round === WARM_UP ? 'warming up' : `round ${round}`;
    onStep(`${which}: ${done.side} ${done.eventsPerSecond} events/s, ${rows}`);
    runs.push(done);
  }
  return runs;
}

/** A run of its own, because the profiler costs time; only the applying itself is looked at. */
async function profileOurs(
  site: Site,
  captured: Captured,
  { round, onStep }: { readonly round: number; readonly onStep: (what: string) => void },
): Promise<ProfileSummary> {
  const folder = await mkdtemp(join(tmpdir(), 'civicbus-profile-'));
  try {
    onStep('profiling our side');
    const nodeOptions = ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=500'];
    const { span } = await runOurs(site, captured, { round, nodeOptions });
    const [file = ''] = await readdir(folder);
    return summarize(cutTo(await readProfile(join(folder, file)), span));
  } finally {
    await rm(folder, { recursive: true });
  }
}
