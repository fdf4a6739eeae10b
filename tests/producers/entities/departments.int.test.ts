import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../bus/base/random.ts';
import type { SqlDatabase } from '../../../bus/sql/sql.ts';
import { createCity } from '../../../producers/city.ts';
import { civilAffairs } from '../../../producers/civil-affairs/civil-affairs.ts';
import type { WorkloadCounters } from '../../../producers/counters.ts';
import type { Department } from '../../../producers/department.ts';
import { ENTITY_DEPARTMENTS } from '../../../producers/entity-departments.ts';
import { testStack } from '../../support/env.ts';
import { cityHere } from '../support.ts';

const stack = await testStack('entities');
const city = createCity({ seed: 33, size: 500 });
/** Often enough that a step which finds nobody once in a while finds somebody. */
const TIMES = 4;
const ALL = [...ENTITY_DEPARTMENTS, civilAffairs];

function rowsOf({ rows }: WorkloadCounters): number {
  return Object.values(rows).reduce((sum, count) => sum + count, 0);
}

async function checksums(department: Department, db: SqlDatabase): Promise<unknown[]> {
  const sums = department.tables.map((table) => db.query(`CHECKSUM TABLE ${table}`));
  const rows = await Promise.all(sums);
  return rows.map(([row]) => row?.['Checksum']);
}

describe.each(ALL)('the department $name on a real server', (department) => {
  test('every step ends as it says, and what it takes back is never visible', async () => {
    const { databases } = await cityHere(stack, { city, only: [department] });
    const db = databases[department.name]!;
    const workload = await department.workload({ db, city, random: seededRandom(4) });
    for (const step of department.steps) {
      const before = workload.counters;
      const held = await checksums(department, db);
      for (let i = 0; i < TIMES; i++) await workload.step(step.name);
      const after = workload.counters;
      const ended = {
        committed: after.transactions - before.transactions > 0,
        wrote: rowsOf(after) > rowsOf(before),
        rolledBack: after.rolledBack - before.rolledBack,
      };
      const same =
        step.ends !== undefined && isDeepStrictEqual(await checksums(department, db), held);
      expect({ step: step.name, ...ended, same }).toEqual({
        step: step.name,
        committed: step.ends === undefined,
        wrote: step.ends === undefined,
        rolledBack: step.ends === 'rollback' ? TIMES : 0,
        same: step.ends !== undefined,
      });
    }
    for (let i = 0; i < 60; i++) await workload.step();
    await workload.end();
  });

  test('one seed leaves the same rows on every server', async () => {
    const sums: unknown[] = [];
    for (const suffix of ['a', 'b']) {
      const { databases } = await cityHere(stack, { city, only: [department], suffix });
      const db = databases[department.name]!;
      const workload = await department.workload({ db, city, random: seededRandom(5) });
      for (let i = 0; i < 80; i++) await workload.step();
      sums.push(await checksums(department, db));
    }
    expect(sums[0]).toEqual(sums[1]);
  });
});
