import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../../bus/base/random.ts';
import type { SqlRow } from '../../../../bus/sql/sql.ts';
import { testStack } from '../../../support/env.ts';
import { engineRig, PARTITIONS } from '../../../support/view/engine-rig.ts';
import { EngineWorld } from '../../../support/view/engine-world.ts';
import { seedCount } from '../../../support/view/seed-count.ts';
import { expectedPersons, SimulatedSource } from '../../../support/view/simulated-source.ts';

const STEPS = 300;
const SEEDS = seedCount(200);
const STEPS_WATCHED = 150;
const SEEDS_WATCHED = Math.ceil(SEEDS / 8);

const stack = await testStack('oracle');
const rig = await engineRig(stack, 'v');

type Run = { readonly source: SimulatedSource; readonly world: EngineWorld };

function newRun(seed: number): Run {
  const random = seededRandom(seed);
  const source = new SimulatedSource(random, PARTITIONS);
  const { view, database } = rig;
  return {
    source,
    world: new EngineWorld({ source, view, database, random, partitions: PARTITIONS }),
  };
}

async function live(seed: number, steps: number, check?: () => Promise<void>): Promise<Run> {
  const run = newRun(seed);
  const chance = seededRandom(-seed);
  for (let step = 0; step < steps; step++) {
    if (chance.chance(0.6)) run.source.step();
    await run.world.step();
    await check?.();
  }
  await run.world.settle();
  return run;
}

describe('after crashes, rebalances, replays and lost answers (I1)', () => {
  test.each(Array.from({ length: SEEDS }, (_, i) => i + 1))(
    'the view equals the source exactly, seed %i',
    async (seed) => {
      const { source } = await live(seed, STEPS);

      expect(sorted(await rig.persons()), `seed ${seed}`).toEqual(sorted(expectedPersons(source)));
    },
  );
});

describe('at every moment on the way (I2)', () => {
  test.each(Array.from({ length: SEEDS_WATCHED }, (_, i) => 1_000 + i))(
    'versions, progress and epochs only grow, seed %i',
    async (seed) => {
      let before = new Map<string, bigint>();
      await live(seed, STEPS_WATCHED, async () => {
        const now = await counters();
        for (const [name, value] of before)
          expect(now.get(name) ?? -1n, `seed ${seed}: ${name}`).toBeGreaterThanOrEqual(value);
        before = now;
      });

      expect(before.size).toBeGreaterThan(2 * PARTITIONS * 2);
    },
  );
});

/** Everything that may only grow, by a name of its own. */
async function counters(): Promise<Map<string, bigint>> {
  const rows = await rig.database.query<{ name: string; value: string }>(
    [
      "SELECT CONCAT('identity ', HEX(id_number)) AS name, CAST(identity__v AS CHAR) AS value FROM person__rows",
      "SELECT CONCAT('recomputed ', HEX(id_number)), CAST(marriage__v AS CHAR) FROM person__rows",
      "SELECT CONCAT('marriage ', HEX(number)), CAST(__v AS CHAR) FROM marriage__mirror",
      "SELECT CONCAT('next ', topic, `partition`), CAST(next_offset AS CHAR) FROM civicbus_offset",
      "SELECT CONCAT('epoch ', topic, `partition`), CAST(epoch AS CHAR) FROM civicbus_offset",
    ].join(' UNION ALL '),
  );
  return new Map(rows.map(({ name, value }) => [name, BigInt(value)]));
}

function sorted(rows: ReadonlyMap<string, SqlRow>): [string, SqlRow][] {
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
}
