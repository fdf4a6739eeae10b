/** What either side of the benchmark answers for one run, measured the same way for both. */
import { meterProcess, type Usage } from '../process-meter.ts';
import type { Captured } from './capture.ts';
import { type Digest, digestOf, sameRows } from '../register/digest.ts';
import type { Span } from '../sides/ours.ts';
import type { Site } from '../site.ts';

export type SideName = 'ours' | 'peer';

export type SideRun = {
  readonly side: SideName;
  readonly round: number;
  readonly span: Span;
  readonly events: number;
  readonly seconds: number;
  readonly eventsPerSecond: number;
  readonly cpuSeconds: number;
  readonly cpuMicrosPerEvent: number;
  readonly databaseCpuSeconds: number;
  readonly residentMbMax: number;
  readonly rows: number;
  /** The target holds exactly the source's rows. */
  readonly rowsEqual: boolean;
};

export type Measured = {
  readonly site: Site;
  readonly captured: Captured;
  readonly side: SideName;
  readonly round: number;
  /** The process that does the work. */
  readonly pid: number;
  /** The database and table that the rows end up in. */
  readonly target: { readonly database: string; readonly table: string };
};

/** Meters `work`, then compares what it wrote and drops it. */
export async function measure(
  { site, captured, side, round, pid, target }: Measured,
  work: () => Promise<Span>,
): Promise<SideRun> {
  const worker = meterProcess(pid);
  const database = meterProcess(site.pids.hub);
  let span: Span;
  try {
    span = await work();
  } finally {
    worker.stop();
    database.stop();
  }
  const digest = await digestOf(site.sql.hub, `${target.database}.${target.table}`);
  return sideRun({
    at: { side, round, span },
    worker: worker.between(span.fromMs, span.toMs),
    database: database.between(span.fromMs, span.toMs),
    captured,
    digest,
  });
}

function sideRun(of: {
  readonly at: { readonly side: SideName; readonly round: number; readonly span: Span };
  readonly worker: Usage;
  readonly database: Usage;
  readonly captured: Captured;
  readonly digest: Digest;
}): SideRun {
  const { side, round, span } = of.at;
  const { events } = of.captured;
  const seconds = Math.max(1, span.toMs - span.fromMs) / 1_000;
  return {
    side,
    round,
    span,
    events,
    seconds: rounded(seconds, 3),
    eventsPerSecond: Math.round(events / seconds),
    cpuSeconds: rounded(of.worker.cpuSeconds, 2),
    cpuMicrosPerEvent: rounded((of.worker.cpuSeconds * 1e6) / events, 1),
    databaseCpuSeconds: rounded(of.database.cpuSeconds, 2),
    residentMbMax: Math.round(of.worker.residentBytesMax / 1024 / 1024),
    rows: of.digest.rows,
    rowsEqual: sameRows(of.digest, of.captured.digest),
  };
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
