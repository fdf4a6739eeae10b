/**
 * The city's day: every department writes into its own database, side by side, at a common rate,
 * until the signal fires or the bound is reached. Outages of a database are waited out; only what
 * needs an operator ends the run, and then all departments end together.
 */
import { BusError, isBusError, reactionTo } from '../bus/base/errors.ts';
import { seededRandom } from '../bus/base/random.ts';
import type { SqlDatabase } from '../bus/sql/sql.ts';
import { createCity, type City } from './city.ts';
import { addCounters, NO_COUNTERS, type WorkloadCounters } from './counters.ts';
import type { Department } from './department.ts';
import { createPace, type Pace } from './pace.ts';
import type { Workload } from './workload.ts';

export type CityCounters = WorkloadCounters & {
  readonly byDepartment: Readonly<Record<string, WorkloadCounters>>;
};

export type CityRun = {
  readonly departments: readonly Department[];
  /** By department name; opened with the department's application user. */
  readonly databases: Readonly<Record<string, SqlDatabase>>;
  readonly seed: number;
  /** Seed of what is done, apart from who lives in the city; default: `seed`. */
  readonly workloadSeed?: number;
  /** Persons in the initial load; must be the figure that the city was loaded with. */
  readonly size: number;
  /** Transactions per second of all departments together. */
  readonly ratePerSecond: number;
  /** Ends the run; the transaction at hand is finished first, or given up while its database is away. */
  readonly signal?: AbortSignal;
  /** Ends the run after so many steps of all departments together; unbounded when absent. */
  readonly stepsMax?: number;
  /** Sessions that each department writes with at the same time; default 1, and only 1 is repeatable. */
  readonly writersPerDepartment?: number;
  /** Called after every step with the sums so far. */
  readonly onCounters?: (counters: CityCounters) => void;
};

/** Runs the city and answers what was done. Throws PRODUCER_* codes when an operator is needed. */
export async function runCity(run: CityRun): Promise<CityCounters> {
  const city = createCity({ seed: run.seed, size: run.size });
  const writers = writersOf(run);
  const paces = writers.map(() => createPace(run.ratePerSecond / writers.length));
  const stop = new AbortController();
  const signal = run.signal ? AbortSignal.any([run.signal, stop.signal]) : stop.signal;
  const board = createBoard(run);
  const ends = await Promise.allSettled(
    writers.map(async (writer, index) => {
      const pace = paces[index] ?? createPace(run.ratePerSecond);
      const stepsMax = shareOf(run.stepsMax, { index, writers: writers.length });
      try {
        await write({ ...writer, city, signal, pace, board, stepsMax });
      } catch (error) {
        stop.abort();
        throw error;
      }
    }),
  );
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
  return board.sum();
}

type Writer = { readonly department: Department; readonly db: SqlDatabase; readonly seed: number };

type Writing = Writer & {
  readonly city: City;
  readonly signal: AbortSignal;
  readonly pace: Pace;
  readonly board: Board;
  readonly stepsMax: number;
};

async function write(writing: Writing): Promise<void> {
  const { department, db, city, signal, pace, board, stepsMax } = writing;
  const random = seededRandom(writing.seed);
  let workload: Workload | undefined;
  try {
    workload = await department.workload({ db, city, random, signal });
    const entry = board.enter(department.name, workload);
    for (let steps = 0; steps < stepsMax && !signal.aborted; steps++) {
      await pace.next(signal);
      await workload.step();
      entry.changed();
    }
  } catch (error) {
    // Asked to end while the database is away: there is nothing to wait for any more.
    const outage = signal.aborted && reactionTo(error) === 'retry';
    if (!outage && !isBusError(error, 'BUS_ABORTED')) throw error;
  }
  await workload?.end();
}

function writersOf(run: CityRun): Writer[] {
  const perDepartment = run.writersPerDepartment ?? 1;
  return run.departments.flatMap((department, place) => {
    const db = run.databases[department.name];
    if (!db) throw new BusError('PRODUCER_DATABASE_MISSING', { department: department.name });
    return Array.from({ length: perDepartment }, (_, index) => ({
      department,
      db,
      seed: (run.workloadSeed ?? run.seed) * 1_009 + place * 31 + index,
    }));
  });
}

function shareOf(
  stepsMax: number | undefined,
  { index, writers }: { readonly index: number; readonly writers: number },
): number {
  if (stepsMax === undefined) return Number.POSITIVE_INFINITY;
  return Math.floor(stepsMax / writers) + (index < stepsMax % writers ? 1 : 0);
}

type Board = {
  enter(department: string, workload: Workload): { changed(): void };
  sum(): CityCounters;
};

/** Departments stand in the order of the run, also before their first step. */
function createBoard({ departments, onCounters }: CityRun): Board {
  const entries: { readonly department: string; readonly workload: Workload }[] = [];
  const sum = () => {
    const byDepartment: Record<string, WorkloadCounters> = Object.fromEntries(
      departments.map(({ name }) => [name, NO_COUNTERS]),
    );
    for (const { department, workload } of entries) {
      byDepartment[department] = addCounters(
        byDepartment[department] ?? NO_COUNTERS,
        workload.counters,
      );
    }
    const total = Object.values(byDepartment).reduce(addCounters, NO_COUNTERS);
    return { ...total, byDepartment };
  };
  return {
    enter(department, workload) {
      entries.push({ department, workload });
      return { changed: () => onCounters?.(sum()) };
    },
    sum,
  };
}
