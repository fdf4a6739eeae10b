/**
 * `bench latency`: how long a committed change takes until a reader of the hub sees it, by our
 * view, by the JDBC sink and by MariaDB's own replication in turns. While one is measured the
 * others stand still. After each turn its rows must be the source's.
 */
import type { RunSettings } from './figures.ts';
import { systemClock } from '../../bus/base/clock.ts';
import type { SqlDatabase } from '../../bus/sql/sql.ts';
import { openDatabase } from '../../bus/sql/mysql/mysql-database.ts';
import { databaseSettings } from '../database-settings.ts';
import { meterProcess } from '../process-meter.ts';
import { makeRegister, startCapture } from '../register/department.ts';
import { digestOf, sameRows } from '../register/digest.ts';
import { residents } from '../register/register.ts';
import { insertResidents } from '../register/write-register.ts';
import { reportHead } from '../report.ts';
import { prepareReplica } from '../sides/replica.ts';
import type { Site } from '../site.ts';
import { rounded } from '../statistics.ts';
import { createNumbers, type Numbers, oneAtATime, type Probe, underLoad } from './probe.ts';
import { type IdleUse, latencyReport, type LatencyReport, type LatencySamples } from './report.ts';
import { type OursWay, prepareWays, type Way } from './ways.ts';

/** `warmUp`: changes one at a time before each turn’s measuring, not counted. */
export type LatencyOptions = RunSettings & {
  readonly idleSeconds: number;
  readonly onStep?: (what: string) => void;
};

export async function benchLatency(site: Site, given: LatencyOptions): Promise<LatencyReport> {
  const { onStep = () => {}, idleSeconds, ...asked } = given;
  const changes = asked.perSecond * asked.seconds;
  const options = { ...asked, residents: Math.max(asked.residents, changes) };
  await prepareReplica(site);
  const register = await makeRegister(site);
  onStep(`inserting ${options.residents} residents`);
  await insertResidents(register, options);
  await startCapture(site);
  const ways = await prepareWays(site);
  const idNumbers = residents(options, 0, options.residents).map((row) => String(row.id_number));
  const hub = openDatabase(await site.targetOf('hub'), { connectionsMax: 1 });
  const turn: Turn = { site, register, hub, idNumbers, numbers: createNumbers(), options, onStep };
  try {
    const samples: LatencySamples[] = [];
    const order = [ways.ours, ways.sink, ways.replica];
    for (let round = 1; round <= options.rounds; round++) {
      for (const way of order) samples.push(await takeTurn(turn, way, round));
      // Who begins changes from round to round.
      order.push(...order.splice(0, 1));
    }
    onStep(`measuring our process at rest for ${idleSeconds} s`);
    const idle = await measureIdle(turn, ways.ours, idleSeconds);
    const database = await databaseSettings(site.sql.hub);
    const { rounds, warmUp, singles, perSecond, seconds, seed } = options;
    const shape = { seed, residents: options.residents, rounds, warmUp, singles };
    const settings = { ...shape, perSecond, seconds, database };
    return latencyReport({ ...reportHead('latency', site), settings, idle }, samples);
  } finally {
    await hub.close();
  }
}

type Turn = {
  readonly site: Site;
  readonly register: SqlDatabase;
  readonly hub: SqlDatabase;
  readonly idNumbers: readonly string[];
  readonly numbers: Numbers;
  readonly options: Omit<LatencyOptions, 'idleSeconds' | 'onStep'>;
  readonly onStep: (what: string) => void;
};

async function takeTurn(turn: Turn, way: Way, round: number): Promise<LatencySamples> {
  const { options, numbers, onStep, register, site } = turn;
  const probe = probeOf(turn, way);
  await way.start();
  try {
    // What changed while it stood still comes first.
    await oneAtATime(probe, { numbers, changes: 1 });
    await oneAtATime(probe, { numbers, changes: options.warmUp });
    const single = await oneAtATime(probe, { numbers, changes: options.singles });
    const beganAt = performance.now();
    const { timed: load, writtenAt } = await underLoad(probe, { numbers, ...options });
    const wroteSeconds = (writtenAt - beganAt) / 1_000;
    const [source, target] = [
      await digestOf(register, 'resident'),
      await digestOf(site.sql.hub, way.table),
    ];
    const rowsEqual = sameRows(source, target);
    const committedPerSecond = load.length / wroteSeconds;
    const samples = { way: way.name, round, single, load, committedPerSecond, rowsEqual };
    onStep(`round ${round}: ${way.name} ${rowsEqual ? 'rows equal' : 'ROWS DIFFER'}`);
    return samples;
  } finally {
    await way.stop();
  }
}

function probeOf({ site, register, hub, idNumbers }: Turn, way: Way): Probe {
  const { signal } = site;
  const check = () => way.check();
  return { providers: register, hub, table: way.table, idNumbers, check, signal };
}

async function measureIdle(turn: Turn, ours: OursWay, seconds: number): Promise<IdleUse> {
  await ours.start();
  try {
    await oneAtATime(probeOf(turn, ours), { numbers: turn.numbers, changes: 1 });
    const meter = meterProcess(ours.pid());
    const fromMs = Date.now();
    await systemClock.sleep(seconds * 1_000, turn.site.signal);
    const toMs = Date.now();
    meter.stop();
    const { cpuSeconds, residentBytesMax } = meter.between(fromMs, toMs);
    return {
      seconds,
      cpuPercent: rounded((100 * cpuSeconds * 1_000) / (toMs - fromMs), 2),
      residentMb: Math.round(residentBytesMax / 1024 / 1024),
    };
  } finally {
    await ours.stop();
  }
}
