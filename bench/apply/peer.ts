/**
 * The peer's side: the JDBC sink under a fresh name, into an empty database. Time runs from its
 * first commit until its last, so that every doubt is in its favour: its first batch is not
 * counted in the time, ours is.
 */
import { join } from 'node:path';
import { BusError } from '../../bus/base/errors.ts';
import { waitFor } from '../../bus/base/retry.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import {
  failedTrace,
  makePeerDatabase,
  type PeerSettings,
  sinkConfig,
} from '../sides/jdbc-sink.ts';
import type { Site } from '../site.ts';
import type { Span } from '../sides/ours.ts';
import type { Captured } from './capture.ts';
import { measure, type SideRun } from './side.ts';

const APPLY_TIMEOUT_MS = 60 * 60_000;
const WATCH_INTERVAL_MS = 20;
const STATUS_INTERVAL_MS = 500;

export async function runPeer(
  site: Site,
  captured: Captured,
  { round, settings }: { readonly round: number; readonly settings: PeerSettings },
): Promise<SideRun> {
  const name = `bench-peer-${round}`;
  const database = `bench_peer_${round}`;
  const hub = site.sql.hub;
  await makePeerDatabase(site, database);
  const config = sinkConfig(site, { topic: captured.topic, database, settings });
  const target = { database, table: 'resident' };
  try {
    return await measure(
      { site, captured, side: 'peer', round, pid: site.pids.connect, target },
      async () => {
        const commits = watchCommits(hub, site.signal);
        try {
          await site.connect.applyConnector(name, config);
          await untilApplied(site, captured, name);
        } finally {
          await commits.stop();
        }
        return commits.span();
      },
    );
  } finally {
    await site.connect.delete(name).catch(() => {});
    await hub.execute(`DROP DATABASE ${database}`);
  }
}

/** The sink notes its offsets after its rows: once they pass every record, the last row is there. */
async function untilApplied(site: Site, { topic, ends }: Captured, name: string): Promise<void> {
  const logs = join(site.endpoints.home, 'logs');
  const failure = await waitFor(
    async () => {
      const trace = await failedTrace(site, name);
      if (trace !== undefined) return trace;
      const noted = await site.admin.groupOffsets(`connect-${name}`, [topic]);
      const at = new Map(noted.map(({ partition, offset }) => [partition, offset]));
      return [...ends].every(([partition, end]) => (at.get(partition) ?? 0n) >= end)
        ? ''
        : undefined;
    },
    {
      what: 'the peer to apply the topic',
      timeoutMs: APPLY_TIMEOUT_MS,
      intervalMs: STATUS_INTERVAL_MS,
      signal: site.signal,
    },
  );
  if (failure !== '') throw new BusError('BENCH_SIDE_FAILED', { side: 'peer', why: failure, logs });
}

/** Notes when the server's binary log first and last grew: nothing else writes there meanwhile. */
function watchCommits(
  hub: SqlDatabase,
  signal: AbortSignal,
): { stop(): Promise<void>; span(): Span } {
  const stopped = new AbortController();
  const seen: { at: string; firstMs?: number; lastMs?: number } = { at: '' };
  const look = async () => {
    const [row] = await hub.query<{ readonly g: string }>('SELECT @@gtid_binlog_pos AS g');
    if (seen.at !== '' && row?.g !== seen.at) {
      seen.lastMs = Date.now();
      seen.firstMs ??= seen.lastMs;
    }
    seen.at = row?.g ?? '';
    return stopped.signal.aborted;
  };
  const watching = waitFor(look, {
    what: 'the end of the run',
    timeoutMs: APPLY_TIMEOUT_MS,
    intervalMs: WATCH_INTERVAL_MS,
    signal,
  });
  // Its error is thrown by `stop`; until then nobody waits for it.
  watching.catch(() => {});
  return {
    async stop() {
      stopped.abort();
      await watching;
    },
    span: () => ({ fromMs: seen.firstMs ?? 0, toMs: seen.lastMs ?? 0 }),
  };
}
