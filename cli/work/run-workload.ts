/** `civicbus run workload`: the departments of the synthetic city go about their day. */
import { randomInt } from 'node:crypto';
import type { ExitName } from '../../bus/base/codes/code.ts';
import { systemClock } from '../../bus/base/clock.ts';
import { Lifetime } from '../../bus/base/lifecycle.ts';
import { DEPARTMENTS } from '../../producers/departments.ts';
import { type CityCounters, runCity } from '../../producers/run-city.ts';
import type { Cli } from '../globals.ts';
import { keepStatusFile } from '../live/status-file.ts';
import { openDepartments, requireCity } from '../stack/city.ts';

type Flags = {
  /** Transactions per second of all departments together. */
  readonly rate: number;
  readonly seed?: number;
  readonly statusFile?: string;
};

const SEED_MAX = 1_000_000;
const REPORT_MS = 10_000;

export async function runWorkload(cli: Cli, { rate, seed, statusFile }: Flags): Promise<ExitName> {
  const signal = cli.interrupts.graceful();
  const { seed: citySeed, persons } = await requireCity(cli.globals.stack);
  // Another one at each start, because repeating the last day's births would only be refused.
  const daySeed = seed ?? randomInt(SEED_MAX);
  const databases = await openDepartments(await cli.openStack());
  const log = cli.log.child({ workload: 'city' });
  await using lifetime = new Lifetime(log);
  let last: CityCounters | undefined;
  const figures = () => flat(last);
  log.info({ citySeed, persons, daySeed, rate }, 'workload runs');
  void keepStatusFile(statusFile, { figures, signal: lifetime.signal, log });
  void (async () => {
    while (!lifetime.signal.aborted) {
      await systemClock.sleep(REPORT_MS, lifetime.signal).catch(() => {});
      log.info(figures(), 'workload so far');
    }
  })();
  const counters = await runCity({
    departments: DEPARTMENTS,
    databases,
    seed: citySeed,
    workloadSeed: daySeed,
    size: persons,
    ratePerSecond: rate,
    signal,
    onCounters: (now) => {
      last = now;
    },
  });
  log.info(flat(counters), 'workload ended in order');
  return 'ok';
}

/** Numbers only: no names and no ids. */
function flat(counters: CityCounters | undefined): Record<string, number> {
  if (!counters) return {};
  const { transactions, rolledBack, refused, retried, resolved } = counters;
  const rows = Object.values(counters.rows).reduce((sum, count) => sum + count, 0);
  return { transactions, rolledBack, refused, retried, resolved, rows };
}
