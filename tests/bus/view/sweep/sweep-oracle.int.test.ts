import { beforeAll, describe, expect, test } from 'vitest';
import { seededRandom, type Random } from '../../../../bus/base/random.ts';
import { BusError, isBusError } from '../../../../bus/base/errors.ts';
import type { SqlDatabase, SqlRow } from '../../../../bus/sql/sql.ts';
import type { Reread } from '../../../../bus/view/sweep/reread.ts';
import { sweepUnit, type SweepOptions } from '../../../../bus/view/sweep/sweep.ts';
import { testStack } from '../../../support/env.ts';
import { engineRig, PARTITIONS } from '../../../support/view/engine-rig.ts';
import { EngineWorld, simulatedAdmin } from '../../../support/view/engine-world.ts';
import { seedCount } from '../../../support/view/seed-count.ts';
import {
  expectedPersons,
  MARRIAGES,
  PEOPLE,
  SimulatedSource,
} from '../../../support/view/simulated-source.ts';

const SEEDS = seedCount(24);
const STEPS = 80;
const CRASHES_MAX = 40;

const stack = await testStack('sweeporacle');
const rig = await engineRig(stack, 'v');
/** An operator, who may do what the consumer may not. */
let operator: SqlDatabase;

beforeAll(() => {
  operator = rig.root;
});

type Run = {
  readonly random: Random;
  readonly source: SimulatedSource;
  readonly world: EngineWorld;
};

/** Nothing of the log's own making explains what happens here: rows go, come and change unseen. */
const DAMAGES: Readonly<Record<string, (run: Run) => Promise<void> | void>> = {
  'rows vanish without events': ({ random, source }) => {
    for (const topic of [PEOPLE, MARRIAGES])
      for (const key of source.keys(topic)) if (random.chance(0.5)) source.vanish(topic, key);
  },
  'a table is truncated': ({ random, source }) => {
    source.truncate(random.pick([PEOPLE, MARRIAGES]));
  },
  'retention takes what was not read': ({ source }) => {
    source.expire(PEOPLE);
    source.expire(MARRIAGES);
  },
  'rows of the view are altered, deleted and planted': async ({ random }) => {
    await operator.execute(
      "INSERT INTO person__rows (id_number, name, identity__there, identity__v) VALUES ('planted', 'x', 1, 0), ('future', 'x', 1, 9000000000000000000) ON DUPLICATE KEY UPDATE name = VALUES(name)",
    );
    await operator.execute(
      `UPDATE person__rows SET name = 'altered', identity__v = identity__v + ${random.pick(['0', '1000000'])} WHERE identity__there = 1 AND id_number < '5'`,
    );
    await operator.execute("DELETE FROM marriage__mirror WHERE number >= 'm5'");
    await operator.execute(
      "INSERT INTO marriage__mirror (number, a, b, status, held_on, __there, __v) VALUES ('mx', '1', '2', 'planted', '2030-01-01', 1, 8000000000000000000)",
    );
  },
};

async function live({ random, source, world }: Run, steps: number): Promise<void> {
  for (let step = 0; step < steps; step++) {
    if (random.chance(0.6)) source.step();
    await world.step();
  }
}

/** Reads tables again while the source lives on, and is killed now and then. */
function rereadOf(run: Run): Reread {
  const { random, source } = run;
  return {
    begin: () => Promise.resolve(0n),
    async read({ table }) {
      const topic = table === 'person' ? PEOPLE : MARRIAGES;
      const keys = source.keys(topic);
      for (const key of keys) {
        if (random.chance(0.3)) await live(run, random.int(1, 3));
        if (random.chance(0.01)) throw new BusError('BUS_TIMEOUT', { what: 'killed' });
        source.reread(topic, key);
      }
    },
  };
}

/** Now and then a statement fails before or after it was done. */
function failing(database: SqlDatabase, random: Random): SqlDatabase {
  const crash = (): BusError => new BusError('BUS_TIMEOUT', { what: 'killed' });
  const perhaps = async <T>(work: () => Promise<T>): Promise<T> => {
    const roll = random.int(1, 100);
    if (roll <= 6) throw crash();
    const done = await work();
    if (roll <= 12) throw crash();
    return done;
  };
  return {
    query: (sql, values) => database.query(sql, values),
    execute: (sql, values) => perhaps(() => database.execute(sql, values)),
    transaction: (work, isolation) => perhaps(() => database.transaction(work, isolation)),
    close: () => Promise.resolve(),
  };
}

/** Repeats a sweep as an operator would, until it is through. */
async function sweepThrough(run: Run, unit: string): Promise<void> {
  const { random, source, world } = run;
  const options: SweepOptions = {
    view: rig.view,
    unit,
    accept: true,
    ports: {
      database: failing(operator, random),
      admin: simulatedAdmin(source, PARTITIONS),
      reread: rereadOf(run),
      clock: {
        now: () => Date.now(),
        sleep: async () => {
          for (let step = 0; step < 5; step++) await world.step();
        },
      },
    },
    timeoutMs: 30_000,
  };
  for (let crashes = 0; crashes < CRASHES_MAX; crashes++) {
    try {
      await sweepUnit(options);
      return;
    } catch (error) {
      if (!isBusError(error, 'BUS_TIMEOUT', 'SWEEP_UNIT_HALTED')) throw error;
      await live(run, 3);
    }
  }
  throw new Error('the sweep never came through');
}

describe.each(Object.keys(DAMAGES))('when %s, a sweep that is killed again and again', (damage) => {
  test.each(Array.from({ length: Math.ceil(SEEDS / 4) }, (_, i) => i + 1))(
    'leaves the view equal to the source, seed %i',
    async (seed) => {
      const random = seededRandom(seed);
      const source = new SimulatedSource(random, PARTITIONS);
      const { view, database } = rig;
      const world = new EngineWorld({ source, view, database, random, partitions: PARTITIONS });
      const run: Run = { random, source, world };
      await live(run, STEPS);
      await DAMAGES[damage]?.(run);
      await live(run, STEPS / 2);
      for (const unit of ['identity', 'marriage']) await sweepThrough(run, unit);
      await live(run, STEPS / 4);
      await world.settle();

      expect(sorted(await rig.persons()), `seed ${seed}`).toEqual(sorted(expectedPersons(source)));
    },
  );
});

function sorted(rows: ReadonlyMap<string, SqlRow>): [string, SqlRow][] {
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
}
